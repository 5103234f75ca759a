"""Fix once, heal all: groups of errors, the one click that retries a group, and how far it is."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auditoria.models import Evento
from erp.cadastros.models import PeriodoContabil, PontoVenda, Produto
from pdv.processamento.atos import retomada
from pdv.processamento.atos.retomada import andamento, enviar_o_que_falta, retomar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa, Retomada
from pdv.processamento.selectors.problemas import grupos_de_erro, grupos_em_espera
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import NotaFiscal, OperacaoPdv
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar, estagiar_nota, estagiar_venda, montar_elenco
from tests.pdv.fabricas import nova_chave
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sem_manifesto")]
PAGINA = "/admin/processamento/retomada/"
PRODUTO_555 = "PRODUTO_NAO_CADASTRADO:555"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro, elenco.bairro)))


def com_erro(pdv: PontoVenda, codigos: str, valor: str = "10.00", ha: int = 1) -> OperacaoPdv:
    """An operation in error for `ha` hours."""
    operacao = estagiar(pdv, Especie.VENDA, D(valor))
    OperacaoPdv.objects.filter(pk=operacao.pk).update(
        situacao_replicacao=2, erro_codigo=codigos, erro_em=timezone.now() - timedelta(hours=ha)
    )
    return operacao


def situacoes(*operacoes: OperacaoPdv) -> list[int]:
    por_id = dict(OperacaoPdv.objects.values_list("pk", "situacao_replicacao"))
    return [por_id[o.pk] for o in operacoes]


def tokens(html: str) -> list[str]:
    return re.findall(r'name="token" value="([^"]+)"', html)


def reprocessar(cliente: Any, numero: int = 0) -> Any:
    """Click the button of a group of the page."""
    token = tokens(cliente.get(PAGINA).content.decode())[numero]
    return cliente.post(f"{PAGINA}retomar/", {"token": token})


def test_uma_operacao_com_dois_problemas_conta_nos_dois_grupos(elenco: Elenco) -> None:
    antes = com_erro(elenco.pdv, PRODUTO_555, "10.00", ha=3)
    com_erro(elenco.pdv, f"{PRODUTO_555},PAGAMENTO_NAO_FECHA", "5.00", ha=1)
    com_erro(elenco.pdv, "", "1.00", ha=9)
    com_erro(elenco.pdv, "PRODUTO_NAO_CADASTRADO:5", "7.00", ha=2)
    antes.refresh_from_db()
    grupos, quantos = grupos_de_erro(Alvo.OPERACAO, None, limite=10)
    assert [(g.digital, g.linhas, g.valor) for g in grupos] == [
        (PRODUTO_555, 2, D("15.00")),
        ("ERRO", 1, D("1.00")),
        ("PAGAMENTO_NAO_FECHA", 1, D("5.00")),
        ("PRODUTO_NAO_CADASTRADO:5", 1, D("7.00")),
    ]
    assert quantos == 4
    assert grupos[0].desde == antes.erro_em
    poucos, quantos = grupos_de_erro(Alvo.OPERACAO, None, limite=1)
    assert ([g.digital for g in poucos], quantos) == ([PRODUTO_555], 4)


def test_sem_o_instante_do_erro_vale_o_da_chegada(elenco: Elenco) -> None:
    operacao = com_erro(elenco.pdv, PRODUTO_555)
    OperacaoPdv.objects.filter(pk=operacao.pk).update(erro_em=None)
    ((grupo,), _) = grupos_de_erro(Alvo.OPERACAO, None, limite=10)
    assert grupo.desde == operacao.recebido_em


def test_pagina_diz_o_que_e_quanto_desde_quando_e_onde_se_conserta(elenco: Elenco, ana: Any) -> None:
    com_erro(elenco.pdv, PRODUTO_555, "38000.00")
    com_erro(elenco.pdv, PRODUTO_555, "900.00")
    nota = estagiar_nota(estagiar(elenco.pdv, Especie.VENDA, D("3.00")), "<x/>", nova_chave(7), 7)
    NotaFiscal.objects.filter(pk=nota.pk).update(situacao_replicacao=2, erro_codigo="XML_ILEGIVEL")
    html = ana.get(PAGINA).content.decode()
    assert "Produto não cadastrado: 555" in html
    assert "2 operações" in html
    assert "R$\u00a038.900,00" in html
    assert "/admin/cadastros/produto/add/?codigo=555" in html
    assert "Reprocessar estas 2 operações" in html
    assert "XML ilegível" in html
    assert "Reprocessar esta 1 nota" in html


def test_sem_problemas_a_pagina_diz_que_nao_ha(elenco: Elenco, ana: Any) -> None:
    assert "Nenhum problema" in ana.get(PAGINA).content.decode()


def test_um_clique_depois_do_conserto_lanca_exatamente_as_do_grupo(elenco: Elenco, ana: Any) -> None:
    vendas = [estagiar_venda(elenco.pdv, [(555, "1", "25.00")], [(DINHEIRO, "25.00", "0", 1)]) for _ in range(3)]
    outra = estagiar_venda(elenco.pdv, [(556, "1", "9.00")], [(DINHEIRO, "9.00", "0", 1)])
    drenar_tudo()
    assert situacoes(*vendas, outra) == [2, 2, 2, 2]
    Produto.objects.create(codigo=555, descricao="PRODUTO NOVO")
    resposta = reprocessar(ana)
    assert resposta["Location"] == f"{PAGINA}{Retomada.objects.get().pk}/change/"
    assert situacoes(*vendas, outra) == [1, 1, 1, 2]
    meio = ana.get(resposta["Location"]).content.decode()
    assert "Processando: 0 de 3 operações." in meio
    assert "every 2s" in meio
    drenar_tudo()
    assert situacoes(*vendas, outra) == [9, 9, 9, 2]
    fim = ana.get(resposta["Location"]).content.decode()
    assert "Tudo certo. As 3 operações foram lançadas: R$\u00a075,00." in fim
    assert "every 2s" not in fim
    assert AtoPessoa.objects.filter(acao="processar", alvo_id__in=[v.pk for v in vendas]).count() == 3
    assert Evento.objects.filter(acao="pdv.retomar_grupo").count() == 1
    verificar_tudo()


def test_o_que_falha_de_novo_aparece_com_o_seu_erro(elenco: Elenco, ana: Any) -> None:
    estagiar_venda(elenco.pdv, [(555, "1", "25.00")], [(DINHEIRO, "25.00", "0", 1)])
    estagiar_venda(elenco.pdv, [(555, "1", "5.00"), (556, "1", "5.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    Produto.objects.create(codigo=555, descricao="PRODUTO NOVO")
    destino = reprocessar(ana)["Location"]
    drenar_tudo()
    html = ana.get(destino).content.decode()
    assert "1 de 2 operações; 1 de novo com erro" in html
    assert "Produto não cadastrado: 556" in html


def test_clique_duplo_faz_uma_retomada_e_leva_a_mesma_pagina(elenco: Elenco, ana: Any) -> None:
    com_erro(elenco.pdv, PRODUTO_555)
    (token,) = tokens(ana.get(PAGINA).content.decode())
    primeira = ana.post(f"{PAGINA}retomar/", {"token": token})
    segunda = ana.post(f"{PAGINA}retomar/", {"token": token})
    assert primeira["Location"] == segunda["Location"]
    assert Retomada.objects.count() == AtoPessoa.objects.count() == 1


def test_quem_chega_depois_de_outro_nao_manda_de_novo(elenco: Elenco, ana: Any) -> None:
    com_erro(elenco.pdv, PRODUTO_555)
    caio = entrar(pessoa("caio", "gerente", filiais=(elenco.centro,)))
    (dele,) = tokens(caio.get(PAGINA).content.decode())
    reprocessar(ana)
    resposta = caio.post(f"{PAGINA}retomar/", {"token": dele}, follow=True)
    assert "alguém já as mandou processar" in resposta.content.decode()
    assert Retomada.objects.count() == 1


def test_o_que_falhou_depois_de_a_pagina_abrir_fica_para_o_proximo_clique(elenco: Elenco) -> None:
    vista = com_erro(elenco.pdv, PRODUTO_555)
    abriu = timezone.now()
    depois = com_erro(elenco.pdv, PRODUTO_555)
    OperacaoPdv.objects.filter(pk=depois.pk).update(erro_em=abriu + timedelta(seconds=1))
    retomar(alvo=Alvo.OPERACAO, digital=PRODUTO_555, filiais=None, ate=abriu, usuario=pessoa("ana", "gerente"))
    assert situacoes(vista, depois) == [1, 2]
    with pytest.raises(AcaoRecusada):
        retomar(alvo=Alvo.OPERACAO, digital=PRODUTO_555, filiais=None, ate=abriu, usuario=pessoa("ana", "gerente"))


def test_grupo_grande_vai_aos_lotes_e_nenhum_se_perde_nem_vai_duas_vezes(
    elenco: Elenco, ana: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retomada, "LOTE", 2)
    linhas = [com_erro(elenco.pdv, PRODUTO_555) for _ in range(7)]
    destino = reprocessar(ana)["Location"]
    assert situacoes(*linhas) == [1, 1, 2, 2, 2, 2, 2]
    html = ana.get(destino).content.decode()
    assert "Processando: 0 de 7 operações." in html, "o que ainda não foi mandado não é erro de novo"
    OperacaoPdv.objects.filter(pk=linhas[2].pk).update(situacao_replicacao=0)  # somebody ignored it meanwhile
    assert enviar_o_que_falta() == 4
    assert situacoes(*linhas) == [1, 1, 0, 1, 1, 1, 1]
    assert enviar_o_que_falta() == 0
    assert AtoPessoa.objects.filter(acao="processar").count() == 6
    assert AtoPessoa.objects.values("alvo_id").distinct().count() == 6


def test_a_outra_filial_nao_aparece_nem_e_tocada(elenco: Elenco) -> None:
    minha, alheia = com_erro(elenco.pdv, PRODUTO_555, "11.00"), com_erro(elenco.pdv3, PRODUTO_555, "77.00")
    com_erro(elenco.pdv3, "PRODUTO_NAO_CADASTRADO:999", "88.00")
    ana = entrar(pessoa("ana", "gerente", filiais=(elenco.centro, elenco.bairro)))
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.centro,)))
    html = bia.get(PAGINA).content.decode()
    assert "11,00" in html
    assert "77,00" not in html
    assert "999" not in html
    reprocessar(bia)
    assert situacoes(minha, alheia) == [1, 2]
    de_ana = reprocessar(ana)["Location"]
    assert bia.get(de_ana).status_code == 404
    inteira = Retomada.objects.latest("pk")
    assert andamento(inteira, frozenset({elenco.centro.pk})) is None


def test_sem_permissao_nao_ha_botao_nem_efeito(elenco: Elenco, ana: Any) -> None:
    operacao = com_erro(elenco.pdv, PRODUTO_555)
    bia = entrar(pessoa("bia", "operador", filiais=(elenco.centro,)))
    assert tokens(bia.get(PAGINA).content.decode()) == []
    (de_ana,) = tokens(ana.get(PAGINA).content.decode())
    bia.post(f"{PAGINA}retomar/", {"token": de_ana})
    bia.post(f"{PAGINA}retomar/", {"token": "qualquer"})
    bia.get(f"{PAGINA}retomar/")
    assert situacoes(operacao) == [2]
    assert entrar(pessoa("caio", filiais=(elenco.centro,))).get(PAGINA).status_code == 403


def test_fiscal_retoma_notas_e_nao_operacoes(elenco: Elenco) -> None:
    nota = estagiar_nota(com_erro(elenco.pdv, PRODUTO_555), "<x/>", nova_chave(8), 8)
    NotaFiscal.objects.filter(pk=nota.pk).update(situacao_replicacao=2, erro_codigo="XML_ILEGIVEL")
    fiscal = entrar(pessoa("fabi", "fiscal", filiais=(elenco.centro,)))
    assert reprocessar(fiscal).status_code == 302
    nota.refresh_from_db()
    assert nota.situacao_replicacao == 1
    assert Retomada.objects.get().alvo == Alvo.NOTA


def test_esperas_vem_agrupadas_pelo_que_esperam(elenco: Elenco, ana: Any) -> None:
    for pdv in (elenco.pdv, elenco.pdv, elenco.pdv3):
        espera = estagiar(pdv, Especie.CANCELAMENTO, D("4.00"))
        OperacaoPdv.objects.filter(pk=espera.pk).update(
            aguarda=f"titulo:{pdv.codigo}-9-1/1",
            aguarda_desde=timezone.now(),
        )
    grupos, quantos = grupos_em_espera(frozenset({elenco.centro.pk}), limite=10)
    assert [(g.linhas, g.valor) for g in grupos] == [(2, D("8.00"))]
    assert quantos == 1
    html = ana.get(PAGINA).content.decode()
    assert "O título 1-9-1, parcela 1" in html
    lista = ana.get("/admin/replicacao/operacaopdv/", {"aguarda": "titulo:1-9-1/1"})
    assert len(lista.context["cl"].result_list) == 2
    assert len(ana.get("/admin/replicacao/operacaopdv/", {"aguarda": "sim"}).context["cl"].result_list) == 3


def test_numero_fixo_de_consultas(elenco: Elenco, ana: Any) -> None:
    def consultas() -> int:
        with CaptureQueriesContext(connection) as capturadas:
            assert ana.get(PAGINA).status_code == 200
        return len(capturadas)

    com_erro(elenco.pdv, PRODUTO_555)
    consultas()
    com_uma = consultas()
    for n in range(30):
        com_erro(elenco.pdv, f"PRODUTO_NAO_CADASTRADO:{n}")
    assert consultas() == com_uma <= 20


def test_a_que_esta_lancada_em_periodo_fechado_pede_a_permissao(elenco: Elenco, ana: Any) -> None:
    """As in Processar agora: the row of a generation that stands is done again, and that undoes it."""
    lancada = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    nova = com_erro(elenco.pdv, PRODUTO_555)
    errada = {"situacao_replicacao": 2, "erro_codigo": PRODUTO_555, "erro_em": timezone.now() - timedelta(hours=1)}
    OperacaoPdv.objects.filter(pk=lancada.pk).update(**errada)
    PeriodoContabil.objects.create(inicio=date(2026, 3, 1), fim=date(2026, 3, 31))
    PeriodoContabil.objects.update(fechado=True)
    pagina = ana.get(reprocessar(ana)["Location"]).content.decode()
    assert situacoes(lancada, nova) == [2, 1]
    assert "1 operação de período fechado ficou de fora" in pagina
    resposta = ana.get(reprocessar(ana)["Location"]).content.decode()
    assert situacoes(lancada) == [2] and "não tem a permissão de reprocessar período fechado" in resposta
    fiscal = pessoa("bia", "gerente", "fiscal", filiais=(elenco.centro,))
    reprocessar(entrar(fiscal))
    assert situacoes(lancada) == [1]
