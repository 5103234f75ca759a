"""Card sales collected from the ledger, files of acquirers taken in, the gateway asked by NSU, and what nobody says alarmed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.planilhas.leitura import PlanilhaInvalida
from erp.cobrancas.models import ArquivoTef, LayoutTef, LinhaTef, MarcaTef, TefEvento
from erp.cobrancas.tef.arquivo import LinhaLida, ler_arquivo
from erp.cobrancas.tef.porta import PortaTef
from erp.financeiro.models import EspecieTitulo, Sentido
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor, ProvedorPausado

log = structlog.get_logger(__name__)
Cerca = Callable[[], None]
VOLTA: Final = 50_000  # titles read again: who took its number first may have committed last
LOTE: Final = 500
RECUSAS_GUARDADAS: Final = 500
FALHAS_MAXIMO: Final = 10
Estado, Situacao = TefEvento.Estado, LinhaTef.Situacao

_COLETAR = """
INSERT INTO cobrancas_tef (titulo_id, filial_id, adquirente_id, nsu, autorizacao, parcela, parcelas, valor, dia, previsto_em,
                           ocorrido_em, estado, problema)
SELECT t.id, t.filial_id, t.adquirente_id, coalesce(nullif(ltrim(t.nsu, '0'), ''), left(t.nsu, 1)), t.autorizacao, t.parcela,
       t.parcelas, t.valor, t.emissao, t.vencimento, t.ocorrido_em, 0, ''
FROM financeiro_titulo t
WHERE t.id > %(desde)s AND t.especie = %(cartao)s AND t.sentido = %(receber)s AND t.estorno_de IS NULL
  AND t.vencimento >= current_date - 90
ORDER BY t.id ON CONFLICT (titulo_id) DO NOTHING
"""
_CANCELAR = """
UPDATE cobrancas_tef SET estado = 3, mudou_em = now()
WHERE estado IN (0, 1) AND liquidado_em IS NULL
  AND titulo_id IN (SELECT estorno_de FROM financeiro_titulo WHERE id > %(desde)s AND estorno_de IS NOT NULL)
