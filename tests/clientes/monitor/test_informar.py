"""A place named once heals all of its customers, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from auditoria.models import Evento
from clientes.models import MunicipioInformado, PaisInformado, Reenvio
from clientes.monitor import informar
from clientes.monitor.informar import (
    Lugar,
    LugarRecusado,
    alcance,
    curar,
    esquecer,
    informar_municipio,
    informar_pais,
    lugar_da_mensagem,
)
from clientes.monitor.reenvio import andar
from filas.models import Mensagem
from tests.clientes.monitor.elenco import escrever, mensagens, monitorar, mudar
from tests.erp.elenco import pessoa

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fila")]

BH = "3106200"


def falhar(*codigos: str, causa: str = "SEM_IBGE") -> None:
    """As the Queue leaves a message whose rule failed."""
    Mensagem.objects.filter(chave__in=codigos, situacao=0).update(
        situacao=4, causa=causa, erro_em=timezone.now(), mensagem="não se achou o código"
    )


def com_erro(codigo: str, cidade: str = "B. HORIZONTE", uf: str = "MG", pais: str = "BRASIL") -> None:
    escrever(codigo, cidade=cidade, uf=uf, pais=pais)
    monitorar()
    falhar(codigo, causa="SEM_IBGE" if pais == "BRASIL" else "SEM_BACEN")


def test_informar_uma_vez_reenvia_as_mensagens_de_todos_os_que_escrevem_assim() -> None:
    for codigo, cidade, uf in [("1", "B. HORIZONTE", "MG"), ("2", "b horizonte", "MG"), ("3", "B. HORIZONTE", "SP")]:
        com_erro(codigo, cidade, uf)
    assert informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente")) == 2
    assert [(m.situacao, m.conteudo["IBGE"]) for c in "123" for m in mensagens(c)] == [(0, BH), (0, BH), (4, "")]


def test_quem_vier_a_ser_escrito_assim_ja_sai_certo() -> None:
    informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente"))
    escrever(cidade="B HORIZONTE", uf="mg")
    monitorar()
    assert mensagens()[0].conteudo["IBGE"] == BH


def test_informar_de_novo_o_mesmo_nao_muda_nem_audita_nada() -> None:
    com_erro("1")
    quem = pessoa("gerente")
    assert informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=quem) == 1
    assert informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=quem) == 0
    assert MunicipioInformado.objects.count() == 1
    assert Evento.objects.filter(acao="clientes.municipioinformado").count() == 1
    assert not Reenvio.objects.exists()


def test_o_que_passa_do_primeiro_lote_vai_em_segundo_plano(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informar, "LOTE", 2)
    for n in range(5):
        com_erro(str(n))
    assert informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente")) == 2
    assert curar() == 3
    assert set(Mensagem.objects.values_list("situacao", flat=True)) == {0}


def test_mensagem_que_esperava_sem_o_codigo_e_trocada_por_uma_com_ele() -> None:
    escrever(cidade="B. HORIZONTE")
    monitorar()
    informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente"))
    curar()
    monitorar()
    assert [(m.situacao, m.conteudo["IBGE"]) for m in mensagens()] == [(3, ""), (0, BH)]


def test_o_que_estava_na_mao_da_fila_e_falha_depois_tambem_se_cura() -> None:
    escrever(cidade="B. HORIZONTE")
    monitorar()
    informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente"))
    falhar("1")
    assert curar() == 1
    assert mensagens()[0].situacao == 0
    assert MunicipioInformado.objects.get().curado_em is None, "a ronda ainda não acabou"
    MunicipioInformado.objects.update(informado_em=timezone.now() - informar.RONDA - timedelta(seconds=1))
    curar()
    assert MunicipioInformado.objects.get().curado_em is not None


def test_informar_outro_codigo_conta_de_novo_a_quem_ja_saiu_com_o_errado() -> None:
    com_erro("1")
    escrever("2", cidade="BETIM")
    monitorar()
    informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge="3106309", usuario=pessoa("gerente"))
    Mensagem.objects.update(situacao=2)
    informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente"))
    assert andar() == 1
    monitorar()
    assert [m.conteudo["IBGE"] for m in mensagens("1")] == ["3106309", BH]
    assert len(mensagens("2")) == 1
    assert Reenvio.objects.get().terminado_em is not None


def test_esquecer_volta_atras_e_conta_de_novo() -> None:
    com_erro("1")
    informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente"))
    Mensagem.objects.update(situacao=2)
    esquecer(informados=list(MunicipioInformado.objects.all()), usuario=pessoa("gerente"), motivo="não era lá")
    andar()
    monitorar()
    assert [m.conteudo["IBGE"] for m in mensagens()] == [BH, ""]
    assert Evento.objects.filter(acao="clientes.municipioinformado_esquecido").count() == 1


def test_esquecer_um_pais_tambem_fica_na_auditoria() -> None:
    com_erro("1", cidade="AUBE", uf="EX", pais="TERRA NOVA")
    informar_pais(pais="TERRA NOVA", bacen="1058", usuario=pessoa("gerente"))
    assert esquecer(informados=list(PaisInformado.objects.all()), usuario=pessoa("gerente"), motivo="não era lá") == 1
    evento = Evento.objects.get(acao="clientes.paisinformado_esquecido")
    assert (evento.antes, evento.motivo, PaisInformado.objects.count()) == ({"escrito": "TERRA NOVA"}, "não era lá", 0)


@pytest.mark.parametrize(
    ("cidade", "uf", "ibge", "diz"),
    [
        ("B. HORIZONTE", "MG", "9999999", "não é de nenhum município"),
        ("", "MG", BH, "não tem cidade"),
        (" - ", "MG", BH, "não tem cidade"),
        ("BELO HORIZONTE", "MG", BH, "já conhece"),
        ("BOM JESUS", "", "4302303", "mais de uma UF"),
    ],
)
def test_recusa_o_que_curaria_a_pessoa_errada(cidade: str, uf: str, ibge: str, diz: str) -> None:
    with pytest.raises(LugarRecusado, match=diz):
        informar_municipio(cidade=cidade, uf=uf, ibge=ibge, usuario=pessoa("gerente"))
    assert not MunicipioInformado.objects.exists()


def test_nome_de_uma_so_uf_pode_ser_informado_sem_uf() -> None:
    com_erro("1", "BELO HORIZONTE", "")
    assert informar_municipio(cidade="BELO HORIZONTE", uf="", ibge=BH, usuario=pessoa("gerente")) == 1


def test_pais_informado_cura_os_seus() -> None:
    com_erro("1", "BETIM", "MG", pais="TERRA BRASILIS")
    com_erro("2", "BETIM", "MG", pais="TERRA DO NUNCA")
    assert informar_pais(pais="TERRA BRASILIS", bacen="1058", usuario=pessoa("gerente")) == 1
    assert [(m.situacao, m.conteudo["PAIS_BC"]) for c in "12" for m in mensagens(c)] == [(0, "1058"), (4, "")]
    assert PaisInformado.objects.get().pais == "TERRABRASILIS"
    with pytest.raises(LugarRecusado, match="já conhece"):
        informar_pais(pais="INGLATERRA", bacen="1058", usuario=pessoa("gerente"))


def test_a_previa_conta_clientes_e_mensagens_e_diz_quando_ha_mais(monkeypatch: pytest.MonkeyPatch) -> None:
    com_erro("1")
    mudar("1", cliente_varejo="OUTRO")
    monitorar()
    falhar("1")
    com_erro("2")
    com_erro("3", "OUTRA CIDADE")
    previsto = alcance(Lugar(cidade="B HORIZONTE", uf="MG"))
    assert (previsto.clientes, previsto.mensagens, previsto.mais) == (2, 3, False)
    monkeypatch.setattr(informar, "EXAMINADAS_NO_MAXIMO", 1)
    assert alcance(Lugar(cidade="B HORIZONTE", uf="MG")).mais


def test_de_um_cliente_com_dois_erros_so_o_ultimo_volta() -> None:
    com_erro("1")
    mudar("1", cliente_varejo="OUTRO")
    monitorar()
    falhar("1")
    assert informar_municipio(cidade="B. HORIZONTE", uf="MG", ibge=BH, usuario=pessoa("gerente")) == 2
    assert [m.situacao for m in mensagens()] == [3, 0]
    assert mensagens()[1].conteudo["CLIENTE_VAREJO"] == "OUTRO"


@pytest.mark.parametrize(
    ("campos", "causa", "esperado"),
    [
        ({"cidade": "B. H.", "uf": "MG"}, "SEM_IBGE", Lugar(cidade="B. H.", uf="MG")),
        ({"pais": "NUNCA"}, "SEM_BACEN", Lugar(pais="NUNCA")),
        ({"cidade": "B. H.", "pais": "NUNCA"}, "SEM_BACEN", Lugar(pais="NUNCA")),
        ({"cidade": "B. H.", "pais": "NUNCA"}, "SEM_IBGE", Lugar(cidade="B. H.", uf="MG")),
        ({"cidade": ""}, "SEM_IBGE", None),
        ({}, "HTTP_400", None),
    ],
)
def test_o_que_falta_a_uma_mensagem(campos: dict[str, str], causa: str, esperado: Lugar | None) -> None:
    escrever(**campos)
    monitorar()
    falhar("1", causa=causa)
    assert lugar_da_mensagem(mensagens()[0]) == esperado
