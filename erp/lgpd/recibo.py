"""The receipt of an anonymisation, to be handed over: it says nothing of who the person was."""

from __future__ import annotations

from io import BytesIO

from django.utils import timezone

from auditoria.atores import nome_do_ator
from erp.lgpd.folha import Folha
from erp.lgpd.models import Anonimizacao


def recibo_em_pdf(recibo: Anonimizacao) -> bytes:
    """The same bytes whenever it is asked for."""
    feita = timezone.localtime(recibo.feita_em)
    folha = Folha(f"Recibo de anonimização {recibo.numero}", recibo.feita_em)
    folha.campo("Número", recibo.numero)
    folha.campo("Feita em", f"{feita:%d/%m/%Y às %H:%M:%S}")
    folha.campo("Feita por", nome_do_ator(recibo.feita_por))
    folha.campo("Motivo", recibo.motivo)
    folha.ln(2)
    folha.paragrafo(
        "Os dados pessoais do titular deste pedido foram apagados ou tornados anônimos, e isso não se desfaz (Lei 13.709/2018, "
        "arts. 5º, XI, 12 e 18, IV e VI). Este recibo não diz de quem são. Quem o tem, com o seu CPF ou CNPJ, pode pedir que "
        "se confira."
    )
    folha.secao("O que mudou")
    for parte in recibo.mudou:
        folha.campo(f"{parte['titulo']} ({parte['linhas']})", parte["texto"])
    if not recibo.mudou:
        folha.paragrafo("Nada havia para mudar.")
    if recibo.chaves:
        folha.campo("Chaves destruídas", f"{recibo.chaves}: o que a auditoria guardava cifrado não se lê mais")
    folha.secao("O que ficou, e por qual lei")
    for parte in recibo.ficou:
        folha.campo(f"{parte['titulo']} ({parte['linhas']})", parte["texto"])
    if not recibo.ficou:
        folha.paragrafo("Nada ficou.")
    folha.secao("Cópias de segurança e outros sistemas")
    folha.paragrafo(
        "As cópias de segurança anteriores guardam os dados até vencerem. Com quem os dados foram compartilhados (plataforma de "
        "clientes, provedores de cobrança, de assinatura e de mensagens), o encarregado pede a mesma providência (art. 18, § 6º)."
    )
    saida = BytesIO()
    folha.gravar(saida)
    return saida.getvalue()
