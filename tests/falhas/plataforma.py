"""The platform on the other side, as the kill tests need it: it fails at random, and forgets nothing of what came."""

from __future__ import annotations

from typing import Any

from clientes.loja_cliente.falso import Defeitos, IlliFalso


class Plataforma(IlliFalso):
    """`chegadas`: token -> every payload that was taken under it; `ordem`: customer -> tokens as first taken.

    `em_curso`: how many calls are being answered right now.
    """

    def __init__(self, token: str, semente: int) -> None:
        super().__init__(token=token, defeitos=Defeitos(falhar=4, conter=0, recusar=0, lento=0.15), semente=semente)
        self.chegadas: dict[str, list[dict[str, Any]]] = {}
        self.ordem: dict[str, list[str]] = {}
        self.em_curso = 0

    def atender(self, autorizacao: str, chave: str, corpo: bytes) -> tuple[int, dict[str, Any]]:
        with self._trava:
            self.em_curso += 1
        try:
            return super().atender(autorizacao, chave, corpo)
        finally:
            with self._trava:
                self.em_curso -= 1

    def _julgar(self, autorizacao: str, chave: str, payload: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """Under the lock of the one that answers."""
        status, resposta = super()._julgar(autorizacao, chave, payload)
        if status == 200 and payload is not None:
            if chave not in self.chegadas:
                self.ordem.setdefault(str(payload["codigo"]), []).append(chave)
            self.chegadas.setdefault(chave, []).append(payload)
        return status, resposta
