"""What an entity of the feed says of itself, and what those that are one table have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any, ClassVar

import msgspec
from django.db.models import Model
from msgspec import Struct


class Dados(Struct, kw_only=True, gc=False, forbid_unknown_fields=False):
    """The fields that the feed carries: those that the ERP owns."""

    def em_json(self) -> dict[str, Any]:
        """Plain JSON values, as they go in the feed and are kept as the base of the next comparison."""
        valores: dict[str, Any] = msgspec.to_builtins(self)
        return valores


class Regra(Enum):
    """Who wins when both sides changed a field."""

    VENCE_ERP = "o ERP vence; o que mudou aqui fica guardado como conflito decidido"
    POR_CAMPO = "o que só um lado mudou vale; o que os dois mudaram espera alguém decidir"


Registros = dict[str, Dados]


class Entidade:
    """How records of one kind are read, written and put out of use. The caller holds the transaction."""

    nome: ClassVar[str]
    titulo: ClassVar[str]
    dados: ClassVar[type[Dados]]
    regra: ClassVar[Regra] = Regra.VENCE_ERP
    inativo: ClassVar[Mapping[str, Any] | None] = None  # the fields of a record that was deleted there; None: a person
    lote: ClassVar[int] = 2000  # records of a page
    tabelas: ClassVar[tuple[type[Model], ...]]  # whose triggers note it; the first has the key, in the field `chave`
    chave: ClassVar[str] = "codigo"

    def travar(self, registros: Registros) -> None:
        """Locks that come before those of the rows."""

    def ler(self, chaves: Collection[str], *, travar: bool = False) -> Registros:
        """Those of these keys that are here. `travar` holds their rows, in order, until the transaction ends."""
        raise NotImplementedError

    def faltas(self, registros: Registros) -> dict[str, str]:
        """Of these, those that refer to what is not here, by key: what is missing."""
        return {}

    def gravar(self, registros: Registros, novos: Collection[str]) -> None:
        """Write these records; `novos` are the keys that are not here. Raises IntegrityError or DataError."""
        raise NotImplementedError

    def em_uso(self, aqui: Mapping[str, Any]) -> bool:
        """Whether a deletion there has anything to say of this record."""
        return self.inativo is None or any(aqui[campo] != valor for campo, valor in self.inativo.items())

    def chaves(self) -> Iterator[str]:
        """Every key that is here."""
        modelo = self.tabelas[0]
        return (str(c) for c in modelo._default_manager.values_list(self.chave, flat=True).iterator(5000))

    def chave_valida(self, chave: str) -> bool:
        return 0 < len(chave) <= 20 and "\0" not in chave


class EntidadeDeTabela(Entidade):
    """One table whose unique column `chave` is the key, and whose other columns are called like the fields."""

    modelo: ClassVar[type[Model]]
    numerica: ClassVar[int] = 0  # the largest number that the key may be; 0: the key is text
    padroes: ClassVar[Mapping[str, Any]] = {}  # of a record that is new here, what the Backoffice owns

    def ler(self, chaves: Collection[str], *, travar: bool = False) -> Registros:
        campos = self.dados.__struct_fields__
        linhas = self.modelo._default_manager.filter(**{f"{self.chave}__in": self._procurar(chaves)})
        linhas = linhas.order_by(self.chave)
        if travar:
            linhas = linhas.select_for_update(no_key=True, of=("self",))
        lidas = linhas.values_list(self.chave, *map(self.caminho, campos))
        return {str(chave): self.montar(dict(zip(campos, valores, strict=True))) for chave, *valores in lidas}

    def caminho(self, campo: str) -> str:
        """Where the value of a field of the feed is read."""
        return campo

    def montar(self, valores: dict[str, Any]) -> Dados:
        return self.dados(**valores)

    def valores(self, registros: Registros) -> dict[str, dict[str, Any]]:
        """By key, the model's fields."""
        campos = self.dados.__struct_fields__
        return {chave: {campo: getattr(dados, campo) for campo in campos} for chave, dados in registros.items()}

    def gravar(self, registros: Registros, novos: Collection[str]) -> None:
        """One statement: what is here is updated in the columns of the feed, and in no other."""
        valores = self.valores(registros)
        if not valores:
            return
        campos = list(next(iter(valores.values())))
        objetos = [
            self.modelo(**{self.chave: self._chave(chave)}, **self.padroes, **valores[chave])
            for chave in sorted(valores)
        ]
        self.modelo._default_manager.bulk_create(
            objetos, update_conflicts=True, unique_fields=[self.chave], update_fields=campos
        )

    def chave_valida(self, chave: str) -> bool:
        if not self.numerica:
            return super().chave_valida(chave)
        return chave.isascii() and chave.isdecimal() and len(chave) < 20 and str(int(chave)) == chave and (
            int(chave) <= self.numerica
        )  # fmt: skip

    def _chave(self, chave: str) -> Any:
        return int(chave) if self.numerica else chave

    def _procurar(self, chaves: Collection[str]) -> list[Any]:
        return [self._chave(chave) for chave in chaves]
