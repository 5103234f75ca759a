"""Walking the chain: every seal is the hash of the one before and of its event, and no number is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from auditoria import serial
from auditoria.verificacao.diagnostico import diagnosticar
from auditoria.verificacao.elos import Elo, paginas
from auditoria.verificacao.fontes import buscar
from auditoria.verificacao.problemas import MAXIMO, Problema, no_selo

DIAGNOSTICOS: Final = 5
Leitura = Callable[[Sequence[Elo]], None]
Passagem = Callable[[Elo], Iterable[Problema]]
Retirado = Callable[[int, UUID], bool]


class Cadeia:
    """The walk, from after a seal whose hash is taken as it is (zero, before the first; None, unknown).

    Of an event that is `retirado`, only the seal is here: `so_no_arquivo` counts them, and the archive answers for them.
    """

    def __init__(
        self,
        depois_de: int,
        anterior: bytes | None,
        *,
        ao_passar: Passagem = lambda _: (),
        retirado: Retirado = lambda *_: False,
    ) -> None:
        self.proxima, self.anterior = depois_de + 1, anterior
        self.ao_passar, self.retirado = ao_passar, retirado
        self.conferidos = self.so_no_arquivo = 0
        self.problemas: list[Problema] = []
        self._ultimo_instante: datetime | None = None

    def percorrer(
        self, ate: int, ao_avancar: Callable[[int], None] = lambda _: None, *, ao_ler: Leitura = lambda _: None
    ) -> bool:
        """Check up to that seal; `ao_ler` sees each page. False: stopped at more problems than anybody would read."""
        for pagina in paginas(self.proxima - 1, ate):
            for elo in pagina:
                self._conferir(elo)
            ao_ler(pagina)
            ao_avancar(self.conferidos)
            if len(self.problemas) >= MAXIMO:
                return False
        if self.proxima <= ate:
            self._faltam(ate)
        return True

    def _conferir(self, elo: Elo) -> None:
        if elo.sequencia != self.proxima:
            self._faltam(elo.sequencia - 1)
            self.anterior = None
        if elo.conteudo is None:
            if self.retirado(elo.sequencia, elo.evento):
                self.so_no_arquivo += 1
            else:
                self.problemas.append(self._removido(elo))
        elif self.anterior is not None and not _confere(elo, self.anterior):
            self.problemas.append(self._nao_confere(elo, self.anterior))
        if self._ultimo_instante is not None and elo.selado_em < self._ultimo_instante:
            self.problemas.append(
                no_selo("instante_fora_de_ordem", elo.sequencia, elo.evento, "foi selado antes do selo anterior")
            )
        self.problemas.extend(self.ao_passar(elo))
        self.anterior, self.proxima, self._ultimo_instante = elo.hash, elo.sequencia + 1, elo.selado_em
        self.conferidos += 1

    def _removido(self, elo: Elo) -> Problema:
        porque = "o evento foi removido: o seu selo ficou"
        if len(self.problemas) < DIAGNOSTICOS and elo.evento in buscar([elo.evento]):
            porque += ", e o arquivo tem a cópia"
        return no_selo("evento_removido", elo.sequencia, elo.evento, porque)

    def _nao_confere(self, elo: Elo, anterior: bytes) -> Problema:
        """The first ones are looked into, which reads thousands of seals around; of the others it is enough to know."""
        if elo.versao != serial.VERSAO:
            return no_selo(
                "selo_alterado", elo.sequencia, elo.evento, f"versão da serialização desconhecida: {elo.versao}"
            )
        if len(self.problemas) < DIAGNOSTICOS:
            return diagnosticar(elo, anterior)
        return no_selo(
            "selo_nao_confere", elo.sequencia, elo.evento, "o selo não confere com o evento e o selo anterior"
        )

    def _faltam(self, ate: int) -> None:
        quais = f"falta o selo {ate}" if ate == self.proxima else f"faltam os selos {self.proxima} a {ate}"
        self.problemas.append(no_selo("selo_ausente", self.proxima, None, quais))


def _confere(elo: Elo, anterior: bytes) -> bool:
    assert elo.conteudo is not None
    feito = serial.selar(anterior, elo.sequencia, elo.selado_em, elo.conteudo)
    return feito == elo.hash and elo.versao == serial.VERSAO
