"""The balance of each provider: a reading kept, an alarm when it gets too low, a batch that it does not cover."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings

from erp.acesso.erros import ErroDefinitivo
from erp.consultas.models import SaldoConsulta
from erp.consultas.portas import PortaDeConsultas, configuradas, disponiveis
from erp.rotinas import registro
from erp.rotinas.services import atencao_passou, pedir_atencao

CAMINHO: Final = "Configuracao/AtualizaCreditosConsultaCPF"


def ultimo(provedor: str) -> SaldoConsulta | None:
    """The last reading."""
    return SaldoConsulta.objects.filter(provedor=provedor).order_by("-em", "-pk").first()


def anotar_saldo(porta: PortaDeConsultas, saldo: int, *, agora: datetime) -> SaldoConsulta:
    """Keep a reading, and raise the alarm when it is the first one below the minimum. In the caller's transaction."""
    anterior = ultimo(porta.nome)
    lido = SaldoConsulta.objects.create(
        provedor=porta.nome, em=agora, saldo=saldo, minimo=settings.CONSULTAS_SALDO_MINIMO
    )
    if lido.abaixo and (anterior is None or not anterior.abaixo):
        pedir_atencao(registro.obter(CAMINHO), _texto(), agora=agora)
    return lido


def rever_alarme(agora: datetime) -> None:
    """With no provider below its minimum any more, the alarm is over."""
    if not _abaixo():
        atencao_passou(registro.obter(CAMINHO), agora=agora)


def exigir_saldo(quantas: int) -> PortaDeConsultas:
    """The provider for so many queries: the first, not paused, whose last reading covers them (or that has no balance).

    Raises `ErroDefinitivo`, before anything is asked.
    """
    portas = disponiveis()
    if not portas:
        if configuradas():
            raise ErroDefinitivo("PROVEDOR_EM_PAUSA", "O provedor de consultas está em pausa.", "Tente mais tarde.")
        raise ErroDefinitivo("SEM_PROVEDOR", "Nenhum provedor de consultas de CPF está configurado.", "Fale com a TI.")
    lidos = [(porta, ultimo(porta.nome)) for porta in portas]
    for porta, lido in lidos:
        if lido is None or lido.saldo >= quantas:
            return porta
    restam = max(lido.saldo for _, lido in lidos if lido is not None)
    raise ErroDefinitivo(
        "SEM_SALDO", f"Faltam créditos: para {quantas} consultas restam {restam}.", "Compre créditos no provedor."
    )


def _abaixo() -> list[tuple[PortaDeConsultas, SaldoConsulta]]:
    lidos = [(porta, ultimo(porta.nome)) for porta in configuradas()]
    return [(porta, lido) for porta, lido in lidos if lido is not None and lido.abaixo]


def _texto() -> str:
    partes = [f"{porta.titulo}: restam {lido.saldo} (mínimo {lido.minimo})" for porta, lido in _abaixo()]
    return f"Poucos créditos para consultar CPF. {'; '.join(partes)}. Compre créditos no provedor."
