"""The simulator: every operation adds up to the cent, and the same seed tells the same story."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from validate_docbr import CPF

from erp.fiscal.chave import chave_valida, partes_da_chave
from erp.fiscal.xml import ler_documento
from pdv.tabelas import Especie
from pdv.terminal.caixa import Loja, PlanoDeTurno, TurnoSimulado
from pdv.terminal.catalogo import catalogo
from pdv.terminal.desvios import EM_VENDAS, Desvio, Desvios
from pdv.terminal.meios import Meio, liquido
from pdv.terminal.models import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
    Turno,
)
from pdv.terminal.notas import Emitente
from pdv.terminal.registro import Registro
from pdv.terminal.simulador import Parametros, simular
from pdv.terminal.turnos import Simulacao

banco = pytest.mark.django_db(databases=["terminal"])
EMITENTE = Emitente("11222333000181", "35", "LOJA DE TESTE", 3)


def _turno(semente: int, quantidade: int = 60, emitente: Emitente = EMITENTE, na_gaveta: str = "0.00") -> TurnoSimulado:
    inicio = datetime(2026, 8, 3, 11, tzinfo=UTC)
    plano = PlanoDeTurno(1, quantidade, inicio, inicio + timedelta(hours=7), Decimal(na_gaveta), 1)
    simulado = Simulacao(Random(semente), Loja(emitente, catalogo(400), 3), plano, Desvios(0, quantidade)).rodar()
    for numero, registro in enumerate(simulado.registros, 1):  # what the database would do
        registro.operacao.pk = numero
    for ligacao in (x for registro in simulado.registros for x in registro.ligacoes):
        setattr(ligacao.alvo, ligacao.campo, ligacao.valor())
    return simulado


_ENTRA = {Especie.VENDA: 1, Especie.SUPRIMENTO: 1, Especie.RECEBIMENTO: 1, Especie.SANGRIA: -1, Especie.DEVOLUCAO: -1}


def _movido(registro: Registro, por_numero: dict[int, Registro]) -> list[tuple[int, Decimal]]:
    """What an operation adds to each finalizador of the till, computed by the kinds' own definitions."""
    o = registro.operacao
    if o.cancelado:
        return []
    if o.operacao == Especie.CANCELAMENTO:
        assert o.id_operacao_origem is not None
        return [(meio, -valor) for meio, valor in _movido(por_numero[o.id_operacao_origem], por_numero)]
    sinal = (1 if o.valor_acrescimo else -1) if o.operacao == Especie.FALTA else _ENTRA.get(Especie(o.operacao), 0)
    return [
        (f.id_finalizador, sinal * liquido(f))
        for f in registro.finalizadores
        if sinal and not (o.operacao == Especie.DEVOLUCAO and f.id_finalizador == Meio.VALE_LOJA)
    ]


def _vendas(simulado: TurnoSimulado) -> list[Registro]:
    return [r for r in simulado.registros if r.operacao.operacao == Especie.VENDA]


def _conferir_venda(registro: Registro) -> None:
    o = registro.operacao
    vivos = [i for i in registro.itens if not i.cancelado]
    assert vivos
    assert sum(i.valor_total_liquido for i in vivos) == o.valor_total > 0
    assert o.valor_total == o.valor_produtos - o.valor_desconto + o.valor_acrescimo
    assert sum(i.valor_desconto for i in vivos) == o.valor_desconto
    assert sum(i.valor_acrescimo for i in vivos) == o.valor_acrescimo
    assert all(i.valor_total_liquido > 0 and i.quantidade_primaria > 0 for i in registro.itens)
    assert sum(f.valor for f in registro.finalizadores) - o.valor_troco == o.valor_total
    assert o.valor_troco == sum(f.valor_troco for f in registro.finalizadores)
    assert all(
        f.valor > 0 and (f.valor_troco == 0 or f.id_finalizador == Meio.DINHEIRO) for f in registro.finalizadores
    )