"""


def coletar(*, cerca: Cerca = lambda: None) -> int:
    """Take in the card receivables that tills made since the last time, and cancel those that were reversed. How many."""
    with transaction.atomic(), connection.cursor() as cursor:
        marca, _ = MarcaTef.objects.select_for_update().get_or_create(pk=1)
        cursor.execute("SELECT coalesce(max(id), 0) FROM financeiro_titulo")
        (ultimo,) = cursor.fetchone()
        faixa: dict[str, int | str] = {
            "desde": max(marca.ultimo_titulo - VOLTA, 0), "cartao": EspecieTitulo.CARTAO.value, "receber": Sentido.RECEBER.value,
        }  # fmt: skip
        cursor.execute(_COLETAR, faixa)
        novos = int(cursor.rowcount)
        cursor.execute(_CANCELAR, faixa)
        MarcaTef.objects.filter(pk=1).update(ultimo_titulo=ultimo)
        cerca()
    return novos


@sensivel("cobrancas.arquivo_tef_importado")
def importar(*, layout: LayoutTef, nome: str, conteudo: bytes, usuario: User) -> tuple[ArquivoTef, int]:
    """Keep the lines of a file, and how many could not be understood; nothing is settled yet. Raises ErroDefinitivo."""
    colunas = {
        "nsu": layout.coluna_nsu, "autorizacao": layout.coluna_autorizacao, "data": layout.coluna_data,
        "pagamento": layout.coluna_pagamento, "valor": layout.coluna_valor, "taxa": layout.coluna_taxa,
        "liquido": layout.coluna_liquido, "parcela": layout.coluna_parcela,
    }  # fmt: skip
    try:
        lidas, recusas = ler_arquivo(conteudo, colunas)
    except PlanilhaInvalida as erro:
        raise ErroDefinitivo("ARQUIVO_ILEGIVEL", str(erro), "Nada foi importado.") from erro
    if not lidas:
        motivo = f"linha {recusas[0].numero}: {recusas[0].motivo}" if recusas else "não há linhas"
        raise ErroDefinitivo("ARQUIVO_SEM_LINHAS", f"Nenhuma linha se entende ({motivo}).", "Confira o leiaute.")
    with transaction.atomic():
        arquivo, novo = ArquivoTef.objects.get_or_create(
            sha256=hashlib.sha256(conteudo).hexdigest(),
            defaults={
                "layout": layout, "nome": nome[-120:], "por": str(ator_usuario(usuario)), "em": timezone.now(),
                "linhas": len(lidas) + len(recusas), "recusadas": len(recusas),
                "recusas": [[r.numero, r.motivo[:200]] for r in recusas[:RECUSAS_GUARDADAS]],
            },
        )  # fmt: skip
        if not novo:
            raise ErroDefinitivo("ARQUIVO_REPETIDO", f"Este arquivo já foi importado em {arquivo.em:%d/%m/%Y}.", "")
        LinhaTef.objects.bulk_create([_linha(arquivo, lida) for lida in lidas], batch_size=1000)
        auditar(
            acao="cobrancas.arquivo_tef_importado", ator=ator_usuario(usuario), objeto="cobrancas.arquivotef",
            objeto_id=str(arquivo.pk), depois={"linhas": len(lidas), "recusadas": len(recusas), "leiaute": layout.nome},
        )  # fmt: skip
    return arquivo, len(recusas)


def consultar(porta: PortaTef, *, limite: int = LOTE, cerca: Cerca = lambda: None) -> tuple[int, list[str]]:
    """Ask of the sales still pending, in turn, until the gateway fails; how many changed, and what failed."""
    antigas = timezone.now() - timedelta(hours=1)
    pendentes = TefEvento.objects.filter(estado=Estado.PENDENTE, liquidado_em=None, ocorrido_em__lt=antigas).exclude(
        nsu=""
    )
    mudaram, falhas = 0, []
    # who was asked longest ago first: sales that the gateway does not know never keep the others from being asked
    for evento in list(pendentes.order_by(F("consultado_em").asc(nulls_first=True), "ocorrido_em", "pk")[:limite]):
        try:
            dito = porta.consultar(evento.nsu, evento.dia)
        except ProvedorPausado:
            break
        except FalhaDoProvedor as erro:
            falhas.append(str(erro))
            TefEvento.objects.filter(pk=evento.pk).update(consultado_em=timezone.now())
            if isinstance(erro, FalhaDefinitiva) and len(falhas) < FALHAS_MAXIMO:  # of this sale alone
                continue
            break
        with transaction.atomic():
            TefEvento.objects.filter(pk=evento.pk).update(consultado_em=timezone.now())
            if dito is not None and dito.estado != Estado.PENDENTE:
                mudaram += _mudar(evento, dito.estado)
            cerca()
    return mudaram, falhas


def alarmar_atrasadas(*, cerca: Cerca = lambda: None) -> int:
    """Pending beyond `TEF_ALARME`: told once each. How many were told now."""
    limite = timezone.now() - settings.TEF_ALARME
    with transaction.atomic():
        atrasadas = TefEvento.objects.filter(
            estado=Estado.PENDENTE, liquidado_em=None, ocorrido_em__lt=limite, alarmado_em=None
        )
        novas = atrasadas.update(alarmado_em=timezone.now(), problema="sem confirmação além do prazo")
        cerca()
    if novas:
        log.warning("tef.sem_confirmacao", quantas=novas)
    return novas


def _linha(arquivo: ArquivoTef, lida: LinhaLida) -> LinhaTef:
    linha = LinhaTef(arquivo=arquivo, **lida._asdict())
    if lida.valor <= 0:
        linha.situacao, linha.problema = Situacao.RECUSADA, "estorno ou ajuste da adquirente: confira e lance à mão"
    return linha


def _mudar(evento: TefEvento, estado: int) -> int:
    """Only out of pending; undone, cancelled or denied after the sale was posted is for a person to see."""
    mal = estado != Estado.CONFIRMADA
    return TefEvento.objects.filter(pk=evento.pk, estado=Estado.PENDENTE).update(
        estado=estado, mudou_em=timezone.now(),
        problema=f"a venda foi lançada, e o TEF diz {Estado(estado).label.lower()}" if mal else "",
    )  # fmt: skip
