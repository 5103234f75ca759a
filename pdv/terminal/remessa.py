"""Sending manifests: after the operations, only what changed, and never in their way."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from pdv.terminal import espera
from pdv.terminal.envio import Cliente, Desfecho
from pdv.terminal.espera import Parada
from pdv.terminal.manifestos import Conteudo, adiantar, concluir, montar, tocados, tocar_recentes
from pdv.terminal.models import Manifesto
from pdv.terminal.pacote import REPLICADOR, identidade_da_instalacao
from pdv.terminal.registro import ALIAS

RECURSO = "manifestos"
VERSAO = 1
POR_REMESSA = 20
REMESSAS_POR_VEZ = 5  # then operations are looked for again
TENTATIVAS = 3
INTERVALO_DOS_RECENTES = 60.0
RECUSAS = (Desfecho.GRANDE, Desfecho.NUMEROSO, Desfecho.RECUSADO)
GUARDADOS = frozenset({"criado", "atualizado", "existente"})

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Remessas:
    """Called by the replicator when no operation is due. Whatever goes wrong here stays here, and is tried later."""

    cliente: Cliente
    parada: Parada
    continuo: bool = False
    sorteio: Random = field(default_factory=Random)
    _proxima: float = 0.0  # by the monotonic clock
    _recentes: float | None = None
    _falhas: int = 0
    _lote: int = POR_REMESSA  # halves when the whole is refused, until the culprit is alone

    def enviar(self) -> None:
        """Send what changed; of a running replicator one attempt, of a single run a few."""
        for _ in range(1 if self.continuo else TENTATIVAS):
            if self.parada.pedida or time.monotonic() < self._proxima:
                return
            pedida = self._tentar()
            if pedida is None:
                self._falhas = 0
                return
            self._falhas += 1
            if time.monotonic() < self._proxima:
                return
            segundos = espera.da_falha(self._falhas, pedida or None, self.sorteio)
            if self.continuo:
                self._proxima = time.monotonic() + segundos
            else:
                self.parada.dormir(segundos)

    def _tentar(self) -> float | None:
        """None when all went well; else the seconds that the server asked for, or zero."""
        try:
            self._olhar_recentes()
            for _ in range(REMESSAS_POR_VEZ):
                enviado, esperar = self._remessa()
                if not enviado or self.parada.pedida:
                    return esperar
            return None
        except (OperationalError, InterfaceError) as erro:
            connections[ALIAS].close()
            log.warning("manifestos.banco_ocupado", motivo=str(erro))
            return 0.0

    def _olhar_recentes(self) -> None:
        agora = time.monotonic()
        if self._recentes is None or agora - self._recentes >= INTERVALO_DOS_RECENTES:
            tocar_recentes(timezone.now())
            self._recentes = agora

    def _remessa(self) -> tuple[bool, float | None]:
        """Send up to `POR_REMESSA` manifests; whether there may be more, and how the attempt failed."""
        linhas = tocados(self._lote)
        if not linhas:
            return False, None
        agora = timezone.now()
        montadas = [(linha, montar(linha, agora)) for linha in linhas]
        por_enviar = {_chave(m): (linha, m) for linha, m in montadas if m is not None}
        for linha, conteudo in montadas:
            if conteudo is None:
                concluir(linha)
        if not por_enviar:
            return True, None
        remessa = {
            "versao": VERSAO,
            "instalacao": identidade_da_instalacao(),
            "replicador": REPLICADOR,
            "manifestos": [m for _, m in por_enviar.values()],
        }
        resposta = self.cliente.avisar(RECURSO, remessa)
        if resposta.desfecho is Desfecho.RESPONDIDO:
            self._lote = POR_REMESSA
            return self._anotar(por_enviar, resposta.corpo)
        log.warning("manifestos.adiados", motivo=resposta.mensagem)
        if resposta.desfecho is Desfecho.SEM_ACESSO:  # a person must act, or the retaguarda is older than this till
            self._proxima = time.monotonic() + espera.sem_acesso(self.sorteio)
        if resposta.desfecho not in RECUSAS:
            return False, resposta.esperar or 0.0
        if len(por_enviar) > 1:
            self._lote = max(1, len(por_enviar) // 2)
        else:
            [(linha, _)] = por_enviar.values()
            concluir(linha, mensagem=resposta.mensagem)
        return True, None

    def _anotar(
        self, por_enviar: Mapping[tuple[str, str], tuple[Manifesto, Conteudo]], lido: Mapping[str, Any]
    ) -> tuple[bool, float | None]:
        """Note each answer; what was not answered for stays touched, and the attempt counts as failed."""
        resultados = lido.get("manifestos")
        respondidos = {_chave(r): r for r in resultados if isinstance(r, dict)} if isinstance(resultados, list) else {}
        faltou = False
        for chave, (linha, _) in por_enviar.items():
            resposta = respondidos.get(chave, {})
            resultado, versao = resposta.get("resultado"), resposta.get("versao")
            if resultado in GUARDADOS:
                concluir(linha, confirmada=linha.versao)
            elif resultado == "antigo" and type(versao) is int:
                adiantar(linha, versao)
            elif resultado == "rejeitado":
                log.error("manifestos.rejeitado", manifesto=" ".join(chave), motivo=resposta.get("mensagem"))
                concluir(linha, mensagem=str(resposta.get("mensagem")))
            else:
                faltou = True
        return not faltou, 0.0 if faltou else None


def _chave(manifesto: Mapping[str, Any]) -> tuple[str, str]:
    turno = manifesto.get("id_turno")
    return str(manifesto.get("tipo")), str(turno if turno is not None else manifesto.get("dia"))
