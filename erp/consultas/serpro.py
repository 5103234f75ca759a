"""CPF queries by Serpro: an OAuth token that is renewed, and no balance, for it is paid afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings

from erp.consultas.infosimples import ano
from erp.consultas.portas import Lida, SituacaoCadastral
from erp.provedores.autorizacao import TokenOAuth
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira
from erp.provedores.registro import Provedor

NOME: Final = "serpro"
_SITUACOES: Final = {
    "0": SituacaoCadastral.REGULAR, "2": SituacaoCadastral.SUSPENSA, "3": SituacaoCadastral.FALECIDO,
    "4": SituacaoCadastral.PENDENTE, "5": SituacaoCadastral.CANCELADA, "8": SituacaoCadastral.NULA,
    "9": SituacaoCadastral.CANCELADA,
}  # fmt: skip


class Serpro(Provedor):
    """The provider and its port."""

    nome = NOME
    titulo = "Serpro (consulta de CPF)"
    exige = ("SERPRO_URL", "SERPRO_CHAVE", "SERPRO_SEGREDO")

    def testar(self) -> str:
        """A new token, which costs nothing; a query would."""
        quem = _autorizacao().cabecalhos(cliente())
        _autorizacao().renovar(quem)
        _autorizacao().cabecalhos(cliente())
        return "O Serpro aceitou a credencial. Não há saldo: é pago depois."

    def saldo(self) -> int | None:
        return None

    def consultar(self, cpf: str, nascimento: date) -> Lida:
        """GET /cpf/{ni}: the address is theirs and has the CPF; `rotulo` is what our log says of it."""
        try:
            corpo = cliente().json("GET", f"{settings.SERPRO_CAMINHO}/cpf/{trecho(cpf)}", rotulo="/cpf/:ni")
        except FalhaDefinitiva as erro:
            if erro.status == 404:
                return Lida(SituacaoCadastral.NAO_ENCONTRADO, "não encontrado")
            raise
        situacao = corpo.get("situacao") if isinstance(corpo, dict) else None
        if not isinstance(situacao, dict) or not corpo.get("nascimento"):
            raise FalhaPassageira("RESPOSTA_ILEGIVEL", "não dá para ler a resposta do Serpro: falta a situação")
        if str(corpo["nascimento"]) != f"{nascimento:%d%m%Y}":
            return Lida(SituacaoCadastral.NASCIMENTO_DIVERGE, "nascimento diverge")
        return _ler(corpo, situacao)


def _ler(corpo: dict[str, Any], situacao: dict[str, Any]) -> Lida:
    codigo = str(situacao.get("codigo", ""))
    return Lida(
        _SITUACOES.get(codigo, SituacaoCadastral.OUTRA), str(situacao.get("descricao") or codigo),
        nome=str(corpo.get("nome") or "").strip(), ano_obito=ano(corpo.get("obito")),
    )  # fmt: skip


def cliente() -> Cliente:
    return Cliente(NOME, settings.SERPRO_URL, autorizacao=_autorizacao(), tempo_limite=settings.CONSULTAS_TEMPO_LIMITE)


def _autorizacao() -> TokenOAuth:
    return TokenOAuth("/token", settings.SERPRO_CHAVE, settings.SERPRO_SEGREDO, como_json=False)
