"""The pages of WhatsApp: what each person sees and may do, and the two routines by their paths."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, cast

import pytest
from django.test import Client
from django.utils import timezone

from auditoria.models import Evento
from erp.contatos.models import Comunicado, ContatoWhatsapp, EnvioWhatsapp, ModeloMensagem
from erp.contatos.rotinas import enviar_whatsapp, validar_whatsapp
from erp.contatos.services import avisar
from erp.contatos.whatsapp import marcas
from erp.contatos.whatsapp.falso import WhatsappFalso
from erp.contatos.whatsapp.validacao import validar
from erp.rotinas.contexto import Contexto
from tests.busca import procurar
from tests.erp.contatos.conftest import aviso
from tests.erp.contatos.whatsapp.conftest import Celular, contar, mandar, por_na_fila
from tests.erp.elenco import navegador
from tests.erp.jazigos.elenco import Execucao

pytestmark = pytest.mark.django_db
NUMEROS, ENVIOS = "/admin/contatos/contatowhatsapp/", "/admin/contatos/enviowhatsapp/"


def _abrir(quem: Client, url: str) -> str:
    resposta = quem.get(url)
    assert resposta.status_code == 200, url
    return resposta.content.decode()


def test_a_lista_dos_numeros_diz_que_nao_ha_consulta_e_so_mostra_mascaras(
    meta: WhatsappFalso, celular: Celular
) -> None:
    celular("87654321")
    celular("123")
    validar()
    pagina = _abrir(navegador("operador"), NUMEROS)
    assert "não deixa consultar se um número tem WhatsApp" in pagina
    assert "(31) *****-**21" in pagina and "87654321" not in pagina
    assert "um celular tem o DDD" in pagina and "posto aqui" in pagina
    assert "(31) *****-**21" not in _abrir(navegador("operador"), f"{NUMEROS}?situacao=3")
    assert Client().get(NUMEROS).status_code == 302


@pytest.mark.parametrize("termo", ["52998224725", "529.982.247-25", "777"])
def test_um_numero_se_acha_pelo_documento_ou_codigo_do_cliente(celular: Celular, termo: str) -> None:
    alvo = celular(codigo_cliente="777", cpf_cgc="52998224725")
    celular("87654321", codigo_cliente="888", cpf_cgc="11144477735")
    validar()
    achados = procurar(navegador("operador"), NUMEROS, termo).context["cl"].result_list
    assert [contato.pk for contato in achados] == [alvo]


def test_tentar_de_novo_um_numero_e_do_gerente_e_fica_na_auditoria(celular: Celular) -> None:
    codigo = celular()
    validar()
    marcas.nao_entregaram({"5531987654321": timezone.now()})
    dados = {"action": "repetir", "_selected_action": [codigo]}
    pagina = navegador("gerente").post(NUMEROS, dados).content.decode()
    assert "Tentar de novo" in pagina
    _confirmar(navegador("gerente"), NUMEROS, dados, pagina)
    assert ContatoWhatsapp.objects.get().situacao == 0
    assert Evento.objects.filter(acao="contatos.numero_repetido").count() == 1
    marcas.nao_entregaram({"5531987654321": timezone.now()})
    navegador("operador").post(NUMEROS, {**dados, "motivo": "sem poder", "confirmar": "1"})
    assert ContatoWhatsapp.objects.get().situacao == 2


def _confirmar(quem: Client, url: str, dados: dict[str, Any], pagina: str) -> None:
    """Send the page that asks why, as a browser would."""
    campos = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', pagina))
    campos.pop("csrfmiddlewaretoken", None)
    quem.post(url, {**campos, **dados, "motivo": "trocou de aparelho"})


def test_a_pagina_do_comunicado_e_a_das_mensagens_contam_o_que_a_meta_contou(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    comunicado = por_na_fila(celular())
    mandar()
    pagina = _abrir(navegador("operador"), f"/admin/contatos/comunicado/{comunicado.pk}/change/")
    assert "ainda não contou a entrega: não vale como prova" in pagina
    contar(meta, "delivered", "read")
    pagina = _abrir(navegador("operador"), f"/admin/contatos/comunicado/{comunicado.pk}/change/")
    assert "Chegou ao aparelho em" in pagina and "lida" in pagina
    EnvioWhatsapp.objects.create(wamid="wamid.x", situacao=4, falhou_em=timezone.now(), erro=131026)
    solta = EnvioWhatsapp.objects.latest("pk")
    ficha = f"{ENVIOS}{solta.pk}/change/"
    assert "não recebe" in _abrir(navegador("operador"), ficha) and "wamid.x" not in _abrir(
        navegador("operador"), ficha
    )
    assert "(4," not in _abrir(navegador("operador"), ficha)  # the number of a situação is nobody's word
    lista = _abrir(navegador("operador"), ENVIOS)
    assert "ninguém aqui conhece" in lista and "131026" in lista and "wamid" not in lista
    assert "(31) *****-**21" not in _abrir(navegador("operador"), f"{ENVIOS}?de=ninguem")


def test_o_que_passou_para_o_email_diz_que_nao_ha_o_que_fazer(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    meta.codigos.append(131026)
    comunicado = por_na_fila(celular())
    mandar()
    assert "Passou para o e-mail" in _abrir(navegador("operador"), "/admin/contatos/comunicado/")
    pagina = _abrir(navegador("operador"), f"/admin/contatos/comunicado/{comunicado.pk}/change/")
    assert "O mesmo aviso foi para o e-mail" in pagina


def test_mensagem_em_duvida_diz_isso_na_pagina_dela(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    meta.depois.append("reset")
    comunicado = por_na_fila(celular())
    mandar()
    pagina = _abrir(navegador("operador"), f"/admin/contatos/comunicado/{comunicado.pk}/change/")
    assert "A Meta pode ter recebido" in pagina and "Próxima tentativa" in pagina


def test_o_modelo_mostra_o_texto_numerado_e_so_entra_em_uso_com_o_nome_da_meta(db: None) -> None:
    modelo = ModeloMensagem.objects.get(codigo="titulo_a_vencer", canal="whatsapp")
    assert not modelo.ativo
    url = f"/admin/contatos/modelomensagem/{modelo.pk}/change/"
    gerente = navegador("gerente")
    pagina = _abrir(gerente, url)
    assert "Lembramos que {{2}}, de R$ {{3}}, vence em {{4}}." in pagina.replace("&#123;", "{").replace("&#125;", "}")
    dados = {"corpo": modelo.corpo, "nome_externo": "", "idioma": "pt_BR", "ativo": "on"}
    assert "diga o nome com que a Meta o aprovou" in gerente.post(url, dados).content.decode()
    for mau in (
        {"nome_externo": "Com Maiúscula"},
        {"corpo": "{{nome}}, vence {{vencimento}}"},
        {"idioma": "português"},
    ):
        assert gerente.post(url, {**dados, "nome_externo": "lembrete", **mau}).status_code == 200
    assert gerente.post(url, {**dados, "nome_externo": "lembrete_vence"}).status_code == 302
    modelo.refresh_from_db()
    assert (modelo.ativo, modelo.nome_externo) == (True, "lembrete_vence")


def test_retomar_o_modelo_solta_o_que_esperava(meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular) -> None:
    ModeloMensagem.objects.filter(pk=na_meta.pk).update(pausa="A Meta não tem este modelo (132001).")
    por_na_fila(celular(), canal="whatsapp")
    url = f"/admin/contatos/modelomensagem/{na_meta.pk}/retomar-action"
    pagina = _abrir(navegador("gerente"), f"/admin/contatos/modelomensagem/{na_meta.pk}/change/")
    assert "Este modelo está em pausa" in pagina and "132001" in pagina
    achado = [p for p in pagina.split('"') if "retomar" in p and p.startswith("/admin/")]
    assert achado, url
    _confirmar(navegador("gerente"), achado[0], {}, _abrir(navegador("gerente"), achado[0]))
    na_meta.refresh_from_db()
    assert na_meta.pausa == ""
    assert Comunicado.objects.get().nao_antes_de <= timezone.now()


def test_as_duas_rotinas_fazem_o_caminho_inteiro(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    codigo = celular("87654321")
    execucao = Execucao(date(2026, 11, 22))
    validar_whatsapp(cast(Contexto, execucao))
    assert execucao.contagens["corrigidos"] == 1
    avisar([aviso("f:1", codigo_cliente=codigo)])

    feito = enviar_whatsapp()

    assert (feito["na fila"], feito["enviadas"]) == (1, 1)
    assert len(meta.mensagens) == 1 and enviar_whatsapp()["enviadas"] == 0
    contar(meta, "delivered")
    assert ContatoWhatsapp.objects.get().situacao == 1


@pytest.mark.parametrize("onde", ["na fila", "na Meta"])
def test_o_que_saiu_ha_mais_de_um_dia_e_de_que_nada_se_soube_e_dito_e_achado(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, onde: str
) -> None:
    lista = "/admin/contatos/comunicado/"
    comunicado = por_na_fila(celular())
    if onde == "na Meta":
        mandar()
    assert "ninguém contou se chegaram" not in _abrir(navegador("operador"), lista)
    Comunicado.objects.update(enfileirado_em=timezone.now() - timedelta(days=2))
    pagina = _abrir(navegador("operador"), lista)
    assert "ninguém contou se chegaram: 1." in pagina and "?situacao=sem-noticia" in pagina
    assert f"/comunicado/{comunicado.pk}/change/" in _abrir(navegador("operador"), f"{lista}?situacao=sem-noticia")
    if onde == "na Meta":
        contar(meta, "delivered")
        assert "ninguém contou se chegaram" not in _abrir(navegador("operador"), lista)


@pytest.mark.parametrize("url", [f"{NUMEROS}?resumo__startswith=a", f"{ENVIOS}?wamid__contains=a"])
def test_o_telefone_nao_se_adivinha_por_filtros_escritos_no_endereco(
    meta: WhatsappFalso, celular: Celular, url: str
) -> None:  # fmt: skip
    celular()
    validar()
    assert navegador("operador").get(url).status_code == 400
