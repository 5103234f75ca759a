"""The outside providers: their stand-ins here, a web that they tell, and a process that charges, signs and asks."""

from __future__ import annotations

import json
from typing import Final

from bench.conversa import Conversa
from bench.pasta import Pasta
from bench.processos import Processos
from bench.servico import Retaguarda
from erp.fiscal.emissores.falso import FocusFalsa
from erp.fiscal.models import DocumentoFiscal
from erp.provedores.falsos import Registrado, falsos, no_ar
from pdv.replicacao.models import NotaFiscal

CREDITOS: Final = 500  # that the stand-in of the CPF queries begins with
NFCE: Final = "65"
SEM_SILENCIO: Final = "00:00-00:00"  # whatever the hour at which this is shown


class SemNota(Exception):
    """Nenhuma nota serve para a cena: simule mais operações."""


def falar_com_os_provedores(pasta: Pasta, processos: Processos) -> tuple[list[str], list[str]]:
    """Play the chapter. Returns what to say, and every difference. After the month: what comes is of today again."""
    retaguarda = Retaguarda(processos, {}, nome="provedores")
    focus = FocusFalsa(retaguarda=retaguarda.url)
    with no_ar(retaguarda.url, escolhidos=_em_portas_livres(focus)) as ajustes:
        ambiente = pasta.variaveis(RETAGUARDA_URL=retaguarda.url, CONTATOS_SILENCIO=SEM_SILENCIO, **ajustes)
        retaguarda.ambiente = ambiente
        retaguarda.iniciar(trabalhadores=0, relogio=False)  # the webhooks are worked by who waits for them
        quem = Conversa(processos, "bench.demonstracao.provedores", ambiente, nome="provedores-quem")
        retaguarda.esperar()
        chave = _autorizar_no_emissor(focus)
        feito = json.loads(quem.pedir(json.dumps({"chave": chave, "creditos": CREDITOS})))
        quem.encerrar()
        retaguarda.encerrar()
    return feito["ditos"], feito["faltas"]


def _em_portas_livres(focus: FocusFalsa) -> list[Registrado]:
    """Every stand-in that there is, where the kernel likes; `focus` in place of its own."""
    return [
        r._replace(fabrica=lambda _porta, _retaguarda: focus) if r.nome == "focusnfe" else r._replace(porta=0)
        for r in falsos()
    ]


def _autorizar_no_emissor(focus: FocusFalsa) -> str:
    """A note of the tills, at the emitter too: authorised, with its files, and told. Returns its key."""
    documentos = DocumentoFiscal.objects.filter(modelo=NFCE, situacao="autorizada", estorno_de=None)
    documento = documentos.exclude(nota_id=None).order_by("-pk").first()
    if documento is None or documento.nota_id is None:
        raise SemNota
    nota = NotaFiscal.objects.get(pk=documento.nota_id)
    focus.por(
        nota.chave, "autorizada", nota.chave, tipo="nfce", xml=nota.xml, danfe=b"%PDF-1.4 demonstra\xc3\xa7\xc3\xa3o"
    )
    focus.avisar("nfce", nota.chave)
    return str(nota.chave)
