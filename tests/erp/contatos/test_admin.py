"""The screens: who opens what, what a list costs, what each door does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from auditoria.models import Evento
from erp.contatos.models import Comunicado, Descadastro, Lembrete, ModeloMensagem, PassoDaRegua
from erp.contatos.services import cancelar, criar_modelos, criar_regua, descadastrar_cliente, enviar, repetir
from erp.financeiro.models import Titulo
from tests.busca import procurar
from tests.erp.contatos.conftest import NovoCliente, aviso, por_na_fila
from tests.erp.elenco import CPF, navegador, pessoa, titulo

pytestmark = pytest.mark.django_db
LISTAS = ("comunicado", "modelomensagem", "descadastro", "lembrete", "passodaregua")
Situacao = Comunicado.Situacao


def _lista(modelo: str) -> str:
    return reverse(f"admin:contatos_{modelo}_changelist")


def _pagina(objeto: Any) -> str:
    return reverse(f"admin:contatos_{objeto._meta.model_name}_change", args=[objeto.pk])


def _texto(resposta: Any) -> str:
    return str(resposta.content.decode())


def _agir(cliente: Client, acao: str, objeto: Any, motivo: str = "porque sim, oras") -> Any:
    url = reverse(f"admin:contatos_{objeto._meta.model_name}_{acao}", args=[objeto.pk])
    pagina = cliente.get(url)
    token = pagina.context["token"]
    return cliente.post(url, {"token": token, "motivo": motivo}, follow=True)


@pytest.mark.parametrize("lista", LISTAS)
def test_listas_vazias_abrem(modelo: ModeloMensagem, lista: str) -> None:
    criar_modelos()
    assert navegador("gerente").get(_lista(lista)).status_code == 200


@pytest.mark.parametrize("lista", LISTAS)
def test_quem_nao_pode_ver_nao_ve(modelo: ModeloMensagem, lista: str) -> None:
    estranho = Client()
    assert estranho.get(_lista(lista)).status_code == 302
    fiscal = navegador("fiscal")
    pode = lista == "lembrete"
    assert fiscal.get(_lista(lista)).status_code == (200 if pode else 403)


def test_a_lista_diz_por_que_nao_foi_e_filtra_por_isso(modelo: ModeloMensagem, novo_cliente: NovoCliente) -> None:
    por_na_fila(aviso("um"), aviso("dois", codigo_cliente=novo_cliente(email="").pk))
    ana = navegador("gerente")

    tudo = _texto(ana.get(_lista("comunicado")))
    assert "Sem endereço" in tudo and "Na fila de envio" in tudo
    filtrada = ana.get(_lista("comunicado"), {"motivo": "SEM_ENDERECO"})
    assert [c.fato for c in filtrada.context["cl"].result_list] == ["dois"]
    assert (
        ana.get(_lista("comunicado"), {"situacao": "1", "modelo": "teste", "criado": "hoje"})
        .context["cl"]
        .result_list[0]
        .fato
        == "um"
    )


def test_a_lista_nao_conta_nem_pergunta_por_linha(modelo: ModeloMensagem) -> None:
    ana = navegador("gerente")

    def perguntas() -> list[str]:
        with CaptureQueriesContext(connection) as feitas:
            assert ana.get(_lista("comunicado")).status_code == 200
        return [p["sql"] for p in feitas.captured_queries]

    por_na_fila(aviso("um"))
    perguntas()
    de_uma = perguntas()
    por_na_fila(*(aviso(f"f:{n}") for n in range(30)))
    de_muitas = perguntas()
    assert len(de_muitas) == len(de_uma)
    assert not any("COUNT(" in sql and "contatos_comunicado" in sql for sql in de_muitas)


@pytest.mark.parametrize("termo", ["coisa:1", "00000000000777", "529.982.247-25", "MARIA@exemplo.com.br "])
def test_a_busca_acha_pelo_fato_pelo_cliente_ou_pelo_endereco_inteiros(
    modelo: ModeloMensagem, novo_cliente: NovoCliente, termo: str
) -> None:
    cliente = novo_cliente(codigo_cliente="00000000000777", cpf_cgc=CPF)
    por_na_fila(aviso("coisa:1", codigo_cliente=cliente.pk), aviso("coisa:2"))

    ana = navegador("gerente")
    achados = procurar(ana, _lista("comunicado"), termo).context["cl"].result_list
    assert [c.fato for c in achados] == ["coisa:1"]
    assert list(procurar(ana, _lista("comunicado"), termo[:5]).context["cl"].result_list) == []


def test_quem_nao_ve_documentos_ve_o_endereco_mascarado(modelo: ModeloMensagem) -> None:
    [comunicado] = por_na_fila(aviso())
    do_auditor = navegador("TI")
    for pagina in (_lista("comunicado"), _pagina(comunicado)):
        texto = _texto(do_auditor.get(pagina))
        assert "ana@exemplo.com.br" not in texto and "a***@exemplo.com.br" in texto
    assert do_auditor.get(_lista("comunicado"), {"endereco__startswith": "a"}).status_code in (302, 400)


def test_a_pagina_mostra_as_palavras_escapadas_a_prova_e_a_mensagem_na_fila(modelo: ModeloMensagem) -> None:
    [comunicado] = por_na_fila(aviso(dados={"coisa": "<script>alert(1)</script>"}))
    Comunicado.objects.update(situacao=Situacao.ENTREGUE, retorno="Aceita: 250 queued", terminado_em=timezone.now())

    texto = _texto(navegador("gerente").get(_pagina(comunicado)))

    assert "<script>alert(1)" not in texto and "&lt;script&gt;alert(1)" in texto
    assert "Aceita: 250 queued" in texto and "/admin/filas/mensagem/" in texto
    assert str(comunicado.token) in texto


def test_cancelar_e_tentar_de_novo_pela_pagina(modelo: ModeloMensagem) -> None:
    ana = navegador("gerente")
    ModeloMensagem.objects.update(ativo=False)
    [comunicado] = por_na_fila(aviso())
    assert "Voltaram a esperar a vez: 1" in _texto(_agir(ana, "repetir", comunicado))
    comunicado.refresh_from_db()
    assert comunicado.situacao == Situacao.PENDENTE
    assert "Cancelados: 1" in _texto(_agir(ana, "cancelar", comunicado))
    comunicado.refresh_from_db()
    assert (comunicado.situacao, comunicado.motivo) == (Situacao.NAO_ENVIADO, "CANCELADO")
    assert Evento.objects.filter(acao__in=["contatos.repetidos", "contatos.cancelados"]).count() == 2


def test_de_muitos_de_uma_vez_cada_um_que_mudou_tem_o_seu_evento(modelo: ModeloMensagem) -> None:
    comunicados = por_na_fila(*(aviso(f"f:{n}") for n in range(3)))
    ids = [c.pk for c in comunicados]
    Comunicado.objects.filter(pk=ids[0]).update(situacao=Situacao.NAO_ENVIADO, terminado_em=timezone.now())
    assert cancelar(ids, usuario=pessoa("gerente"), motivo="não é mais preciso") == 2
    assert repetir(ids[:1], usuario=pessoa("gerente"), motivo="é preciso sim") == 1
    eventos = Evento.objects.filter(objeto="contatos.comunicado").values_list("acao", "objeto_id", "motivo")
    assert set(eventos) == {
        ("contatos.cancelados", str(ids[1]), "não é mais preciso"),
        ("contatos.cancelados", str(ids[2]), "não é mais preciso"),
        ("contatos.repetidos", str(ids[0]), "é preciso sim"),
    }


def test_operador_ve_mas_nao_cancela(modelo: ModeloMensagem) -> None:
    [comunicado] = por_na_fila(aviso())
    bia = navegador("operador")
    assert bia.get(_pagina(comunicado)).status_code == 200
    assert bia.get(reverse("admin:contatos_comunicado_cancelar", args=[comunicado.pk])).status_code == 403


# Templates


@pytest.fixture
def a_vencer(novo_cliente: NovoCliente) -> ModeloMensagem:
    criar_modelos()
    return ModeloMensagem.objects.get(codigo="titulo_a_vencer", canal="email")


def test_a_pagina_do_modelo_mostra_a_previa_com_titulos_de_verdade(
    a_vencer: ModeloMensagem, novo_cliente: NovoCliente
) -> None:
    cliente = novo_cliente(cliente_varejo="JOAQUINA <i>NUNES</i>")
    titulo("321.09", codigo_cliente=cliente.pk, vencimento=timezone.localdate() + timedelta(days=2))

    texto = _texto(navegador("gerente").get(_pagina(a_vencer)))

    assert "R$ 321,09" in texto and "com dados de verdade" in texto
    assert "JOAQUINA &lt;i&gt;NUNES&lt;/i&gt;" in texto and "<i>NUNES" not in texto
    assert 'data-campo="vencimento"' in texto


def test_a_previa_segue_o_que_se_digita_e_nao_grava_nem_envia(a_vencer: ModeloMensagem) -> None:
    url = reverse("admin:contatos_modelomensagem_previa", args=[a_vencer.pk])
    ana = navegador("gerente")

    certa = _texto(ana.post(url, {"assunto": "Oi {{primeiro_nome}}", "corpo": "Vence {{vencimento}}"}))
    assert "Oi Maria" in certa and "Vence 10/12/2026" in certa
    errada = _texto(ana.post(url, {"assunto": "Oi", "corpo": "{{vencimeto}} {{cpf}}"}))
    assert "Você quis dizer {{vencimento}}?" in errada and "{{cpf}}" in errada
    a_vencer.refresh_from_db()
    assert "Lembramos" in a_vencer.corpo
    assert not Comunicado.objects.exists()
    assert navegador("operador").post(url, {"corpo": "x"}).status_code == 403
    assert ana.get(url).status_code == 405


def test_modelo_com_campo_desconhecido_nao_se_grava_e_o_certo_fica_na_auditoria(a_vencer: ModeloMensagem) -> None:
    ana = navegador("gerente")
    dados = {"assunto": "Oi {{nomee}}", "corpo": "Vence {{vencimento}}\r\nfim", "ativo": "on", "silencio_de": "18:00"}

    errada = ana.post(_pagina(a_vencer), dados)
    texto = _texto(errada)
    assert errada.status_code == 200
    assert "O campo {{nomee}} não existe neste modelo. Você quis dizer {{nome}}?" in texto
    assert "Preencha as duas horas do silêncio" in texto
    certa = ana.post(_pagina(a_vencer), dados | {"assunto": "Oi {{nome}}", "silencio_ate": "09:00"})
    assert certa.status_code == 302
    a_vencer.refresh_from_db()
    assert (a_vencer.assunto, a_vencer.corpo) == ("Oi {{nome}}", "Vence {{vencimento}}\nfim")
    assert Evento.objects.filter(objeto_id=str(a_vencer.pk), acao__startswith="contatos.modelomensagem").count() == 1


def test_o_que_a_equipe_escreveu_nao_e_desfeito_pela_proxima_versao(a_vencer: ModeloMensagem) -> None:
    ModeloMensagem.objects.filter(pk=a_vencer.pk).update(corpo="o nosso texto", ativo=False)
    PassoDaRegua.objects.all().delete()
    PassoDaRegua.objects.create(dias=7)
    assert (criar_modelos(), criar_regua()) == (0, 0)
    a_vencer.refresh_from_db()
    assert (a_vencer.corpo, a_vencer.ativo) == ("o nosso texto", False)


def test_modelo_nao_se_inclui_nem_se_apaga(a_vencer: ModeloMensagem) -> None:
    ana = navegador("gerente")
    assert ana.get(reverse("admin:contatos_modelomensagem_add")).status_code == 403
    assert ana.get(reverse("admin:contatos_modelomensagem_delete", args=[a_vencer.pk])).status_code == 403
    do_operador = navegador("operador").get(_pagina(a_vencer))
    assert do_operador.status_code == 200 and "data-campo" not in _texto(do_operador)


def test_a_regua_nasce_desligada_e_avisa(a_vencer: ModeloMensagem) -> None:
    PassoDaRegua.objects.all().delete()
    assert criar_regua() == 4
    assert not PassoDaRegua.objects.filter(ativo=True).exists()
    ana = navegador("gerente")
    assert "Nenhum passo está ligado" in _texto(ana.get(_lista("passodaregua")))
    passo = PassoDaRegua.objects.get(dias=-3)
    assert ana.post(_pagina(passo), {"dias": "-3", "ativo": "on"}).status_code == 302
    texto = _texto(ana.get(_lista("passodaregua")))
    assert "Nenhum passo está ligado" not in texto and "3 dias antes do vencimento" in texto
    assert "Ensure" not in _texto(ana.post(_pagina(passo), {"dias": "400"}))


# Refusals


def test_a_equipe_descadastra_um_cliente_pelo_cpf_uma_vez(novo_cliente: NovoCliente) -> None:
    cliente = novo_cliente(cpf_cgc=CPF)
    bia = navegador("operador")
    url = reverse("admin:contatos_descadastro_add")
    dados = {"cliente": "529.982.247-25", "canal": "email", "motivo": "pediu ao telefone"}

    assert bia.post(url, dados).status_code == 302
    assert "já pediu para não receber" in _texto(bia.post(url, dados))
    assert "Nenhum cliente tem este código" in _texto(bia.post(url, dados | {"cliente": "nenhum"}))

    descadastro = Descadastro.objects.get()
    assert (descadastro.codigo_cliente, descadastro.por) == (cliente.pk, "bia")
    assert "MARIA DA SILVA" in _texto(procurar(bia, _lista("descadastro"), CPF))
    assert bia.get(_pagina(descadastro)).status_code == 200
    assert bia.get(reverse("admin:contatos_descadastro_desfazer", args=[descadastro.pk])).status_code == 403


def test_desfazer_pede_motivo_e_some_da_pagina_depois(novo_cliente: NovoCliente) -> None:
    cliente = novo_cliente()
    descadastro = descadastrar_cliente(
        codigo_cliente=cliente.pk, canal_="email", motivo="pediu ao telefone", usuario=pessoa("operador")
    )
    ana = navegador("gerente")

    assert "Desfeitos: 1" in _texto(_agir(ana, "desfazer", descadastro))
    assert "Voltar a escrever" not in _texto(ana.get(_pagina(descadastro)))
    assert ana.get(_lista("descadastro"), {"vale": "sim"}).context["cl"].result_list.count() == 0
    assert "Desfeito" in _texto(ana.get(_lista("descadastro"), {"vale": "nao"}))


# Reminders


def test_lembrete_se_escreve_e_diz_a_proxima_vez(db: None) -> None:
    ana = navegador("gerente")
    grupo = Group.objects.get(name="operador")
    amanha = timezone.localdate() + timedelta(days=1)
    dados = {
        "titulo": "Conferir os extintores", "texto": "Nas duas lojas.", "grupo": grupo.pk, "repete": "mensal",
        "data": f"{amanha:%d/%m/%Y}", "ate": "", "ativo": "on",
    }  # fmt: skip
    url = reverse("admin:contatos_lembrete_add")
    assert "O fim é antes da primeira vez" in _texto(ana.post(url, dados | {"ate": "01/01/2020"}))
    assert ana.post(url, dados).status_code == 302

    lembrete = Lembrete.objects.get()
    assert lembrete.criado_por.username == "ana"
    assert f"{amanha:%d/%m/%Y}" in _texto(ana.get(_lista("lembrete")))
    assert ana.get(_pagina(lembrete)).status_code == 200
    assert navegador("operador").get(_pagina(lembrete)).status_code == 200
    assert navegador("operador").get(url).status_code == 403


def test_enviar_sem_nada_e_sem_titulos_nao_quebra(db: None) -> None:
    assert enviar().total == 0
    assert not Titulo.objects.exists()


def test_a_lista_diz_quando_o_email_nao_esta_saindo(modelo: ModeloMensagem, settings: Any) -> None:
    ana = navegador("gerente")
    settings.CONTATOS_EMAIL_LIGADO = True
    por_na_fila(aviso())
    assert "falta configurar" not in _texto(ana.get(_lista("comunicado")))
    settings.CONTATOS_EMAIL_LIGADO = False
    assert "E-mails a clientes e à equipe: falta configurar." in _texto(ana.get(_lista("comunicado")))
