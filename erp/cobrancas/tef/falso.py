"""A stand-in for the gateway of the pinpads: it confirms whatever it is asked, unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso

TOKEN = "tef-falso"


class TefFalso(ServidorFalso):
    """`estados`: by NSU, `"desfeita"`..., or `""` for a sale that it does not know."""

    def __init__(self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0) -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.estados: dict[str, str] = {}
        self._validos.add(TOKEN)

    def ajustes(self) -> Mapping[str, str]:
        return {"TEF_URL": self.url, "TEF_TOKEN": TOKEN}

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        match metodo, partes:
            case "GET", ["transacoes", nsu] if estado := self.estados.get(nsu, "confirmada"):
                return 200, {"nsu": nsu, "estado": estado, "autorizacao": "A1"}
        return 404, {"mensagem": "transação desconhecida"}
