"""A question, and the CPFs that the stand-ins know by their first digit."""

from __future__ import annotations

from datetime import date
from typing import Any

from erp.consultas.models import ConsultaCpf
from erp.consultas.services import Pergunta, consultar
from tests.erp.elenco import CPF, pessoa

NASCIMENTO = date(1970, 3, 15)
FALECIDO, SUSPENSO, DESCONHECIDO = "98765432100", "87748248800", "01234567890"


def pergunta(cpf: str = CPF, **campos: Any) -> Pergunta:
    base: dict[str, Any] = {
        "nascimento": NASCIMENTO, "finalidade": ConsultaCpf.Finalidade.OBITO,
        "base_legal": ConsultaCpf.BaseLegal.CONTRATO,
    }  # fmt: skip
    return Pergunta(cpf=cpf, **(base | campos))


def perguntar(cpf: str = CPF, **campos: Any) -> ConsultaCpf:
    return consultar(pergunta(cpf, **campos), usuario=pessoa("gerente", 1))
