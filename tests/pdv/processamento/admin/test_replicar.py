"""Replicar de novo at the screen: what forbids it told first, the archived page, the commands to the tills."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pdv.processamento.admin.comandos import ha_quanto
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import Comando, OperacaoArquivada, OperacaoPdv
from pdv.replicacao.services import receber_pacote
from pdv.tabelas import Especie
from tests.erp.acesso.elenco import leituras
from tests.pdv.elenco import DINHEIRO, Elenco, Pago, estagiar_completa, estagiar_venda, montar_elenco
from tests.pdv.fabricas import em_json, nova_operacao, novo_finalizador, novo_item, novo_pacote
from tests.pdv.processamento.admin.test_acoes import confirmar, pedir
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sem_manifesto")]
LISTA = "/admin/replicacao/operacaopdv/"
ARQUIVADAS = "/admin/replicacao/operacaoarquivada/"
COMANDOS = "/admin/replicacao/comando/"


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@pytest.fixture
def ana(elenco: Elenco) -> Any:
    return entrar(pessoa("ana", "gerente", filiais=(elenco.centro,)))


def texto(resposta: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", resposta.content.decode())))


def enviar(elenco: Elenco, valor: str = "10.00", numero: int = 7) -> OperacaoPdv:
    item = novo_item(1, quantidade="1", unitario=valor, id_produto=101)
    operacao = nova_operacao(
        numero, itens=[item], finalizadores=[novo_finalizador(1, valor, DINHEIRO)], valor_troco="0.00"
    )
    receber_pacote(corpo=em_json(novo_pacote(operacao)), ponto_venda=elenco.pdv)
    drenar_tudo()
    return OperacaoPdv.objects.get(id_operacao=numero)


def pela_pagina(cliente: Any, operacao: OperacaoPdv) -> Any:
    endereco = f"{LISTA}{operacao.pk}/replicar_de_novo/"
    return confirmar(cliente, cliente.get(endereco), motivo="Total errado na loja", endereco=endereco)


def test_a_pagina_diz_o_que_sera_feito_e_leva_a_da_arquivada(elenco: Elenco, ana: Any) -> None:
    operacao = enviar(elenco)
    endereco = f"{LISTA}{operacao.pk}/replicar_de_novo/"
    assert endereco in ana.get(f"{LISTA}{operacao.pk}/change/").content.decode()
    dito = texto(ana.get(endereco))
    assert "1 operação, R$ 10,00. 1 já lançada é estornada. Sai da retaguarda, fica arquivada por inteiro" in dito
    resposta = pela_pagina(ana, operacao)
    arquivada = OperacaoArquivada.objects.get()
    assert resposta.redirect_chain[-1][0] == f"{ARQUIVADAS}{arquivada.pk}/change/"
    pagina = texto(resposta)
    assert "Estornada e arquivada" in pagina and "por ana: Total errado na loja" in pagina
    assert "O PDV pergunta sozinho quando está ligado" in pagina
    assert ana.get(f"{LISTA}{operacao.pk}/change/").headers["Location"] == f"{ARQUIVADAS}{arquivada.pk}/change/"


def test_depois_da_volta_a_pagina_leva_a_linha_nova(elenco: Elenco, ana: Any) -> None:
    pela_pagina(ana, enviar(elenco))
    nova = enviar(elenco, "12.00")
    arquivada = OperacaoArquivada.objects.get()
    resposta = ana.get(f"{ARQUIVADAS}{arquivada.pk}/change/")
    assert f"{LISTA}{nova.pk}/change/" in resposta.content.decode()
    pagina = texto(resposta)
    assert "Esta operação já chegou de novo." in pagina and "ainda não" not in pagina.replace(
        "Entregue ao PDV ainda não", ""
    )
    assert "pedir_de_novo/" not in resposta.content.decode(), "não há mais o que pedir"


def test_o_que_impede_e_dito_antes_e_nada_muda(elenco: Elenco, ana: Any) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "2", "20.00")], [(DINHEIRO, "20.00", "0", 1)])
    devolucao = estagiar_completa(
        elenco.pdv, Especie.DEVOLUCAO, itens=[(101, "1", "10.00")], pagos=[Pago(DINHEIRO, "10.00")],
        origem=venda.id_operacao,
    )  # fmt: skip
    drenar_tudo()
    aviso = f"IMPEDE: operação {venda.id_operacao}, tem a devolução {devolucao.id_operacao}"
    assert aviso in texto(ana.get(f"{LISTA}{venda.pk}/replicar_de_novo/"))
    assert "Nada foi feito" in texto(pela_pagina(ana, venda))
    assert not Comando.objects.exists()
    juntas = pedir(ana, "replicar_de_novo", venda, devolucao)
    assert "IMPEDE" not in texto(juntas)
    assert "2 operações pedidas de novo ao PDV." in confirmar(ana, juntas, motivo="Total errado").content.decode()
    assert Comando.objects.count() == 2


def test_o_cpf_do_arquivo_so_aparece_inteiro_para_quem_pode(elenco: Elenco, ana: Any) -> None:
    pela_pagina(ana, enviar(elenco))
    endereco = f"{ARQUIVADAS}{OperacaoArquivada.objects.get().pk}/change/"
    bia = texto(entrar(pessoa("bia", "operador", filiais=(elenco.centro,))).get(endereco))
    assert "52998224725" not in bia and "***.982.247-**" in bia
    assert {quem for quem, _, _ in leituras()} == {"ana"}  # who was led to it
    assert "52998224725" in texto(ana.get(endereco))
    arquivada = OperacaoArquivada.objects.get()
    assert leituras()[-1] == ("ana", "replicacao.OperacaoArquivada", str(arquivada.pk))


def test_comando_mostra_a_idade_e_pode_ser_cancelado(elenco: Elenco, ana: Any) -> None:
    pela_pagina(ana, enviar(elenco))
    comando = Comando.objects.get()
    Comando.objects.update(pedido_em=timezone.now() - timedelta(hours=3))
    lista = texto(ana.get(f"{COMANDOS}?situacao=abertos"))
    assert "Replicar de novo 7" in lista and "há 3 h" in lista and "À espera do PDV" in lista
    pagina = ana.get(f"{COMANDOS}{comando.pk}/change/")
    assert "Último contato deste PDV" in texto(pagina)
    endereco = f"{COMANDOS}{comando.pk}/cancelar/"
    assert endereco in pagina.content.decode()
    assert "A operação não volta por isso" in texto(ana.get(endereco))
    depois = confirmar(ana, ana.get(endereco), motivo="Pedido por engano", endereco=endereco)
    comando.refresh_from_db()
    assert comando.situacao == Comando.Situacao.CANCELADO
    assert "/cancelar/" not in depois.content.decode()
    arquivada = f"{ARQUIVADAS}{OperacaoArquivada.objects.get().pk}/"
    assert "Pedido cancelado" in texto(ana.get(f"{arquivada}change/"))
    confirmar(
        ana, ana.get(f"{arquivada}pedir_de_novo/"), motivo="Era para pedir", endereco=f"{arquivada}pedir_de_novo/"
    )
    assert Comando.objects.filter(situacao=Comando.Situacao.PENDENTE).count() == 1


@pytest.mark.parametrize("grupo", ["operador", "fiscal", "financeiro", "TI", "auditor"])
def test_so_o_gerente_pede_e_cancela(elenco: Elenco, ana: Any, grupo: str) -> None:
    pela_pagina(ana, enviar(elenco))
    operacao, comando = enviar(elenco, numero=8), Comando.objects.get()
    arquivada = OperacaoArquivada.objects.get()
    bia = entrar(pessoa("bia", grupo, filiais=(elenco.centro,)))
    for endereco in (
        f"{LISTA}{operacao.pk}/replicar_de_novo/", f"{COMANDOS}{comando.pk}/cancelar/",
        f"{ARQUIVADAS}{arquivada.pk}/pedir_de_novo/",
    ):  # fmt: skip
        assert bia.get(endereco).status_code == 403, endereco
    for endereco in (f"{COMANDOS}{comando.pk}/change/", f"{ARQUIVADAS}{arquivada.pk}/change/", COMANDOS, ARQUIVADAS):
        assert bia.get(endereco).status_code == 200, endereco


def test_quem_nao_ve_a_filial_nao_ve_o_arquivo_nem_o_comando(elenco: Elenco, ana: Any) -> None:
    operacao = enviar(elenco)
    pela_pagina(ana, operacao)
    bia = entrar(pessoa("bia", "gerente", filiais=(elenco.bairro,)))
    arquivada, comando = OperacaoArquivada.objects.get(), Comando.objects.get()
    for endereco in (f"{ARQUIVADAS}{arquivada.pk}/change/", f"{COMANDOS}{comando.pk}/change/"):
        assert bia.get(endereco).headers["Location"] == "/admin/"
    assert bia.get(f"{LISTA}{operacao.pk}/change/", follow=True).redirect_chain[-1][0] == "/admin/"
    assert "Replicar de novo 7" not in texto(bia.get(COMANDOS))


@pytest.mark.parametrize("termo", ["²", "٣", "1e3", "9" * 19])
def test_o_que_parece_numero_e_nao_e_nao_acha_nada(elenco: Elenco, ana: Any, termo: str) -> None:
    assert list(ana.get(ARQUIVADAS, {"q": termo}).context["cl"].result_list) == []
    assert ana.get(f"{LISTA}{termo}/change/").status_code == 302  # to the list, saying that there is none


def test_a_idade_e_dita_como_se_fala() -> None:
    agora = timezone.now()
    idades = (timedelta(seconds=5), timedelta(minutes=5), timedelta(hours=3), timedelta(days=12), -timedelta(minutes=9))
    ditas = [ha_quanto(agora - idade, agora) for idade in idades]
    assert ditas == ["agora", "há 5 min", "há 3 h", "há 12 dias", "agora"]
