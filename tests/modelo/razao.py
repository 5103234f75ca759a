"""The ledger as a child would keep it: dictionaries in memory, no generations, no locks, no SQL.

It says what an operation ought to do to stock, drawer, bank and titles, and what ought to become of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from tests.pdv.elenco import CREDIARIO, CREDITO, DINHEIRO, PIX, VALE, Pago, Quitado

ZERO = Decimal(0)
VENDA, SUPRIMENTO, SANGRIA, FALTA, DEVOLUCAO, CANCELAMENTO, RECEBIMENTO = 1, 2, 3, 4, 5, 6, 7
PENDENTE, COM_ERRO, EFETUADA = 1, 2, 9


@dataclass
class Feita:
    """An operation of the till, and how it stands."""

    numero: int
    especie: int
    itens: dict[int, tuple[Decimal, Decimal]] = field(default_factory=dict)  # product -> quantity, money
    pagos: list[Pago] = field(default_factory=list)
    quitados: list[Quitado] = field(default_factory=list)
    origem: int | None = None
    total: Decimal = ZERO
    sobra: bool = False
    cancelada: bool = False  # by the till's own flag
    situacao: int = PENDENTE
    de_pe: bool = False  # it was posted once
    com_efeitos: bool = False  # what it did is in the ledgers now
    cancelada_por: int | None = None
    nas_tabelas: bool = True

    @property
    def vale(self) -> str:
        return f"V1-{self.numero}"


class Razao:
    """Operations posted one after the other, as they come."""

    def __init__(self) -> None:
        self.feitas: dict[int, Feita] = {}
        self.estoque: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
        self.caixa = self.cofre = self.banco = self.adquirente = ZERO
        self.titulos: dict[tuple[str, int], Decimal] = {}  # value
        self.abatido: defaultdict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
        self.vales: dict[str, Decimal] = {}
        self.usado: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        self.titulos_que_houve: set[tuple[str, int]] = set()
        self.vales_que_houve: set[str] = set()

    def chegar(self, feita: Feita) -> None:
        self.feitas[feita.numero] = feita
        self.processar()

    def processar(self) -> None:
        """Try what is pending until nothing moves."""
        while any(self._tentar(f) for f in list(self.feitas.values()) if f.situacao == PENDENTE and f.nas_tabelas):
            pass

    def _tentar(self, f: Feita) -> bool:
        """True when it is no longer pending."""
        if f.especie == CANCELAMENTO and f.de_pe and not f.cancelada:
            f.situacao = EFETUADA
            return True
        tinha, presa = f.com_efeitos, f.com_efeitos and not self._pode_desfazer(f)
        if tinha:
            self._mover(f, -1)
        f.situacao = self._julgar(f)
        if f.situacao == EFETUADA and presa:
            f.situacao = COM_ERRO
        if f.situacao == EFETUADA:
            self._efetuar(f)
        elif tinha:
            self._mover(f, 1)
        return f.situacao != PENDENTE

    def _efetuar(self, f: Feita) -> None:
        f.de_pe = True
        f.com_efeitos = not f.cancelada and f.cancelada_por is None
        if f.especie == CANCELAMENTO:
            self._soltar(f)
            if not f.cancelada:
                self._cancelar(f)
        elif f.com_efeitos:
            self._mover(f, 1)

    def _cancelar(self, f: Feita) -> None:
        origem = self.feitas[f.origem or 0]
        if origem.com_efeitos:
            self._mover(origem, -1)
        origem.com_efeitos, origem.cancelada_por = False, f.numero

    def _soltar(self, f: Feita) -> None:
        """What it cancelled stands again, and is tried anew."""
        for origem in self.feitas.values():
            if origem.cancelada_por == f.numero:
                origem.cancelada_por = None
                origem.situacao = PENDENTE

    def _devolucoes(self, f: Feita) -> list[Feita]:
        return [d for d in self.feitas.values() if d.especie == DEVOLUCAO and d.origem == f.numero and d.com_efeitos]

    def _pode_desfazer(self, f: Feita) -> bool:
        """No title or vale that it made was used by another."""
        if f.especie == VENDA and any(self.abatido[chave] for chave in self._parcelas(f)):
            return False
        return not (f.especie == DEVOLUCAO and self.usado[f.vale])

    def pode_estornar(self, f: Feita) -> bool:
        return not f.com_efeitos or (self._pode_desfazer(f) and not self._devolucoes(f))

    def estornar(self, f: Feita) -> None:
        """Undone and taken away, until it comes again."""
        if f.com_efeitos:
            self._mover(f, -1)
        f.com_efeitos = f.de_pe = f.nas_tabelas = False
        self._soltar(f)

    def _julgar(self, f: Feita) -> int:
        """What becomes of it, given everything else."""
        if f.cancelada:
            return COM_ERRO if self._devolucoes(f) else EFETUADA
        if f.cancelada_por is not None:
            return EFETUADA
        if f.especie == DEVOLUCAO:
            return self._julgar_devolucao(f)
        if f.especie == CANCELAMENTO:
            return self._julgar_cancelamento(f)
        if f.especie == RECEBIMENTO:
            return self._julgar_recebimento(f)
        return self._julgar_vales(f)

    def _julgar_vales(self, f: Feita) -> int:
        usados: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for pago in f.pagos:
            if pago.finalizador == VALE:
                usados[pago.nsu] += Decimal(pago.valor)
        if any(codigo not in self.vales_que_houve for codigo in usados):
            return PENDENTE
        cabe = all(valor <= self.vales.get(v, ZERO) - self.usado[v] for v, valor in usados.items())
        return EFETUADA if cabe else COM_ERRO

    def _julgar_devolucao(self, f: Feita) -> int:
        origem = self.feitas.get(f.origem or 0)
        if origem is None or not origem.de_pe or not origem.nas_tabelas:
            return PENDENTE
        if not origem.com_efeitos or origem.especie != VENDA:
            return COM_ERRO
        outras = [d for d in self._devolucoes(origem) if d is not f]
        for produto, (quantidade, _) in f.itens.items():
            ja = sum((d.itens[produto][0] for d in outras if produto in d.itens), ZERO)
            if quantidade + ja > origem.itens.get(produto, (ZERO, ZERO))[0]:
                return COM_ERRO
        return EFETUADA

    def _julgar_cancelamento(self, f: Feita) -> int:
        origem = self.feitas.get(f.origem or 0)
        if origem is None or not origem.de_pe:
            return PENDENTE
        if origem.cancelada_por is not None or origem.especie == CANCELAMENTO:
            return COM_ERRO
        if not origem.com_efeitos:
            return EFETUADA
        return COM_ERRO if self._devolucoes(origem) or not self._pode_desfazer(origem) else EFETUADA

    def _julgar_recebimento(self, f: Feita) -> int:
        somas: defaultdict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
        for q in f.quitados:
            somas[q.documento, q.parcela] += Decimal(q.valor)
        if any(chave not in self.titulos_que_houve for chave in somas):
            return PENDENTE
        cabe = all(valor <= self.titulos.get(c, ZERO) - self.abatido[c] for c, valor in somas.items())
        return EFETUADA if cabe else COM_ERRO

    def _parcelas(self, f: Feita) -> dict[tuple[str, int], Decimal]:
        """The customer's titles of a sale; one instalment takes the cents that do not divide."""
        parcelas = {}
        for n, p in enumerate(f.pagos, 1):
            if f.especie == VENDA and p.finalizador == CREDIARIO:
                parte = (Decimal(p.valor) / p.parcelas).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
                for k in range(1, p.parcelas + 1):
                    valor = parte if k > 1 else Decimal(p.valor) - parte * (p.parcelas - 1)
                    parcelas[f"1-{f.numero}-{n}", k] = valor
        return parcelas

    def _mover(self, f: Feita, sinal: int) -> None:
        """Do what the operation does, or undo it."""
        if f.especie in (SUPRIMENTO, SANGRIA):
            entra = f.total * sinal * (1 if f.especie == SUPRIMENTO else -1)
            self.caixa += entra
            self.cofre -= entra
        elif f.especie == FALTA:
            self.caixa += f.total * sinal * (1 if f.sobra else -1)
        elif f.especie in (VENDA, DEVOLUCAO, RECEBIMENTO):
            lado = -sinal if f.especie == DEVOLUCAO else sinal
            for produto, (quantidade, _) in f.itens.items():
                self.estoque[produto] -= lado * quantidade
            for p in f.pagos:
                self._pagar(f, p, Decimal(p.valor), lado, sinal)
            for q in f.quitados:
                self.abatido[q.documento, q.parcela] += sinal * Decimal(q.valor)
            for chave, valor in self._parcelas(f).items():
                if sinal > 0:
                    self.titulos[chave] = valor
                    self.titulos_que_houve.add(chave)
                else:
                    del self.titulos[chave]

    def _pagar(self, f: Feita, p: Pago, valor: Decimal, lado: int, sinal: int) -> None:
        if p.finalizador == DINHEIRO:
            self.caixa += lado * valor
        elif p.finalizador == PIX:
            self.banco += lado * valor
        elif p.finalizador == CREDITO:
            self.adquirente += lado * valor
        elif p.finalizador == VALE and f.especie == DEVOLUCAO:
            if sinal > 0:
                self.vales[f.vale] = valor
                self.vales_que_houve.add(f.vale)
            else:
                del self.vales[f.vale]
        elif p.finalizador == VALE:
            self.usado[p.nsu] += sinal * valor