def _conferir_nota(registro: Registro) -> None:
    """The note says what the sale says: read back by the retaguarda's own reader, without one warning."""
    nota, operacao = registro.nota, registro.operacao
    assert nota is not None
    lida = ler_documento(nota.xml)
    assert lida.avisos == ()
    assert (lida.chave, lida.numero, lida.serie, lida.modelo) == (nota.chave, nota.numero, nota.serie, "65")
    assert (lida.situacao, lida.protocolo) == (nota.situacao, nota.protocolo)
    assert lida.totais.total == nota.valor_total == operacao.valor_total
    assert (lida.totais.desconto, lida.totais.outras) == (operacao.valor_desconto, operacao.valor_acrescimo)
    assert lida.totais.troco == operacao.valor_troco
    assert lida.data_emissao == nota.data_emissao == operacao.data_hora_termino
    assert lida.documento_destinatario == operacao.cpf_cnpj_consumidor
    vivos = [i for i in registro.itens if not i.cancelado]
    assert [(i.codigo, i.valor_liquido) for i in lida.itens] == [
        (str(i.id_produto), i.valor_total_liquido) for i in vivos
    ]
    assert [(int(p.tpag), p.valor) for p in lida.pagamentos] == [
        (f.id_finalizador, f.valor) for f in registro.finalizadores
    ]


@given(semente=st.integers(0, 10**9))
@settings(max_examples=25)
def test_todo_centavo_fecha_em_qualquer_semente(semente: int) -> None:
    for registro in _vendas(_turno(semente)):
        _conferir_venda(registro)
        _conferir_nota(registro)


@given(semente=st.integers(0, 10**9), gaveta=st.decimals(0, 5000, places=2))
@settings(max_examples=25)
def test_gaveta_e_a_soma_dos_movimentos(semente: int, gaveta: Decimal) -> None:
    """Opening + what each operation brings or takes, less troco; the drawer never owes."""
    simulado = _turno(semente, na_gaveta=str(gaveta))
    por_meio: defaultdict[int, Decimal] = defaultdict(Decimal, {int(Meio.DINHEIRO): gaveta})
    por_numero = {r.operacao.pk: r for r in simulado.registros}
    for registro in simulado.registros:
        for meio, valor in _movido(registro, por_numero):
            por_meio[meio] += valor
        assert min(por_meio.values()) >= 0
    assert por_meio == {int(meio): valor for meio, valor in simulado.esperado.items()}


def test_fechamento_leva_o_que_foi_contado() -> None:
    for semente in range(30):
        simulado = _turno(semente)
        fechamento = simulado.registros[-1]
        contado = {str(f.id_finalizador): f"{f.valor:.2f}" for f in fechamento.finalizadores}
        assert contado == {str(int(m)): f"{v:.2f}" for m, v in simulado.esperado.items() if v}
        assert contado == {meio: valor for meio, valor in simulado.turno.contado.items() if Decimal(valor)}
        assert fechamento.operacao.valor_total == sum(f.valor for f in fechamento.finalizadores)


def test_o_contado_quase_sempre_e_o_esperado_e_a_diferenca_vira_falta_ou_sobra() -> None:
    turnos = [_turno(semente, 20) for semente in range(60)]
    quebras = [r for t in turnos for r in t.registros if r.operacao.operacao == Especie.FALTA]
    assert 1 <= len(quebras) <= 20
    assert {bool(q.operacao.valor_acrescimo) for q in quebras} == {True, False}
    for turno in turnos:
        especies = [r.operacao.operacao for r in turno.registros]
        assert Especie.FALTA not in especies[:-2] and especies[-1] == Especie.FECHAMENTO
    for q in quebras:
        assert [f.valor for f in q.finalizadores] == [q.operacao.valor_total]
        assert q.operacao.valor_acrescimo in (0, q.operacao.valor_total) and q.operacao.valor_total > 0


@cache
def _dez_turnos() -> tuple[TurnoSimulado, ...]:
    return tuple(_turno(semente, 120) for semente in range(10))


