"""The pages: who sees what, a charge made from its title, cancelled, told, asked about, and what is shown of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from auditoria.models import Evento
from erp.cobrancas.falso import EfiFalsa
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Pagamento
from erp.cobrancas.pix.falso import PixFalso
from erp.cobrancas.services.pix import ler_janelas
from erp.cobrancas.services.registro import registrar
from erp.cobrancas.tarefas import tarefas
from erp.contatos.models import Comunicado
from erp.provedores.autorizacao import esquecer_tokens
from erp.provedores.services.anotacoes import conter
from tests.erp.cobrancas.elenco import aberto, cobranca, lido
from tests.erp.elenco import agora, conta, empresa, hoje, navegador, pessoa, titulo
from tests.erp.planos.elenco import cliente

pytestmark = pytest.mark.django_db
LISTA = "/admin/cobrancas/cobranca/"
CRIAR = f"{LISTA}criar/"
ALARMES = "/admin/cobrancas/alarmecobranca/"


@pytest.fixture(autouse=True)
def efi(settings: Any) -> Iterator[EfiFalsa]:
    empresa()
    esquecer_tokens()
    with EfiFalsa() as servidor:
        settings.EFI_URL, settings.EFI_CLIENT_ID, settings.EFI_CLIENT_SECRET = servidor.url, "id", "segredo"
        yield servidor
    esquecer_tokens()


def texto(resposta: Any, status: int = 200) -> str:
    assert resposta.status_code == status, resposta.content.decode()[:500]
    return str(resposta.content.decode())


def token(pagina: str) -> str:
    achado = re.search(r'name="token" value="([^"]+)"', pagina)
    assert achado is not None
    return achado[1]


def agir(cliente: Client, c: Cobranca, acao: str) -> Any:
    endereco = f"{LISTA}{c.pk}/{acao}/"
    pagina: Any = cliente.get(endereco, follow=True)
    return cliente.post(
        pagina.request["PATH_INFO"], {"token": token(texto(pagina)), "motivo": "pediu o cliente"}, follow=True
    )


def pedir(cliente: Client, ids: str, **campos: str) -> Any:
    pagina = texto(cliente.get(CRIAR, {"ids": ids}))
    ids_da_pagina = re.search(r'name="ids" value="([^"]*)"', pagina)
    assert ids_da_pagina is not None
    dados = {
        "ids": ids_da_pagina[1], "token": token(pagina), "por_onde": "efi/link", "conta": conta().pk,
        "vencimento": f"{hoje() + timedelta(days=3):%Y-%m-%d}",
    }  # fmt: skip
    return cliente.post(CRIAR, dados | campos, follow=True)


def test_quem_nao_pode_cobrar_ve_e_nao_tem_botoes() -> None:
    c = cobranca()
    cliente = navegador("auditor", 1)
    assert "Cancelar" not in texto(cliente.get(f"{LISTA}{c.pk}/change/"))
    assert cliente.get(CRIAR, {"ids": str(c.titulo_id)}).status_code == 403
    assert cliente.get(f"{LISTA}{c.pk}/cancelar/", follow=True).status_code == 403
    assert navegador("fiscal", 1).get(LISTA).status_code == 403


def test_de_outra_filial_ninguem_ve_nem_cobra() -> None:
    c = cobranca()
    cliente = navegador("financeiro", 2)
    assert f"nº {c.pk}" not in texto(cliente.get(LISTA))
    assert cliente.get(f"{LISTA}{c.pk}/change/").status_code == 302
    assert "Nenhum título escolhido" in texto(cliente.get(CRIAR, {"ids": str(titulo().pk)}))


def test_do_titulo_se_cria_o_link_e_duas_vezes_e_uma(efi: EfiFalsa) -> None:
    alvo = titulo("80.00")
    cliente = navegador("financeiro", 1)
    assert "/cobrar-este" in texto(cliente.get(f"/admin/financeiro/titulo/{alvo.pk}/change/"))
    pagina = texto(cliente.get(CRIAR, {"ids": str(alvo.pk)}))
    dados = {
        "ids": str(alvo.pk), "token": token(pagina), "por_onde": "efi/link", "conta": conta().pk,
        "vencimento": f"{hoje():%Y-%m-%d}",
    }  # fmt: skip
    feita = texto(cliente.post(CRIAR, dados, follow=True))
    assert "Já se pode pagar" in feita and "/pagar/1000" in feita
    assert "já tinha sido enviada" in texto(cliente.post(CRIAR, dados), 409)
    assert Cobranca.objects.get().valor == D(80) and len(efi.cobrancas) == 1
    assert "nº" in texto(cliente.get(f"/admin/financeiro/titulo/{alvo.pk}/change/"))


def test_titulo_que_nao_se_cobra_fica_de_fora_com_o_motivo() -> None:
    c, outro = cobranca(), titulo()
    cliente = navegador("financeiro", 1)
    assert "já tem a cobrança" in texto(cliente.get(CRIAR, {"ids": f"{c.titulo_id},{outro.pk}"}))
    texto(pedir(cliente, f"{c.titulo_id},{outro.pk}"))
    assert Cobranca.objects.latest("pk").titulo_id == outro.pk


def test_sem_conta_ou_com_dia_passado_nada_se_cria() -> None:
    cliente, alvo = navegador("financeiro", 1), titulo()
    assert "já passou" in texto(pedir(cliente, str(alvo.pk), vencimento="2020-01-01"))
    texto(pedir(cliente, str(alvo.pk), conta=""))
    assert not Cobranca.objects.exists()


def test_provedor_fora_do_ar_deixa_a_cobranca_para_a_rotina(efi: EfiFalsa) -> None:
    efi.roteiro.append("500")
    assert "a rotina manda" in texto(pedir(navegador("financeiro", 1), str(titulo().pk)))
    assert Cobranca.objects.get().passo == Passo.CRIADA


def test_sem_provedor_configurado_a_pagina_diz_e_nao_tem_botao(settings: Any) -> None:
    settings.EFI_CLIENT_ID = ""
    settings.PIX_CLIENT_ID = ""
    pagina = texto(navegador("financeiro", 1).get(CRIAR, {"ids": str(titulo().pk)}))
    assert "Nenhum provedor de cobranças está configurado" in pagina and ">Cobrar<" not in pagina


def test_cancelar_mandar_e_perguntar(efi: EfiFalsa) -> None:
    cliente = navegador("financeiro", 1)
    texto(pedir(cliente, str(titulo().pk)))
    c = Cobranca.objects.get()
    assert "Vai ao cliente" in texto(agir(cliente, c, "mandar"))
    assert Comunicado.objects.get().dados["como_pagar"] == c.url
    assert "nada de novo" in texto(agir(cliente, c, "consultar"))
    efi.mudar("1000", "waiting")
    assert "Há novidade" in texto(agir(cliente, c, "consultar"))
    assert "Cobrança cancelada" in texto(agir(cliente, c, "cancelar"))
    assert efi.cobrancas["1000"]["status"] == "canceled"
    pagina = texto(cliente.get(f"{LISTA}{c.pk}/change/"))
    assert "mandou ao cliente" in pagina and "pediu o cliente" in pagina
    assert sorted(Evento.objects.filter(acao__startswith="cobrancas.").values_list("acao", flat=True)) == [
        "cobrancas.cobranca_cancelada", "cobrancas.cobranca_criada", "cobrancas.cobranca_mandada",
    ]  # fmt: skip


def test_cancelar_a_que_ja_foi_paga_diz_e_ela_entra_na_consulta(efi: EfiFalsa) -> None:
    cliente = navegador("financeiro", 1)
    texto(pedir(cliente, str(titulo().pk)))
    c = Cobranca.objects.get()
    efi.mudar("1000", "paid")
    assert "não cancelou" in texto(agir(cliente, c, "cancelar"), 409)
    assert "Há novidade" in texto(agir(cliente, c, "consultar"))
    assert aberto(c) == D(0)


def test_pagina_mostra_o_que_nao_bate_o_dinheiro_e_escapa_o_que_veio_de_fora() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(hours=1), pago="110")])
    registrar(c.pk, [lido(Passo.AGUARDANDO, agora())._replace(lida="<script>1</script>")])
    pagina = texto(navegador("financeiro", 1).get(f"{LISTA}{c.pk}/change/"))
    assert "o provedor disse aguardando depois de dizer paga" in pagina
    assert "110,00" in pagina and "viraram crédito do cliente" in pagina
    assert "<script>1</script>" not in pagina and "&lt;script&gt;1&lt;/script&gt;" in pagina
    assert "52998224725" not in pagina


@pytest.mark.parametrize(
    ("filtro", "acha"),
    [
        ({}, True), ({"situacao__exact": "6"}, True), ({"situacao__exact": "4"}, False), ({"provedor": "efi"}, True),
        ({"provedor": "x"}, False), ({"tipo__exact": "link"}, True), ({"tipo__exact": "pix"}, False),
        ({"atencao": "contradicao"}, False), ({"atencao": "alarme"}, True), ({"criada_em_from": "01/01/2020"}, True),
        ({"criada_em_to": "01/01/2020"}, False), ({"q": "52998224725"}, True), ({"q": "nada"}, False),
    ],
)  # fmt: skip
def test_lista_filtra(filtro: dict[str, str], acha: bool) -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(hours=1), pago="90")])
    assert (f"nº {c.pk}" in texto(navegador("financeiro", 1).get(LISTA, filtro, follow=True))) is acha


def test_a_lista_vazia_diz_de_onde_vem_uma_cobranca() -> None:
    assert "Uma cobrança se faz a partir do que se cobra" in texto(navegador("financeiro", 1).get(LISTA))


def test_quem_paga_aparece_pelo_nome_e_quem_saiu_do_cadastro_pelo_codigo() -> None:
    titular = cliente("Maria da Conceição")
    cobranca(codigo_cliente=titular.pk)
    cobranca(codigo_cliente="SAIU1")
    lista = texto(navegador("financeiro", 1).get(LISTA))
    assert "Maria da Conceição" in lista and "SAIU1" in lista


def test_o_provedor_que_nao_respondeu_aparece_na_historia_com_a_hora_da_proxima_pergunta() -> None:
    c = cobranca(erro="HTTP 500: Erro interno", consultar_em=agora() + timedelta(minutes=7))
    pagina = texto(navegador("financeiro", 1).get(f"{LISTA}{c.pk}/change/"))
    assert "O provedor não respondeu direito:" in pagina and "A rotina pergunta de novo a partir de" in pagina


def test_um_titulo_so_se_cobra_por_link_sem_escolher(pix: PixFalso) -> None:
    pagina = texto(navegador("financeiro", 1).get(CRIAR, {"ids": str(titulo("50.00").pk)}))
    escolhas = re.findall(r'<option value="(\w+/\w+)"', pagina)
    assert escolhas == ["efi/link", "pix/pix", "efi/carne"]
    assert "Será feita 1 cobrança, de R$ 50,00" in pagina


def test_titulo_com_link_em_aberto_ainda_se_cobra_por_pix(pix: PixFalso) -> None:
    c = cobranca()
    cliente, ids = navegador("financeiro", 1), str(c.titulo_id)
    pagina = texto(cliente.get(CRIAR, {"ids": ids}))
    assert re.search(r'<option value="pix/pix"\s+selected', pagina) and "Será feita 1 cobrança" in pagina
    por_link = texto(cliente.get(CRIAR, {"ids": ids, "por_onde": "efi/link"}))
    assert "já tem a cobrança" in por_link and ">Cobrar<" not in por_link
    assert "Já se pode pagar" in texto(pedir(cliente, ids, por_onde="pix/pix"))
    assert Cobranca.objects.latest("pk").tipo == "pix" and Cobranca.objects.count() == 2


def test_perguntar_diz_quando_ninguem_foi_perguntado(efi: EfiFalsa) -> None:
    cliente = navegador("financeiro", 1)
    texto(pedir(cliente, str(titulo().pk)))
    c = Cobranca.objects.get()
    conter("efi", timedelta(minutes=5))
    assert "Nada foi perguntado agora" in texto(agir(cliente, c, "consultar"), 409)


def test_cobranca_de_venda_em_cartao_nao_se_pergunta_a_ninguem() -> None:
    c = cobranca(tipo=Cobranca.Tipo.TEF, provedor="tef", id_provedor="7")
    cliente = navegador("financeiro", 1)
    assert "Perguntar agora" not in texto(cliente.get(f"{LISTA}{c.pk}/change/"))
    assert "arquivo da adquirente" in texto(agir(cliente, c, "consultar"), 409)


def test_alarme_sai_da_lista_quando_alguem_diz_o_que_fez() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago="90")])
    alarme = AlarmeCobranca.objects.get()
    assert [t.texto for t in tarefas(pessoa("financeiro", 1))] == ["Alarmes de cobranças: 1"]
    assert list(tarefas(pessoa("operador", 1))) == []
    cliente = navegador("financeiro", 1)
    assert "faltam 10,00" in texto(cliente.get(ALARMES))
    pagina: Any = cliente.get(f"{ALARMES}{alarme.pk}/dar_por_vistos/", follow=True)
    cliente.post(pagina.request["PATH_INFO"], {"token": token(texto(pagina)), "motivo": "cobrado o resto"})
    assert "faltam 10,00" not in texto(cliente.get(ALARMES))
    assert "cobrado o resto" in texto(cliente.get(f"{LISTA}{c.pk}/change/"))


def test_pagamento_tem_a_sua_pagina() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago="100", numero="E123")])
    pagina = texto(navegador("financeiro", 1).get("/admin/cobrancas/pagamento/", {"q": "E123"}))
    assert "E123" in pagina


@pytest.fixture
def pix(settings: Any) -> Iterator[PixFalso]:
    with PixFalso() as servidor:
        for nome, valor in servidor.ajustes().items():
            setattr(settings, nome, valor)
        yield servidor


def test_devolver_um_pix_pela_pagina_do_pagamento_uma_vez(pix: PixFalso) -> None:
    texto(pedir(navegador("financeiro", 1), str(titulo("50.00").pk), por_onde="pix/pix"))
    c = Cobranca.objects.get()
    pix.pagar(c.id_provedor)
    assert "Há novidade" in texto(agir(navegador("financeiro", 1), c, "consultar"))
    pagamento = Pagamento.objects.get()
    endereco = f"/admin/cobrancas/pagamento/{pagamento.pk}/devolver/"
    assert navegador("financeiro", 1).get(endereco, follow=True).status_code == 403
    gerente = navegador("gerente", 1)
    pagina: Any = gerente.get(endereco, follow=True)
    assert "Resta devolver: R$ 50,00" in texto(pagina)
    dados = {"token": token(texto(pagina)), "motivo": "desistiu da compra", "valor": "20,00"}
    assert "Devolvido." in texto(gerente.post(pagina.request["PATH_INFO"], dados, follow=True))
    assert "já tinha sido enviada" in texto(gerente.post(pagina.request["PATH_INFO"], dados, follow=True))
    assert aberto(c) == D(20) and len(pix.pix[pagamento.id_pagamento]["devolucoes"]) == 1
    assert "-20,00" in texto(gerente.get(f"{LISTA}{c.pk}/change/"))


def test_devolucao_sem_resposta_so_oferece_a_mesma_de_novo(pix: PixFalso) -> None:
    pedir(navegador("financeiro", 1), str(titulo("50.00").pk), por_onde="pix/pix")
    c = Cobranca.objects.get()
    pix.pagar(c.id_provedor)
    agir(navegador("financeiro", 1), c, "consultar")
    pagamento = Pagamento.objects.get()
    gerente = navegador("gerente", 1)
    pagina: Any = gerente.get(f"/admin/cobrancas/pagamento/{pagamento.pk}/devolver/", follow=True)
    onde = pagina.request["PATH_INFO"]
    pix.depois.append("reset")  # made, and we are not told
    dados = {"token": token(texto(pagina)), "motivo": "desistiu da compra", "valor": "30,00"}
    recusa = texto(gerente.post(onde, dados), 409)
    assert "Não se sabe se o banco devolveu 30,00" in recusa and "Perguntar ao banco" in recusa
    assert 'name="valor"' not in recusa and "pedida por" in recusa
    de_novo = {"token": token(recusa), "motivo": "desistiu da compra"}
    assert "Devolvido." in texto(gerente.post(onde, de_novo, follow=True))
    assert aberto(c) == D(30) and len(pix.pix[pagamento.id_pagamento]["devolucoes"]) == 1
    sem_valor = {"token": token(texto(gerente.get(onde))), "motivo": "mais um pouco"}
    assert "resta devolver 20,00" in texto(gerente.post(onde, sem_valor), 409)


def test_pix_de_ninguem_aparece_na_lista_dos_que_nao_sao_de_cobranca(pix: PixFalso) -> None:
    pix.pagar("", "12.34")
    ler_janelas()
    cliente = navegador("financeiro", 1)
    assert "12,34" in texto(cliente.get("/admin/cobrancas/pixrecebido/", {"cobranca": "sem"}))
    assert "12,34" not in texto(cliente.get("/admin/cobrancas/pixrecebido/", {"cobranca": "com"}))
