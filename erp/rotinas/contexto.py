"""What a running routine holds: what it is for, what it has to tell, and its fence."""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from auditoria.rules import mascarar_texto

ITENS_MAXIMO: Final = 10_000
LINHAS_MAXIMO: Final = 10_000
TEXTO_MAXIMO: Final = 2_000
CENTAVO: Final = Decimal("0.01")
SQL_CERCA: Final = "SELECT 1 FROM rotinas_execucao WHERE id = %s AND situacao = 1 FOR KEY SHARE"


class ExecucaoPerdida(RuntimeError):
    """Esta execução foi dada por interrompida enquanto trabalhava; outra pode estar no lugar dela."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class TempoEsgotado(ExecucaoPerdida):
    """Esta execução passou do seu tempo limite; nada mais do que ela fizer vale."""


class AguardaAprovacao(Exception):
    """O que esta execução faria precisa da aprovação de uma segunda pessoa."""

    def __init__(self, quantos: int, resumo: str, valor: Decimal) -> None:
        super().__init__(f"{self.__doc__} {resumo}")
        self.quantos, self.resumo, self.valor = quantos, resumo, valor


@dataclass(frozen=True)
class Linha:
    """A log line, before it is a row."""

    em: datetime
    texto: str


@dataclass(frozen=True)
class Item:
    """What was, would be, or could not be touched, before it is a row."""

    falha: bool
    objeto: str
    objeto_id: str
    descricao: str
    valor: Decimal | None = None


class Contexto:
    """Given to a routine that takes one argument.

    `referencia` is the day, or the first day of the month, that the run is for: use it, never today's clock.
    `simulacao`: compute all, write nothing; the platform rolls back what is written all the same. `aprovados` is up
    to how many a second person has approved.
    """

    def __init__(
        self,
        execucao_id: int,
        *,
        referencia: date | None = None,
        simulacao: bool = False,
        aprovados: int | None = None,
    ) -> None:
        self.execucao_id = execucao_id
        self.referencia = referencia or timezone.localdate()
        self.simulacao = simulacao
        self.aprovados = aprovados
        self.encerra = True
        self.contagens: Counter[str] = Counter()
        self.valores: dict[str, Decimal] = {}
        self.itens: list[Item] = []
        self.falhas: list[Item] = []
        self.linhas: list[Linha] = []
        self.escrevendo = threading.Lock()  # the thread of the signs of life writes the lines too
        self._escritas = 0
        self._esgotado = False

    def contar(self, nome: str, quantos: int = 1) -> None:
        """Add to a count that the execution will show."""
        self.contagens[nome] += quantos

    def somar(self, nome: str, valor: Decimal) -> None:
        """Add to a total of money that the execution will show."""
        self.valores[nome] = self.valores.get(nome, Decimal(0)) + valor

    def registrar(self, texto: str) -> None:
        """Write a log line, masked, kept with the execution; the first `LINHAS_MAXIMO`."""
        self._escritas += 1
        if self._escritas <= LINHAS_MAXIMO:
            self.linhas.append(Linha(timezone.now(), mascarar_texto(texto)[:TEXTO_MAXIMO]))

    def item(self, objeto: str, objeto_id: str, descricao: str, valor: Decimal | None = None) -> None:
        """Tell what is, or would be, touched: kept for simulations and approvals, the first `ITENS_MAXIMO`."""
        self._guardar(self.itens, Item(False, objeto, objeto_id, descricao, valor))

    def falhar(self, objeto: str, objeto_id: str, mensagem: str) -> None:
        """Tell that one thing failed: the others go on, and the execution ends as *sucesso com falhas*."""
        self.contagens["falhas"] += 1
        self._guardar(self.falhas, Item(True, objeto, objeto_id, mensagem))

    def nao_encerrar(self, porque: str) -> None:
        """What this run is for is not over yet: all that can be done now is done, and the next run does it again.

        It ends well without being the one run that ends well for its reference: the schedule's own is not skipped.
        """
        self.encerra = False
        self.registrar(porque)

    def exigir_aprovacao(self, quantos: int, resumo: str, valor: Decimal) -> None:
        """Above `ROTINA_APROVACAO_ACIMA`, go on only when a second person approved at least `quantos`.

        Call it once all is computed and told by `item`, before the first write. Raises `AguardaAprovacao`: let it
        out; the platform asks for the approval and, once given, runs the routine again for the same reference.
        """
        if self.simulacao or quantos <= max(settings.ROTINA_APROVACAO_ACIMA, self.aprovados or 0):
            return
        raise AguardaAprovacao(quantos, mascarar_texto(resumo), valor)

    def confirmar(self) -> None:
        """The fence: call it inside each transaction, right before the commit. Raises `ExecucaoPerdida`.

        The execution's row is locked until the commit: whoever gives this execution up either finds it committed,
        or closes its connection first. A commit never lands after that.
        """
        if self._esgotado:
            raise TempoEsgotado
        with connection.cursor() as cursor:
            cursor.execute(SQL_CERCA, [self.execucao_id])
            if cursor.fetchone() is None:
                raise ExecucaoPerdida

    def esgotar(self) -> None:
        """The time of this run is over: the fence says so from here on."""
        self._esgotado = True

    def valores_em_texto(self) -> dict[str, str]:
        """The totals of money as they are kept: text, to the cent."""
        return {nome: str(valor.quantize(CENTAVO)) for nome, valor in self.valores.items() if valor}

    def _guardar(self, onde: list[Item], item: Item) -> None:
        if len(onde) < ITENS_MAXIMO:
            descricao = mascarar_texto(item.descricao)[:TEXTO_MAXIMO]
            onde.append(Item(item.falha, item.objeto[:100], item.objeto_id[:100], descricao, item.valor))
