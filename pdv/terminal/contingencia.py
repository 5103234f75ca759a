"""The link to the tax authority is back: what was issued in contingency is transmitted, and goes to the retaguarda again."""

from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from pdv.terminal.models import NotaFiscal, SituacaoReplicacao
from pdv.terminal.nfce import Transmissao, assinada, autorizar_nfce
from pdv.terminal.registro import ALIAS

DEPOIS = timedelta(hours=3)  # of the issue: within the 24 hours that the law gives


class Transmitidas(NamedTuple):
    """How many were authorised, and how many the authority would not take: imported, and never signed."""

    autorizadas: int
    sem_assinatura: int


@transaction.atomic(using=ALIAS)
def transmitir() -> Transmitidas:
    """Authorise every note pending in contingency."""
    notas = list(NotaFiscal.objects.using(ALIAS).filter(situacao="contingencia").order_by("pk").select_for_update())
    prontas = [nota for nota in notas if assinada(nota.xml)]
    for nota in prontas:
        nota.protocolo = f"1{nota.chave[:2]}{nota.data_emissao:%y}{nota.numero:010d}"
        transmissao = Transmissao(nota.chave, nota.protocolo, nota.data_emissao + DEPOIS)
        nota.xml = autorizar_nfce(nota.xml, transmissao)
        nota.situacao = "autorizada"
        nota.lojamix_sit_replicacao = SituacaoReplicacao.PENDENTE
        nota.proxima_tentativa_em = None
        nota.save(using=ALIAS)
    return Transmitidas(len(prontas), len(notas) - len(prontas))