def test_aparecem_todos_os_meios_e_situacoes() -> None:
    registros = [r for t in _dez_turnos() for r in _vendas(t)]
    meios = Counter(f.id_finalizador for r in registros for f in r.finalizadores)
    assert set(meios) == {
        Meio.DINHEIRO,
        Meio.CREDITO,
        Meio.DEBITO,
        Meio.CREDIARIO,
        Meio.VALE,
        Meio.PIX,
        Meio.PIX_ESTATICO,
        Meio.VALE_LOJA,
    }
    assert {len(r.finalizadores) for r in registros} == {1, 2, 3}
    assert {f.parcela for r in registros for f in r.finalizadores} >= {1, 2, 3, 6}
    assert any(f.valor_troco for r in registros for f in r.finalizadores)
    assert any(i.cancelado for r in registros for i in r.itens)
    assert any(r.operacao.valor_desconto for r in registros) and any(r.operacao.valor_acrescimo for r in registros)
    casas = {-int(i.quantidade_primaria.normalize().as_tuple().exponent) for r in registros for i in r.itens}
    assert casas >= {0, 3, 4}
    assert {len(r.itens) for r in registros} >= {1, 2, 10, 20}
    situacoes = Counter(r.nota.situacao for r in registros if r.nota)
    assert situacoes["autorizada"] > 10 * situacoes["contingencia"] > 0
    assert situacoes["cancelada"]
    especies = {r.operacao.operacao for t in _dez_turnos() for r in t.registros}
    assert especies == set(Especie)


def test_crediario_tem_cliente_pix_e_cartao_tem_identificacao() -> None:
    for registro in (r for t in _dez_turnos() for r in _vendas(t)):
        for f in registro.finalizadores:
            if f.id_finalizador == Meio.CREDIARIO:
                assert registro.operacao.codigo_cliente
                assert CPF().validate(registro.operacao.cpf_cnpj_consumidor)
            if f.id_finalizador == Meio.PIX:
                assert len(f.end_to_end_id) == 32 and f.end_to_end_id[0] == "E" and 26 <= len(f.txid) <= 35
            if f.id_finalizador in (Meio.CREDITO, Meio.DEBITO):
                assert f.nsu and f.autorizacao and f.bandeira and len(f.cnpj_credenciadora) == 14
                assert 1 <= f.parcela <= (12 if f.id_finalizador == Meio.CREDITO else 1)


def test_operacoes_nao_se_sobrepoem() -> None:
    for turno in _dez_turnos():
        fim = turno.turno.data_hora_inicio
        for registro in turno.registros:
            termino = registro.operacao.data_hora_termino
            assert termino is not None and fim <= registro.operacao.data_hora_inicio < termino
            fim = termino
        assert turno.turno.data_hora_termino == fim


def test_cnpj_com_letras_chega_a_chave_e_a_nota() -> None:
    turno = _turno(1, emitente=Emitente("12ABC34501DE35", "41", "LOJA COM LETRAS", 1))
    for registro in _vendas(turno):
        _conferir_nota(registro)
        assert registro.nota is not None and chave_valida(registro.nota.chave)
        assert partes_da_chave(registro.nota.chave).cnpj == "12ABC34501DE35"


def test_contingencia_sai_com_tp_emis_9_e_sem_protocolo() -> None:
    notas = [r.nota for t in _dez_turnos() for r in _vendas(t) if r.nota and r.nota.situacao == "contingencia"]
    for nota in notas:
        assert partes_da_chave(nota.chave).tp_emis == "9" and not nota.protocolo
        raiz = etree.fromstring(nota.xml.encode())
        assert etree.QName(raiz).localname == "NFe"


def test_toda_nota_traz_o_grupo_ibs_cbs() -> None:
    assert all("<IBSCBS>" in r.nota.xml and "<IBSCBSTot>" in r.nota.xml for r in _vendas(_turno(5)) if r.nota)


# from here on, with the till's database


def _simular(**parametros: Any) -> Any:
    *_, feito = simular(Parametros(**parametros))
    return feito


