"""What calls teach that is not of their own message, kept in memory until the one thread with a database writes it:
how the provider is doing, a template that Meta does not take, an account that it blocks.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import transaction

from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from erp.contatos.models import Canal, ModeloMensagem
from erp.contatos.whatsapp import respostas
from erp.contatos.whatsapp.provedor import NOME
from erp.provedores.services import anotacoes
from filas.fila.contextos import Resposta
from filas.fila.respostas import retry_after

log = structlog.get_logger(__name__)
SISTEMA = Ator("sistema", "whatsapp")
Modelo = tuple[str, str]  # its name at Meta, its language


@dataclass
class _Soma:
    chamadas: int = 0
    erros: int = 0
    contidas: int = 0
    segundos: float = 0.0
    ultimo_erro: str = ""
    ultima_boa: bool = False
    calma: timedelta | None = None
    porque: str = ""
    suspender: str = ""
    modelos: dict[Modelo, str] = field(default_factory=dict)


class Notas:
    """Of one process. Threads `anotar`; the coordinator `gravar`."""

    def __init__(self) -> None:
        self._trava = threading.Lock()
        self._soma = _Soma()

    def modelo_parado(self, modelo: Modelo) -> str:
        """Why nothing more of this template goes, since a moment ago."""
        with self._trava:
            return self._soma.modelos.get(modelo, "")

    def anotar(self, resposta: Resposta, modelo: Modelo) -> None:
        codigo = respostas.ler(resposta.corpo).codigo
        bem = 200 <= resposta.status < 300
        with self._trava:
            s = self._soma
            s.chamadas += 1
            s.segundos += resposta.segundos
            if dito := respostas.PARA_O_MODELO.get(codigo or -1):
                s.modelos[modelo] = dito
            if resposta.status in (401, 403) or respostas.PARA_O_PROVEDOR.get(-1 if codigo is None else codigo):
                s.suspender = respostas.PARA_O_PROVEDOR.get(codigo or 0) or respostas.PARA_O_PROVEDOR[0]
            self._conter(resposta, codigo)
            # it works: it said no to one message
            s.ultima_boa = bem or (
                400 <= resposta.status < 429 and not s.suspender and resposta.status not in (401, 403)
            )
            if not s.ultima_boa:
                s.erros += resposta.status != 429
                s.ultimo_erro = f"HTTP {resposta.status}" + (f", código {codigo}" if codigo is not None else "")

    def gravar(self) -> None:
        """In the coordinator, between transactions."""
        with self._trava:
            soma, self._soma = self._soma, _Soma()
        if soma.chamadas:
            anotacoes.anotar_lote(
                NOME, chamadas=soma.chamadas, erros=soma.erros, contidas=soma.contidas, segundos=soma.segundos,
                ultimo_erro="" if soma.ultima_boa else soma.ultimo_erro,
            )  # fmt: skip
        for (nome, idioma), porque in soma.modelos.items():
            pausar_modelo(nome, idioma, porque)
        if soma.calma is not None:
            anotacoes.conter(NOME, soma.calma, soma.porque or "o provedor pediu calma")
        if soma.suspender:
            suspender(soma.suspender)

    def _conter(self, resposta: Resposta, codigo: int | None) -> None:
        s = self._soma
        if resposta.status == 429 or codigo in respostas.DE_RITMO:
            s.contidas += 1
            s.calma = max(s.calma or timedelta(0), retry_after(resposta) or respostas.CALMA)
        if dito := respostas.DO_NUMERO_INTEIRO.get(codigo or -1):
            s.calma, s.porque = max(s.calma or timedelta(0), timedelta(hours=1)), dito


@sensivel("provedores.provedor_pausado")
def suspender(porque: str) -> None:
    """The account needs a person: nothing goes until somebody resumes the provider. Said once."""
    with transaction.atomic():
        if anotacoes.suspender(NOME, porque):
            registrar(
                acao="provedores.provedor_pausado", ator=SISTEMA, objeto="provedores.EstadoProvedor", objeto_id=NOME,
                motivo=porque,
            )  # fmt: skip
            log.warning("whatsapp.suspenso")


@sensivel("contatos.modelo_pausado")
def pausar_modelo(nome: str, idioma: str, porque: str) -> int:
    """What is of this template waits until somebody mends it. Returns how many rows of ours it is."""
    with transaction.atomic():
        linhas = ModeloMensagem.objects.select_for_update().filter(
            canal=Canal.WHATSAPP, nome_externo=nome, idioma=idioma, pausa=""
        )
        ids = list(linhas.order_by("pk").values_list("pk", flat=True))
        ModeloMensagem.objects.filter(pk__in=ids).update(pausa=porque[:300])
        for pk in ids:
            registrar(
                acao="contatos.modelo_pausado", ator=SISTEMA, objeto="contatos.ModeloMensagem", objeto_id=str(pk),
                motivo=porque,
            )  # fmt: skip
    return len(ids)


def sem_linha(mensagem: str) -> Resposta:
    """A call that did not begin: nothing went out."""
    return Resposta(0, {respostas.SEM_LINHA: mensagem}, "", 0.0)
