"""Stand-ins of Infosimples and of Serpro on loopback: they follow the documents, and fail when told to.

Whom they know is told by the first digit of the CPF: 9 is dead, 8 suspended, 0 not to be found, the rest regular. The
date of birth is the one asked with, but for 1 January 1900, which is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from erp.provedores.servidor_falso import Corpo, Saida, ServidorFalso

_DE_NINGUEM: Final = "1900-01-01"


class InfosimplesFalsa(ServidorFalso):
    """`with InfosimplesFalsa() as infosimples: infosimples.url, infosimples.creditos`, at 20 cents a query."""

    def __init__(self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0, creditos: int = 500) -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.creditos = creditos
        self.prepaga: bool = True
        self.codigo = 0  # of the next answers, when not zero

    def ajustes(self) -> Mapping[str, str]:
        return {"INFOSIMPLES_URL": self.url, "INFOSIMPLES_TOKEN": "falso"}

    def autorizado(self, cabecalho: str) -> bool:
        return True  # its token is a field of the form

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        if metodo != "POST" or parametros:
            return 404, {"code": 604}
        if corpo.get("token") != "falso":
            return 200, {"code": 601, "code_message": "Token inválido", "data": []}
        if self.codigo:
            return 200, {"code": self.codigo, "code_message": "Por roteiro", "data": []}
        match partes:
            case ["api", "admin", "account"]:
                return 200, {"code": 200, "data": [self._conta()]}
            case ["api", "v2", "consultas", "receita-federal", "cpf"]:
                return self._consultar(str(corpo.get("cpf", "")), str(corpo.get("birthdate", "")))
        return 404, {"code": 602}

    def _conta(self) -> dict[str, Any]:
        return {
            "name": "Conta falsa", "prepaid": self.prepaga, "balance": round(self.creditos * 0.2, 2), "base_price": 0.2,
        }  # fmt: skip

    def _consultar(self, cpf: str, nascimento: str) -> Saida:
        with self.trava:
            if self.creditos < 1:
                return 200, {"code": 603, "code_message": "Saldo insuficiente", "data": []}
            if nascimento == _DE_NINGUEM:
                return 200, {"code": 608, "code_message": "Data de nascimento divergente", "data": []}
            self.creditos -= 1
        if cpf.startswith("0"):
            return 200, {"code": 612, "code_message": "Não encontrado", "data": []}
        dita = {"9": "TITULAR FALECIDO", "8": "SUSPENSA"}.get(cpf[:1], "REGULAR")
        pessoa = {
            "nome": "PESSOA DE TESTE DA SILVA", "situacao_cadastral": dita, "codigo_comprovante": "A1B2.C3D4",
            "ano_obito": "2019" if cpf.startswith("9") else "",
        }  # fmt: skip
        return 200, {"code": 200, "data_count": 1, "data": [pessoa]}


class SerproFalso(ServidorFalso):
    """`with SerproFalso() as serpro: serpro.url, serpro.nascimento`: everybody was born on that day (ddmmaaaa)."""

    caminho_token = "/token"

    def __init__(self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0) -> None:
        super().__init__(porta=porta, demora=demora, lento=lento)
        self.nascimento = "15031970"

    def ajustes(self) -> Mapping[str, str]:
        return {"SERPRO_URL": self.url, "SERPRO_CHAVE": "falso", "SERPRO_SEGREDO": "falso"}

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        match metodo, partes:
            case "GET", ["consulta-cpf-df", "v2", "cpf", cpf]:
                return self._consultar(cpf)
        return 404, {"mensagem": "Rota inexistente"}

    def _consultar(self, cpf: str) -> Saida:
        if cpf.startswith("0"):
            return 404, {"mensagem": "CPF não encontrado"}
        codigo, dita = {"9": ("3", "TITULAR FALECIDO"), "8": ("2", "SUSPENSA")}.get(cpf[:1], ("0", "REGULAR"))
        return 200, {
            "ni": cpf, "nome": "PESSOA DE TESTE DA SILVA", "situacao": {"codigo": codigo, "descricao": dita},
            "nascimento": self.nascimento, **({"obito": "2019"} if cpf.startswith("9") else {}),
        }  # fmt: skip