def _fotografia() -> list[Any]:
    """Everything the till has, but for what the database numbers by itself."""
    modelos = (Turno, OperacaoPdv, ItemOperacaoPdv, FinalizadorOperacaoPdv, RecebimentoOperacaoPdv, NotaFiscal)
    fotos: list[Any] = []
    primeira = OperacaoPdv.objects.order_by("pk").values_list("pk", flat=True)[0]
    turno = Turno.objects.order_by("pk").values_list("pk", flat=True)[0]
    deslocamentos = {
        "id_operacao": primeira, "operacao_id": primeira, "id_operacao_origem": primeira, "id_turno": turno
    }  # fmt: skip
    for modelo in modelos:
        for lida in modelo._default_manager.order_by("pk").values():
            linha: dict[str, Any] = {nome: valor for nome, valor in lida.items() if nome != "id"}
            for nome, base in deslocamentos.items():
                if linha.get(nome) is not None:
                    linha[nome] -= base
            for nome in ("nsu", "numero_documento"):  # V1-123, 1-123-1
                if "-" in linha.get(nome, ""):
                    ponto, numero, *resto = linha[nome].split("-")
                    linha[nome] = (ponto, int(numero) - primeira, *resto)
            fotos.append((modelo.__name__, linha))
    return fotos


def _esvaziar() -> None:
    for modelo in (
        ItemOperacaoPdv, FinalizadorOperacaoPdv, RecebimentoOperacaoPdv, NotaFiscal, OperacaoPdv, Turno
    ):  # fmt: skip
        modelo._default_manager.all().delete()


@banco
def test_mesma_semente_mesmos_dados() -> None:
    _simular(operacoes=150, semente=42, erros=3)
    primeira = _fotografia()
    _esvaziar()
    _simular(operacoes=150, semente=42, erros=3)
    assert _fotografia() == primeira
    _esvaziar()
    _simular(operacoes=150, semente=43, erros=3)
    assert _fotografia() != primeira


@banco
@pytest.mark.parametrize("operacoes", [3, 4, 29, 131, 400])
def test_faz_exatamente_as_operacoes_pedidas_em_turnos_fechados(operacoes: int) -> None:
    feito = _simular(operacoes=operacoes)
    assert feito.operacoes == OperacaoPdv.objects.count() == operacoes
    assert feito.notas == NotaFiscal.objects.count() == OperacaoPdv.objects.filter(operacao=Especie.VENDA).count()
    assert not Turno.objects.exclude(fechado=True).exists()
    for turno in Turno.objects.all():
        especies = list(OperacaoPdv.objects.filter(id_turno=turno.pk).order_by("pk").values_list("operacao", flat=True))
        assert (especies[0], especies[-1]) == (Especie.ABERTURA, Especie.FECHAMENTO)
        assert Especie.ABERTURA not in especies[1:] and Especie.FECHAMENTO not in especies[:-1]


@banco
def test_o_que_foi_gravado_fecha_ao_centavo() -> None:
    _simular(operacoes=200, semente=9)
    for registro in _gravados():
        _conferir_venda(registro)
        _conferir_nota(registro)


def _gravados() -> Iterator[Registro]:
    notas = {n.id_operacao: n for n in NotaFiscal.objects.all()}
    vendas = OperacaoPdv.objects.filter(operacao=Especie.VENDA).prefetch_related("itens", "finalizadores")
    for operacao in vendas:
        itens, finalizadores = operacao.itens.order_by("item"), operacao.finalizadores.order_by("item")
        yield Registro(operacao, list(itens), list(finalizadores), notas[operacao.pk])


