"""The doors of the archive, for who must not load its driver at the start (`auditoria.arquivo`)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.utils.module_loading import import_string

from auditoria.arquivo import ArquivoForaDoAr, configurado
from auditoria.trilha.filtro import Filtro, Trecho, Visto
from auditoria.verificacao.elos import Elo
from auditoria.verificacao.partes import Partes
from auditoria.verificacao.problemas import Problema

if TYPE_CHECKING:
    from auditoria.arquivo.conferencia import Conferencia
    from auditoria.arquivo.remessa import Remessa
    from auditoria.arquivo.retencao import Retencao


NAO_CONFERIDO: Final = "O arquivo não foi conferido"


class SemArquivo(RuntimeError):
    """Nenhum arquivo configurado: defina AUDITORIA_MONGO_URL."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def remeter(**como: Any) -> Remessa:
    """`remessa.remeter`. Raises `SemArquivo`."""
    feita: Remessa = _porta("remessa.remeter")(**como)
    return feita


def voltar(sequencia: int) -> bool:
    """`remessa.voltar`. Raises `SemArquivo`."""
    return bool(_porta("remessa.voltar")(sequencia))


def reter(**como: Any) -> Retencao:
    """`retencao.reter`. Raises `SemArquivo`: without an archive nothing leaves PostgreSQL."""
    feita: Retencao = _porta("retencao.reter")(**como)
    return feita


def buscar(eventos: Sequence[UUID]) -> dict[UUID, bytes]:
    """`leitura.conteudos`; nothing, without an archive or without its answer: it shows what was, and proves no more."""
    achados: dict[UUID, bytes] = {}
    if configurado():
        with contextlib.suppress(ArquivoForaDoAr):
            achados = _porta("leitura.conteudos")(eventos)
    return achados


def conteudos(eventos: Sequence[UUID]) -> dict[UUID, bytes]:
    """`leitura.conteudos`, for who must not go on without them. Raises `ArquivoForaDoAr` and `SemArquivo`."""
    achados: dict[UUID, bytes] = _porta("leitura.conteudos")(eventos)
    return achados


def procurar(filtro: Filtro, trecho: Trecho) -> tuple[list[Visto], int]:
    """`leitura.procurar`. Raises `ArquivoForaDoAr` and `SemArquivo`."""
    achados: tuple[list[Visto], int] = _porta("leitura.procurar")(filtro, trecho)
    return achados


def das_coisas(objetos: Sequence[str], ids: Sequence[str], ate: datetime) -> Iterator[tuple[list[Visto], int]]:
    """`leitura.das_coisas`. Raises `ArquivoForaDoAr` and `SemArquivo`, as it goes."""
    yield from _porta("leitura.das_coisas")(objetos, ids, ate)


def de_ids(ids: Sequence[UUID]) -> Iterator[tuple[list[Visto], int]]:
    """`leitura.de_ids`. Raises `ArquivoForaDoAr` and `SemArquivo`, as it goes."""
    yield from _porta("leitura.de_ids")(ids)


def um(evento: UUID) -> Visto | None:
    """`leitura.um`. Raises `ArquivoForaDoAr` and `SemArquivo`."""
    achado: Visto | None = _porta("leitura.um")(evento)
    return achado


class Testemunha:
    """`conferencia.Conferencia` in words, beside the walk of the chain; without an archive, or its answer, that.

    `lido` when all that was asked of the archive was answered. After the first failure it is asked nothing more. What
    cannot be read for another reason than the archive's silence is told to `partes`.
    """

    def __init__(self, depois_de: int, ate: int, partes: Partes) -> None:
        self._partes, self._ate = partes, depois_de
        self.texto, self.lido = "Nenhum arquivo configurado: só o PostgreSQL foi conferido.", configurado()
        self._conferencia: Conferencia | None = None
        if self.lido:
            with self._atenta():
                self._conferencia = _porta("conferencia.Conferencia")(depois_de, ate)

    @property
    def problemas(self) -> list[Problema]:
        """What is wrong with the archive, as far as it was read."""
        return self._conferencia.problemas if self._conferencia else []

    def ouvir(self, elos: Sequence[Elo]) -> None:
        """The next seals of the chain, in order."""
        if self.lido and self._conferencia:
            with self._atenta():
                self._conferencia.passar(elos)
            self._ate = elos[-1].sequencia

    def concluir(self, *, ao_fim: bool) -> None:
        """The words; and, when the walk came to its last seal, what is there beyond it."""
        if self.lido and self._conferencia:
            with self._atenta():
                if ao_fim:
                    self._conferencia.concluir()
                self.texto = f"{self._conferencia.documentos} documentos do arquivo conferidos."

    @contextlib.contextmanager
    def _atenta(self) -> Iterator[None]:
        self.lido, motivo = False, "a leitura parou no meio"
        with self._partes.parte("a leitura do arquivo", lambda: self._ate + 1):
            try:
                yield
            except ArquivoForaDoAr as erro:
                motivo = str(erro)
            else:
                self.lido = True
        if not self.lido:
            self.texto = f"{NAO_CONFERIDO}: {motivo}."


def _porta(nome: str) -> Any:
    if not configurado():
        raise SemArquivo
    return import_string(f"auditoria.arquivo.{nome}")
