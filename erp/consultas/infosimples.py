"""CPF queries by Infosimples: prepaid in money, one token, everything by POST so that no address holds it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.conf import settings

from erp.consultas.portas import Lida, SituacaoCadastral
from erp.provedores.cliente import Cliente
from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira
from erp.provedores.registro import Provedor

NOME: Final = "infosimples"
_CERTO: Final = 200
_NAO_HA: Final = 612
_RECUSADO_NA_ORIGEM: Final = 608  # the Receita refused the pair: the date of birth is another
_PASSAM: Final = frozenset({600, 605, 609, 610, 613, 614, 615, 617, 618, 622})
_SITUACOES: Final = (
    ("REGULAR", SituacaoCadastral.REGULAR), ("PENDENTE", SituacaoCadastral.PENDENTE),
    ("SUSPENSA", SituacaoCadastral.SUSPENSA), ("CANCELADA", SituacaoCadastral.CANCELADA),
    ("NULA", SituacaoCadastral.NULA), ("TITULAR FALECIDO", SituacaoCadastral.FALECIDO),
)  # fmt: skip


class Infosimples(Provedor):
    """The provider and its port."""

    nome = NOME
    titulo = "Infosimples (consulta de CPF)"
    exige = ("INFOSIMPLES_URL", "INFOSIMPLES_TOKEN")

    def testar(self) -> str:
        saldo = self.saldo()
        return "Conta pós-paga, em ordem." if saldo is None else f"Créditos para {saldo} consultas."

    def saldo(self) -> int | None:
        """POST /api/admin/account: the money left, in queries at the price of one."""
        conta = _primeiro(_chamar("/api/admin/account", {}))
        if conta.get("prepaid") is False:
            return None
        saldo, preco = _dinheiro(conta, "balance"), Decimal(settings.INFOSIMPLES_CENTAVOS_POR_CONSULTA) / 100
        preco = preco or _dinheiro(conta, "base_price")
        if preco <= 0:
            raise _ilegivel("a conta não diz o preço: preencha INFOSIMPLES_CENTAVOS_POR_CONSULTA")
        return max(int(saldo / preco), 0)

    def consultar(self, cpf: str, nascimento: date) -> Lida:
        """POST /api/v2/consultas/receita-federal/cpf."""
        corpo = _chamar(
            "/api/v2/consultas/receita-federal/cpf",
            {"cpf": cpf, "birthdate": nascimento.isoformat(), "timeout": max(15, settings.CONSULTAS_TEMPO_LIMITE - 5)},
            aceitos=(_CERTO, _NAO_HA, _RECUSADO_NA_ORIGEM),
        )
        if corpo["code"] == _NAO_HA:
            return Lida(SituacaoCadastral.NAO_ENCONTRADO, "sem dados")
        if corpo["code"] == _RECUSADO_NA_ORIGEM:
            return Lida(SituacaoCadastral.NASCIMENTO_DIVERGE, "recusado na origem")
        return _ler(_primeiro(corpo))


def cliente() -> Cliente:
    return Cliente(NOME, settings.INFOSIMPLES_URL, tempo_limite=settings.CONSULTAS_TEMPO_LIMITE)


def _chamar(caminho: str, campos: dict[str, Any], aceitos: tuple[int, ...] = (_CERTO,)) -> dict[str, Any]:
    """One call; its own code, inside a 200, says how it went."""
    corpo = cliente().json("POST", caminho, formulario={"token": settings.INFOSIMPLES_TOKEN, **campos})
    codigo = corpo.get("code") if isinstance(corpo, dict) else None
    if not isinstance(codigo, int):
        raise _ilegivel("resposta sem código")
    if codigo in aceitos:
        return dict(corpo)
    if codigo in _PASSAM:
        raise FalhaPassageira(f"INFOSIMPLES_{codigo}", f"a Infosimples não conseguiu agora (código {codigo})")
    motivo = "a Infosimples recusou o token" if codigo in (601, 603) else "a Infosimples recusou o pedido"
    raise FalhaDefinitiva(f"INFOSIMPLES_{codigo}", f"{motivo} (código {codigo})")


def _ler(dados: dict[str, Any]) -> Lida:
    dita = str(dados.get("situacao_cadastral") or "").strip()
    if not dita:
        raise _ilegivel("resposta sem situação cadastral")
    situacao = next((s for inicio, s in _SITUACOES if dita.upper().startswith(inicio)), SituacaoCadastral.OUTRA)
    return Lida(
        situacao, dita, nome=str(dados.get("nome") or "").strip(), ano_obito=ano(dados.get("ano_obito")),
        comprovante=str(dados.get("codigo_comprovante") or dados.get("consulta_comprovante") or ""),
    )  # fmt: skip


def ano(valor: Any) -> int | None:
    """The year in whatever was said: `2019`, `"2019"`, `"03/2019"`."""
    achado = re.search(r"(?:19|20)\d{2}", str(valor or ""))
    return int(achado[0]) if achado else None


def _primeiro(corpo: dict[str, Any]) -> dict[str, Any]:
    dados = corpo.get("data")
    if not isinstance(dados, list) or not dados or not isinstance(dados[0], dict):
        raise _ilegivel("resposta sem dados")
    return dados[0]


def _dinheiro(conta: dict[str, Any], nome: str) -> Decimal:
    valor = conta.get(nome)
    if isinstance(valor, bool) or not isinstance(valor, int | Decimal):
        raise _ilegivel(f"a conta não diz `{nome}`")
    return Decimal(valor)


def _ilegivel(que: str) -> FalhaPassageira:
    return FalhaPassageira("RESPOSTA_ILEGIVEL", f"não dá para ler a resposta da Infosimples: {que}")