@banco
def test_segunda_execucao_continua_a_primeira() -> None:
    _simular(operacoes=100, ponto_venda=2)
    ultimo, notas = Turno.objects.latest("sequencial"), NotaFiscal.objects.count()
    _simular(operacoes=100, ponto_venda=2)
    assert list(Turno.objects.order_by("pk").values_list("sequencial", flat=True)) == list(
        range(1, Turno.objects.count() + 1)
    )
    novo = Turno.objects.get(sequencial=ultimo.sequencial + 1)
    assert ultimo.data_hora_termino is not None and novo.data_hora_inicio > ultimo.data_hora_termino
    abertura = OperacaoPdv.objects.get(id_turno=novo.pk, operacao=Especie.ABERTURA)
    assert abertura.valor_total == Decimal(ultimo.contado["1"])
    numeros = list(NotaFiscal.objects.order_by("pk").values_list("numero", flat=True))
    assert numeros == list(range(1, len(numeros) + 1)) and len(numeros) > notas
    assert OperacaoPdv.objects.values("guid_operacao").distinct().count() == OperacaoPdv.objects.count()
    assert NotaFiscal.objects.values("chave").distinct().count() == NotaFiscal.objects.count()


@banco
def test_dois_pdvs_nao_repetem_guid_nem_chave() -> None:
    _simular(operacoes=60, ponto_venda=1)
    _simular(operacoes=60, ponto_venda=2)
    assert OperacaoPdv.objects.values("guid_operacao").distinct().count() == 120
    assert NotaFiscal.objects.values("chave").distinct().count() == NotaFiscal.objects.count()
    assert set(NotaFiscal.objects.values_list("serie", flat=True)) == {1, 2}


@banco
def test_inicio_escolhe_o_primeiro_dia() -> None:
    _simular(operacoes=10, inicio=date(2026, 11, 20))
    assert OperacaoPdv.objects.order_by("pk")[0].data_hora_inicio.date() == date(2026, 11, 20)


@banco
def test_erros_de_proposito_sao_tantos_quantos_pedidos_e_so_esses() -> None:
    feito = _simular(operacoes=600, erros=10)
    assert Counter(d.desvio for d in feito.desvios) == {desvio: 2 for desvio in Desvio}
    errados = {d.operacao.pk for d in feito.desvios}
    assert len(errados) == 10
    por_desvio = defaultdict(set)
    for registro in _gravados():
        o = registro.operacao
        if any(i.id_produto >= 999_000 for i in registro.itens):
            por_desvio[Desvio.PRODUTO].add(o.pk)
        if sum(f.valor for f in registro.finalizadores) - o.valor_troco != o.valor_total:
            por_desvio[Desvio.PAGAMENTO].add(o.pk)
        if any(f.id_finalizador not in list(Meio) for f in registro.finalizadores):
            por_desvio[Desvio.FINALIZADOR].add(o.pk)
    for desvio in EM_VENDAS:
        assert por_desvio[desvio] == {d.operacao.pk for d in feito.desvios if d.desvio is desvio}


@banco
def test_produto_desconhecido_tem_codigo_proprio_tambem_na_nota() -> None:
    feito = _simular(operacoes=100, erros=1)
    nota = NotaFiscal.objects.get(id_operacao=feito.desvios[0].operacao.pk)
    assert "999000" in [item.codigo for item in ler_documento(nota.xml).itens]


@banco
@pytest.mark.parametrize(
    ("argumentos", "mensagem"),
    [
        (["--operacoes", "2"], "ao menos 3"),
        (["--operacoes", "10", "--ponto-venda", "970"], "de 1 a 969"),
        (["--operacoes", "10", "--erros", "2"], "um décimo"),
        (["--operacoes", "10", "--cnpj", "11.222.333/0001-81"], "sem pontuação"),
        (["--operacoes", "10", "--uf", "99"], "IBGE"),
        (["--operacoes", "10", "--produtos", "5001"], "5000"),
    ],
)
def test_comando_recusa_o_que_nao_pode_ser_e_nao_grava_nada(argumentos: list[str], mensagem: str) -> None:
    with pytest.raises(CommandError, match=mensagem):
        call_command("pdv_simular", *argumentos)
    assert not OperacaoPdv.objects.exists() and not Turno.objects.exists()


@banco
def test_comando_lista_o_que_errou_de_proposito(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("pdv_simular", "--operacoes", "300", "--erros", "5")
    saida = capsys.readouterr().out
    assert "300 operações" in saida
    assert all(str(desvio) in saida for desvio in Desvio)
