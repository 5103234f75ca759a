"""Where something of a person is kept: each app registers its own places, so that a new app adds its own.

A source is a query of one model. It says what of it the person gets, what anonymising does to it, and by which law what
stays stays. A model with something of a person and no source needs a declared reason (`dispensar`):
`tests/erp/lgpd/test_cobertura.py` walks all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from auditoria.services import Ator
from erp.lgpd.pessoa import Pessoa

Linha = dict[str, Any]
ANTES, NORMAL, DEPOIS = 10, 50, 90
POR_VEZ = 200


class Bloqueio(NamedTuple):
    """What forbids anonymising now, and the way out."""

    texto: str
    saida: str


class Troca(NamedTuple):
    """What an anonymisation tells each source: of whom, and what the codes that are documents become."""

    pessoa: Pessoa
    codigos: Mapping[str, str]
    ator: Ator


class Leitura(NamedTuple):
    """One reading of a place: how many rows, the rows newest first (up to so many), what is missing and since when."""

    contar: Callable[[], int]
    linhas: Callable[[int | None], Iterator[Linha]]
    falta: str = ""


def nada_fora() -> str:
    return ""


def sem_bloqueios(_pessoa: Pessoa) -> Iterable[Bloqueio]:
    return ()


@dataclass(frozen=True)
class Fonte:
    """One place.

    `consulta`: the rows, by an index. `omitir`: fields that say nothing of the person. `juntar`: what else goes with each of
    some rows, by their keys: asked for all of them at once. `anonimizar`: changes them and returns how many; it must find
    nothing to do the second time, `o_que` says in Portuguese what it does. `base`: the law by which what is not changed
    stays. Both: `ficam` says which stay. What no query of one model reaches: `leitura` reads it, `quantas` counts the part
    that is here, `fora` says in words what that leaves out.
    """

    nome: str
    titulo: str
    consulta: Callable[[Pessoa], QuerySet[Any]]
    omitir: tuple[str, ...] = ()
    juntar: Callable[[list[Any]], Mapping[Any, Linha]] | None = None
    o_que: str = ""
    anonimizar: Callable[[Troca], int] | None = None
    mudam: Callable[[Pessoa], QuerySet[Any]] | None = None
    base: str = ""
    ficam: Callable[[Pessoa], QuerySet[Any]] | None = None
    bloqueios: Callable[[Pessoa], Iterable[Bloqueio]] = sem_bloqueios
    por_vez: int = POR_VEZ  # rows in memory
    cobre: tuple[str, ...] = ()  # other models that go with its rows, `app.Modelo`
    ordem: int = NORMAL
    leitura: Callable[[Pessoa], AbstractContextManager[Leitura]] | None = None
    quantas: Callable[[Pessoa], int] | None = None
    fora: Callable[[], str] = nada_fora

    def contar(self, pessoa: Pessoa) -> int:
        return self.quantas(pessoa) if self.quantas else self.consulta(pessoa).order_by().count()

    def a_mudar(self, pessoa: Pessoa) -> int:
        if self.anonimizar is None:
            return 0
        return (self.mudam or self.consulta)(pessoa).order_by().count()

    def a_ficar(self, pessoa: Pessoa) -> int:
        if not self.base:
            return 0
        return self.ficam(pessoa).order_by().count() if self.ficam else self.contar(pessoa)

    def ler(self, pessoa: Pessoa) -> AbstractContextManager[Leitura]:
        """All of a person, to be read inside of the block."""
        if self.leitura is not None:
            return self.leitura(pessoa)
        return nullcontext(Leitura(lambda: self.contar(pessoa), lambda maximo: self._linhas(pessoa, maximo)))

    def _linhas(self, pessoa: Pessoa, maximo: int | None) -> Iterator[Linha]:
        """Newest first, a few hundred in memory at a time."""
        achadas = self.consulta(pessoa).order_by("-pk")
        objetos = (achadas if maximo is None else achadas[:maximo]).iterator(chunk_size=self.por_vez)
        while alguns := list(islice(objetos, self.por_vez)):
            juntos = self.juntar(alguns) if self.juntar else {}
            for objeto in alguns:
                yield em_linha(objeto, self.omitir) | juntos.get(objeto.pk, {})


_fontes: dict[str, Fonte] = {}
_dispensas: dict[str, str] = {}
_travas: list[Callable[[Pessoa], None]] = []
_codigos: list[Callable[[Pessoa], Mapping[str, str]]] = []


def registrar(*fontes: Fonte) -> None:
    """Add places. Raises `ValueError` for a name taken, or for one that neither changes nor says by which law it stays."""
    for fonte in fontes:
        if fonte.nome in _fontes:
            raise ValueError(f"Já há uma fonte {fonte.nome}.")
        if not fonte.anonimizar and not fonte.base:
            raise ValueError(f"A fonte {fonte.nome} não diz o que muda nem por que lei fica.")
        _fontes[fonte.nome] = fonte


def dispensar(motivos: Mapping[str, str]) -> None:
    """Models (`app.Modelo`) that look like a person's and are not, or that no person can be found in, and why."""
    _dispensas.update(motivos)


def registrar_trava(travar: Callable[[Pessoa], None]) -> None:
    """What holds a person still while it is anonymised: taken before anything is read."""
    _travas.append(travar)


def registrar_novos_codigos(novos: Callable[[Pessoa], Mapping[str, str]]) -> None:
    """Who keeps codes that are documents says what each becomes."""
    _codigos.append(novos)


def novos_codigos(pessoa: Pessoa) -> dict[str, str]:
    return {velho: novo for novos in _codigos for velho, novo in novos(pessoa).items()}


def fontes() -> list[Fonte]:
    """In the order in which they are shown."""
    return sorted(_fontes.values(), key=lambda fonte: fonte.nome)


def na_ordem() -> list[Fonte]:
    """In the order in which they are anonymised: the locks of ARCHITECTURE.md, and the register last."""
    return sorted(_fontes.values(), key=lambda fonte: (fonte.ordem, fonte.nome))


def travas() -> list[Callable[[Pessoa], None]]:
    return list(_travas)


def dispensas() -> dict[str, str]:
    return dict(_dispensas)


def em_linha(objeto: Model, omitir: tuple[str, ...] = ()) -> Linha:
    """A row as names and values."""
    campos = [c for c in objeto._meta.concrete_fields if c.name not in omitir and c.name != "busca"]
    return {str(campo.verbose_name): _valor(campo, objeto) for campo in campos}


def _valor(campo: Any, objeto: Model) -> Any:
    valor = campo.value_from_object(objeto)
    if isinstance(valor, memoryview | bytes | bytearray):
        return f"{len(bytes(valor))} bytes"
    if campo.choices and valor is not None:
        return str(dict(campo.flatchoices).get(valor, valor))
    return valor
