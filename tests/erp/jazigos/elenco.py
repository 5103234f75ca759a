"""A cemetery, its jazigos, customers and contracts; and a context that stands in for the platform's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from clientes.models import Cliente
from erp.financeiro.models import Origem, Titulo
from erp.jazigos import rules
from erp.jazigos.models import Cemiterio, ContratoManutencao, IndiceMensal, Jazigo
from erp.jazigos.services import ContratoNovo, criar_contrato, gerar_cobrancas
from erp.rotinas.contexto import Contexto
from tests.erp.elenco import filial, pessoa


@dataclass
class Execucao:
    """What the routine sees of the platform: written down, nothing more."""

    referencia: date
    simulacao: bool = False
    execucao_id: int = 1
    contagens: Counter[str] = field(default_factory=Counter)
    valores: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    falhas: list[tuple[str, str]] = field(default_factory=list)
    itens: list[tuple[str, str, Decimal | None]] = field(default_factory=list)

    def contar(self, nome: str, quantos: int = 1) -> None:
        self.contagens[nome] += quantos

    def somar(self, nome: str, valor: Decimal) -> None:
        self.valores[nome] += valor

    def falhar(self, objeto: str, objeto_id: str, mensagem: str) -> None:
        self.falhas.append((objeto_id, mensagem))

    def item(self, objeto: str, objeto_id: str, descricao: str, valor: Decimal | None = None) -> None:
        self.itens.append((objeto_id, descricao, valor))

    def registrar(self, texto: str) -> None: ...

    def confirmar(self) -> None: ...


def gerar(dia: date, *, lote: int = 5000, **campos: Any) -> Execucao:
    execucao = Execucao(dia, **campos)
    gerar_cobrancas(cast(Contexto, execucao), lote=lote)
    return execucao


def cemiterio(**campos: Any) -> Cemiterio:
    """Due on the 10th, made on that very day, 100.00 a month by days, INPC in January."""
    base: dict[str, Any] = {
        "nome": "Parque da Paz", "filial": filial(), "codigo_municipio": "3106200", "valor_manutencao": Decimal("100.00"),
        "dias_antecedencia": 0,
    }  # fmt: skip
    return Cemiterio.objects.create(**(base | campos))


_numeros = iter(range(1, 1_000_000))


def jazigo(de: Cemiterio | None = None, **campos: Any) -> Jazigo:
    de = de or Cemiterio.objects.first() or cemiterio()
    return Jazigo.objects.create(
        **({"cemiterio": de, "quadra": "A", "lote": str(next(_numeros)), "gavetas": 3} | campos)
    )


def cliente(nome: str = "MARIA DAS DORES") -> Cliente:
    codigo = f"C{next(_numeros)}"
    return Cliente.objects.create(codigo_cliente=codigo, cliente_varejo=nome, filial="Matriz")


def contrato(inicio: date, **campos: Any) -> ContratoManutencao:
    parametros = {nome: campos.pop(nome) for nome in list(campos) if nome in rules.Situacao._fields[7:]}
    base: dict[str, Any] = {"jazigo": None, "titular": None, "inicio": inicio, "parametros": parametros} | campos
    base["jazigo"] = base["jazigo"] or jazigo()
    base["titular"] = base["titular"] or cliente()
    return criar_contrato(ContratoNovo(**base), usuario=pessoa("gerente", 1))


def indices(de: date, ate: date, percentual: str = "1", nome: str = "INPC") -> None:
    meses: Iterator[date] = (rules.mais_meses(de, n) for n in range(1000))
    IndiceMensal.objects.bulk_create(
        IndiceMensal(indice=nome, mes=mes, percentual=Decimal(percentual)) for mes in meses if mes <= ate
    )


def titulos(de: ContratoManutencao | None = None) -> list[tuple[int, str]]:
    """(sequencia, value) of the titles, in order of posting."""
    todos = Titulo.objects.filter(origem=Origem.JAZIGO).order_by("pk")
    todos = todos.filter(origem_id=de.pk) if de else todos
    return [(sequencia, str(valor)) for sequencia, valor in todos.values_list("sequencia", "valor")]
