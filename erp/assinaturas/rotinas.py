"""The routine that sends what waits to be sent, and asks about what waits to be signed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from erp.assinaturas.models import Assinatura
from erp.assinaturas.plugsign.porta import PlugSign
from erp.assinaturas.portas import PortaDeAssinaturas, configuradas
from erp.assinaturas.services.consulta import gravar, pegar, perguntar
from erp.provedores.services import processar_pendentes
from erp.provedores.services.anotacoes import em_pausa
from erp.rotinas.agenda import cada
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina

CAMINHO: Final = "PlugSignEvento/processar"
SEGUNDOS: Final = 300.0  # of the webhooks; what is left is worked as they arrive, and the next time


@rotina(
    CAMINHO,
    cada(minutos=17),
    "Consulta notificações de assinatura digital",
    recuperacao=Recuperacao.PULAR,
    limite=timedelta(minutes=30),
    configurada=PlugSign().configurado(),  # known as settings are read; the ports are registered later
)
def processar_assinaturas(contexto: Contexto) -> None:
    """Trabalha o que o provedor avisou, manda os documentos que esperam, pergunta pelos que estão com quem assina e guarda o
    arquivo assinado, que marca o contrato.

    Rodar de novo não manda nada duas vezes. O que falha é perguntado de novo, cada vez mais tarde.
    """
    for porta in configuradas():
        for nome, quantos in processar_pendentes(porta.nome, limite_segundos=SEGUNDOS).contagens().items():
            contexto.contar(f"avisos {nome}", quantos)
        processar(porta, contexto)


def processar(porta: PortaDeAssinaturas, contexto: Contexto) -> None:
    """All that is due now at one provider; in a pause, nothing, and all of it is due still."""
    ate = timezone.now()
    while not em_pausa(porta.nome) and (assinaturas := pegar(porta, ate=ate)):
        resumo = gravar(perguntar(porta, assinaturas), cerca=contexto.confirmar)
        contexto.contar("documentos mandados", resumo.enviadas)
        contexto.contar("documentos consultados", resumo.consultadas)
        contexto.contar("mudaram", resumo.mudaram)
        contexto.contar("arquivos assinados guardados", resumo.guardados)
        for falha in resumo.falhas:
            contexto.falhar(Assinatura._meta.label_lower, str(falha.assinatura.pk), str(falha.resposta))
        if resumo.devolvidas:  # nobody answers there, or it took too long: the next run goes on
            break
