"""A state machine drives tills, clerks and SQL at random, and compares every balance with a plain ledger after each step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pdv.processamento.atos.replicar_de_novo import replicar_de_novo
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)
from pdv.tabelas import Especie
from tests.invariantes import consultar, verificar_tudo
from tests.limpeza import limpar
from tests.modelo.razao import (
    CANCELAMENTO,
    DEVOLUCAO,
    FALTA,
    PENDENTE,
    RECEBIMENTO,
    SANGRIA,
    SUPRIMENTO,
    VENDA,
    ZERO,
    Feita,
    Razao,
)
from tests.pdv.elenco import CREDIARIO, CREDITO, DINHEIRO, PIX, VALE, Pago, Quitado, estagiar_completa, montar_elenco

PRECOS = {101: Decimal("7.37"), 102: Decimal("12.50")}
quantidades = st.sampled_from([Decimal(1), Decimal(2), Decimal("0.500")])
cestas = st.dictionaries(st.sampled_from(sorted(PRECOS)), quantidades, min_size=1)
sorteio = st.integers(0, 10_000)


class Maquina(RuleBasedStateMachine):
    """Each step is one thing that a till, a clerk or somebody with SQL does; then the drain runs until it is quiet."""

    def __init__(self) -> None:
        super().__init__()
        limpar()
        self.elenco = montar_elenco()
        self.razao = Razao()
        self.numero = 0
        self.guardadas: list[Feita] = []  # done at the till, not yet replicated

    # what the till does

    @rule(
        cesta=cestas,
        forma=st.sampled_from([DINHEIRO, PIX, CREDITO, CREDIARIO]),
        parcelas=st.integers(1, 3),
        tarde=st.booleans(),
    )
    def vender(self, cesta: dict[int, Decimal], forma: int, parcelas: int, tarde: bool) -> None:
        parcelas = parcelas if forma in (CREDITO, CREDIARIO) else 1
        feita = self._venda(cesta, lambda total: [Pago(forma, total, parcelas)])
        if tarde:
            self.guardadas.append(feita)
        else:
            self._chegar(feita)

    @rule(cesta=cestas, qual=sorteio, parte=st.sampled_from([Decimal("0.5"), Decimal(1)]))
    def vender_com_vale(self, cesta: dict[int, Decimal], qual: int, parte: Decimal) -> None:
        codigos = [*self.razao.vales, f"V1-{self.numero + 2}"]
        codigo = codigos[qual % len(codigos)]
        tem = self.razao.vales.get(codigo, ZERO) - self.razao.usado[codigo]

        def pagos(total: Decimal) -> list[Pago]:
            usa = min(total, (tem * parte).quantize(Decimal("0.01"))) or total
            return [Pago(VALE, usa, 1, codigo)] + ([Pago(DINHEIRO, total - usa)] if total > usa else [])

        self._chegar(self._venda(cesta, pagos))

    @rule(qual=sorteio, quantidade=quantidades, produto=st.sampled_from(sorted(PRECOS)), em_vale=st.booleans())
    def devolver(self, qual: int, quantidade: Decimal, produto: int, em_vale: bool) -> None:
        vendas = [f.numero for f in (*self.razao.feitas.values(), *self.guardadas) if f.especie == VENDA]
        origem = vendas[qual % len(vendas)] if vendas else self.numero + 2
        valor = (quantidade * PRECOS[produto]).quantize(Decimal("0.01"))
        pagos = [Pago(VALE if em_vale else DINHEIRO, valor)]
        self._chegar(
            self._nova(DEVOLUCAO, itens={produto: (quantidade, valor)}, pagos=pagos, origem=origem, total=valor)
        )

    @rule(qual=sorteio)
    def cancelar(self, qual: int) -> None:
        numeros = [f.numero for f in (*self.razao.feitas.values(), *self.guardadas)] + [self.numero + 2]
        self._chegar(self._nova(CANCELAMENTO, origem=numeros[qual % len(numeros)]))

    @rule(
        qual=sorteio,
        parte=st.sampled_from(["0.5", "1", "1.5"]),
        juros=st.sampled_from(["0", "1.10"]),
        forma=st.sampled_from([DINHEIRO, PIX, CREDITO]),
    )
    def receber(self, qual: int, parte: str, juros: str, forma: int) -> None:
        guardados = {c: v for f in self.guardadas for c, v in self.razao._parcelas(f).items()}
        titulos = {**self.razao.titulos, **guardados} or {("1-9999-1", 1): Decimal("10.00")}
        chave = sorted(titulos)[qual % len(titulos)]
        valor = (titulos[chave] * Decimal(parte)).quantize(Decimal("0.01")) or Decimal("0.01")
        pago = valor + Decimal(juros)
        self._chegar(
            self._nova(RECEBIMENTO, quitados=[Quitado(*chave, valor, juros)], pagos=[Pago(forma, pago)], total=pago)
        )

    @rule(
        especie=st.sampled_from([SUPRIMENTO, SANGRIA, FALTA]),
        valor=st.sampled_from(["10.00", "0.03"]),
        sobra=st.booleans(),
    )
    def mexer_no_caixa(self, especie: int, valor: str, sobra: bool) -> None:
        self._chegar(self._nova(especie, total=Decimal(valor), sobra=sobra and especie == FALTA))

    @precondition(lambda self: self.guardadas)
    @rule(qual=sorteio)
    def entregar_o_atrasado(self, qual: int) -> None:
        self._chegar(self.guardadas.pop(qual % len(self.guardadas)))

    @precondition(lambda self: self._nas_tabelas())
    @rule(qual=sorteio)
    def cancelar_pela_marca(self, qual: int) -> None:
        """`cancelado` turns 1 at the till: staging keeps it, as receiving does."""
        feita = self._escolher(qual)
        if not feita.cancelada:
            feita.cancelada = True
            linha = OperacaoPdv.objects.get(id_operacao=feita.numero)
            OperacaoPdv.objects.filter(pk=linha.pk).update(cancelado=True)
            self._virar(feita)

    # what people do

    @precondition(lambda self: self._nas_tabelas())
    @rule(qual=sorteio)
    def virar_por_sql(self, qual: int) -> None:
        self._virar(self._escolher(qual))

    @precondition(lambda self: self._nas_tabelas())
    @rule(qual=sorteio)
    def apagar_das_tabelas(self, qual: int) -> None:
        feita = self._escolher(qual)
        linha = OperacaoPdv.objects.get(id_operacao=feita.numero).pk
        for filho in (ItemOperacaoPdv, FinalizadorOperacaoPdv, RecebimentoOperacaoPdv):
            filho.objects.filter(operacao_id=linha).delete()
        OperacaoPdv.objects.filter(pk=linha).delete()
        feita.nas_tabelas = False

    @precondition(lambda self: self._nas_tabelas())
    @rule(qual=sorteio)
    def estornar_e_pedir_de_novo(self, qual: int) -> None:
        """The clerk's *replicar de novo*: reversed and archived, until the till sends it again; or refused, and nothing is."""
        feita = self._escolher(qual)
        linha = OperacaoPdv.objects.get(id_operacao=feita.numero).pk
        try:
            replicar_de_novo(ids=[linha], motivo="conferido com a loja", usuario=self.elenco.ana)
        except AcaoRecusada:
            assert not self.razao.pode_estornar(feita), f"recusou sem motivo: {feita}"
            return
        assert self.razao.pode_estornar(feita), f"estornou o que não podia: {feita}"
        self.razao.estornar(feita)
        self._processar()

    @precondition(lambda self: len(self._nas_tabelas()) < len(self.razao.feitas))
    @rule(qual=sorteio)
    def replicar_de_novo(self, qual: int) -> None:
        fora = [f for f in self.razao.feitas.values() if not f.nas_tabelas]
        feita = fora[qual % len(fora)]
        feita.nas_tabelas, feita.situacao = True, PENDENTE
        self._estagiar(feita)
        self._processar()

    @rule()
    def processar_outra_vez(self) -> None:
        drenar_tudo()

    # what must be true

    @invariant()
    def os_saldos_sao_os_do_razao_simples(self) -> None:
        if not hasattr(self, "razao"):
            return
        r = self.razao
        estoque = consultar(
            "SELECT p.codigo, s.quantidade FROM estoque_saldo s JOIN cadastros_produto p ON p.id = produto_id"
        )
        assert {c: q for c, q in estoque if q} == {c: q for c, q in r.estoque.items() if q}
        contas = dict(
            consultar("SELECT c.codigo, valor FROM financeiro_saldo_conta s JOIN cadastros_conta c ON c.id = conta_id")
        )
        assert {k: v for k, v in contas.items() if v} == {
            k: v for k, v in (("CAIXA1", r.caixa), ("COFRE1", r.cofre), ("BANCO", r.banco)) if v
        }
        abertos = consultar(_ABERTOS)
        assert {(d, p): v for s, d, p, v in abertos if s == "R" and v} == {
            c: v - r.abatido[c] for c, v in r.titulos.items() if v - r.abatido[c]
        }
        assert {d: v for s, d, _, v in abertos if s == "P" and v} == {
            c: v - r.usado[c] for c, v in r.vales.items() if v - r.usado[c]
        }
        do_adquirente = consultar(
            "SELECT coalesce(sum(valor), 0) FROM financeiro_titulo WHERE sentido = 'R' AND especie = 'cartao'"
        )
        assert do_adquirente[0][0] == r.adquirente

    @invariant()
    def cada_operacao_esta_como_deve(self) -> None:
        if hasattr(self, "razao"):
            linhas = OperacaoPdv.objects.values_list("id_operacao", "situacao_replicacao")
            esperadas = {f.numero: f.situacao for f in self.razao.feitas.values() if f.nas_tabelas}
            assert dict(linhas) == esperadas, self._porques(dict(linhas), esperadas)

    def teardown(self) -> None:
        verificar_tudo()
        self._nada_de_pe_em_dobro()

    def _nada_de_pe_em_dobro(self) -> None:
        assert not consultar(
            "SELECT id_operacao FROM pdv_geracao WHERE estornada_em IS NULL GROUP BY 1 HAVING count(*) > 1"
        )

    # helpers of the rules

    def _nova(self, especie: int, **campos: Any) -> Feita:
        self.numero += 1
        return Feita(self.numero, especie, **campos)

    def _venda(self, cesta: dict[int, Decimal], pagos: Any) -> Feita:
        itens = {p: (q, (q * PRECOS[p]).quantize(Decimal("0.01"))) for p, q in cesta.items()}
        total = sum((v for _, v in itens.values()), ZERO)
        return self._nova(VENDA, itens=itens, pagos=pagos(total), total=total)

    def _chegar(self, feita: Feita) -> None:
        self._estagiar(feita)
        self.razao.feitas[feita.numero] = feita
        self._processar()

    def _estagiar(self, f: Feita) -> None:
        estagiar_completa(
            self.elenco.pdv, Especie(f.especie), itens=[(p, q, v) for p, (q, v) in f.itens.items()], pagos=f.pagos,
            quitados=f.quitados, origem=f.origem, id_operacao=f.numero, total=f.total, cancelado=f.cancelada,
            codigo_cliente="C1",
            **({"valor_acrescimo": f.total, "valor_produtos": ZERO} if f.sobra else {}),
        )  # fmt: skip

    def _virar(self, feita: Feita) -> None:
        feita.situacao = PENDENTE
        OperacaoPdv.objects.filter(id_operacao=feita.numero).update(situacao_replicacao=PENDENTE)
        with connection.cursor() as cursor:  # a row that was pending already is not touched by the trigger
            cursor.execute(
                "UPDATE hiperpdv_operacao_pdv SET proxima_tentativa_em = now() WHERE id_operacao = %s", [feita.numero]
            )
        self._processar()

    def _processar(self) -> None:
        drenar_tudo()
        self.razao.processar()

    def _nas_tabelas(self) -> list[Feita]:
        return [f for f in self.razao.feitas.values() if f.nas_tabelas]

    def _escolher(self, qual: int) -> Feita:
        nas_tabelas = self._nas_tabelas()
        return nas_tabelas[qual % len(nas_tabelas)]

    def _porques(self, ha: dict[int, int], esperadas: dict[int, int]) -> str:
        erros = dict(OperacaoPdv.objects.values_list("id_operacao", "erro_mensagem"))
        return "; ".join(
            f"{n}: {ha.get(n)}, esperado {s} {erros.get(n, '')} {self.razao.feitas[n]}"
            for n, s in esperadas.items()
            if ha.get(n) != s
        )


_ABERTOS = """SELECT t.sentido, t.documento, t.parcela, sum(t.valor + coalesce(e.valor, 0) - b.soma)
    FROM financeiro_titulo t LEFT JOIN financeiro_titulo e ON e.estorno_de = t.id
    CROSS JOIN LATERAL (SELECT coalesce(sum(valor), 0) AS soma FROM financeiro_baixa WHERE titulo_id = t.id) b
    WHERE t.estorno_de IS NULL AND t.especie IN ('crediario', 'vale') GROUP BY 1, 2, 3"""


def rodar(exemplos: int, passos: int) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # the library has no types for it
        Maquina,
        settings=settings(
            max_examples=exemplos, stateful_step_count=passos, deadline=None, suppress_health_check=list(HealthCheck),
            print_blob=True, phases=[Phase.generate],  # to make a failure smaller would take longer than to read it
        ),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_qualquer_sequencia_da_o_mesmo_que_o_razao_simples() -> None:
    rodar(exemplos=15, passos=25)


@pytest.mark.prova
@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(3600)
def test_muitas_sequencias_longas_dao_o_mesmo_que_o_razao_simples() -> None:
    rodar(exemplos=300, passos=40)
