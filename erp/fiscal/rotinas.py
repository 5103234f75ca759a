"""The routine that asks emitters about notes."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from erp.fiscal.emissores import services
from erp.fiscal.emissores.focus import ProvedorFocus
from erp.fiscal.emissores.plugnotas import ProvedorPlugNotas
from erp.fiscal.emissores.portas import Emissor, Pista, configurados
from erp.fiscal.models import EventoNota
from erp.provedores.erros import FalhaDoProvedor, ProvedorPausado
from erp.provedores.services import processar_pendentes
from erp.rotinas.agenda import cada
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina

CAMINHO: Final = "WebhookEventosNota/processar"
LIMITE: Final = timedelta(minutes=20)
SEGUNDOS: Final = 600.0  # of the webhooks of one emitter; what is left is worked as they arrive, and the next time


@rotina(
    CAMINHO,
    cada(minutos=13),
    "Consulta autorizações de notas fiscais",
    recuperacao=Recuperacao.PULAR,
    limite=LIMITE,
    configurada=ProvedorFocus().configurado() or ProvedorPlugNotas().configurado(),  # as settings are read
)
def processar_notas(contexto: Contexto) -> None:
    """Trabalha o que os emissores avisaram, pergunta de novo do que estava em processamento e busca XML e DANFE que faltam.

    O documento só anda para a frente. Aviso de nota que não temos espera por ela. Rodar de novo não faz nada em dobro.
    """
    for emissor in configurados():
        feito = processar_pendentes(emissor.nome, limite_segundos=SEGUNDOS)
        for nome, quantos in feito.contagens().items():
            contexto.contar(f"avisos {nome}", quantos)
    contexto.contar("notas que chegaram depois do aviso", services.adotar(cerca=contexto.confirmar))
    for emissor in configurados():
        perguntar_devidos(emissor, contexto)


def perguntar_devidos(emissor: Emissor, contexto: Contexto) -> None:
    """What is due of one emitter, each at most once; a paused emitter is left for the next time."""
    fim = time.monotonic() + SEGUNDOS / 2
    for evento in services.devidos(emissor.nome):
        if time.monotonic() > fim:
            return
        try:
            depois = services.consultar(emissor, Pista(evento.tipo, evento.ref), cerca=contexto.confirmar)
        except ProvedorPausado:
            return
        except FalhaDoProvedor as erro:
            services.adiar(evento, erro.mensagem)
            contexto.falhar(EventoNota._meta.label_lower, str(evento.pk), str(erro))
            if erro.status in (401, 403, 429):  # the others would hear the same
                return
            continue
        if depois.pk != evento.pk:  # it says something else now: the former word waits for nothing more
            EventoNota.objects.filter(pk=evento.pk).update(consultar_em=None)
            contexto.contar("notas que mudaram")
        contexto.contar("notas consultadas")
