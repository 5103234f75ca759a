"""Asking emitters about notes, writing down what they said, and moving the documents on.

The call comes first, outside any transaction; then everything is written in one. Killed in between, nothing was
written, and whoever asked (a webhook, the routine, a person) asks again, which is harmless.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from erp.cadastros.rules import Periodo
from erp.cadastros.selectors import periodos_fechados
from erp.fiscal.andamento import Movido, mover
from erp.fiscal.avisos import AvisoNovo, gravar_avisos, sem_repetidos
from erp.fiscal.emissores.busca import Baixados, baixar, chave_do, perguntar
from erp.fiscal.emissores.leitura import TERMINOU, Arquivos, altura, vindas_de
from erp.fiscal.emissores.portas import Emissor, NotaRemota, Pista
from erp.fiscal.models import ArquivoDoEmissor, DocumentoFiscal, EventoNota

Situacao = EventoNota.Situacao
Desfecho = EventoNota.Desfecho
Cerca = Callable[[], None]
CONSULTAS_MAXIMO: Final = 20  # about five days, the way the waits grow
ESPERA_MAXIMA: Final = timedelta(hours=8)
ADOCAO: Final = timedelta(days=90)  # how long an orphan waits for its document
RESPOSTA_MAXIMA: Final = 64 * 1024
_RODAPE: Final = " | "
_NOTA_PARA: Final = {s.value: str(s.label).lower() for s in DocumentoFiscal.Situacao}


def consultar(
    emissor: Emissor, pista: Pista, *, webhook_id: int | None = None, cerca: Cerca = lambda: None
) -> EventoNota:
    """Ask about one note, fetch what it has, write it down. Raises `FalhaDoProvedor` when the note was not told."""
    perguntada_em = timezone.now()
    nota = perguntar(emissor, pista)
    baixados = baixar(emissor, nota)
    return registrar(
        emissor.nome, nota, baixados, webhook_id=webhook_id, cerca=cerca, perguntada_em=perguntada_em
    )  # fmt: skip


def registrar(
    emissor: str, nota: NotaRemota, baixados: Baixados, *, webhook_id: int | None = None, cerca: Cerca = lambda: None,
    perguntada_em: datetime | None = None,
) -> EventoNota:  # fmt: skip
    """Write down what was told and move the document on: one transaction, harmless when repeated.

    Locks: the periods, the rows of events (the final word, then the one it takes the place of), the documents.
    """
    agora = timezone.now()
    with transaction.atomic():
        fechados = tuple(periodos_fechados())  # the first lock
        evento = _anotar(emissor, nota, webhook_id, agora)
        _guardar(evento, baixados.arquivos)
        if evento.situacao in TERMINOU:
            outros = EventoNota.objects.filter(
                emissor=emissor, tipo=nota.tipo, ref=nota.ref, consultar_em__isnull=False
            )
            outros.filter(situacao=Situacao.PROCESSANDO).exclude(pk=evento.pk).update(consultar_em=None)
        _aplicar(evento, nota, baixados, fechados, agora, atrasada=_atrasada(evento, perguntada_em or agora))
        cerca()
    return evento


def adotar(*, limite: int = 500, cerca: Cerca = lambda: None) -> int:
    """Orphans whose document has come since: moved on by what was told then. Returns how many."""
    documentos = DocumentoFiscal.objects.filter(chave=OuterRef("chave"), estorno_de__isnull=True)
    orfaos = EventoNota.objects.filter(desfecho=Desfecho.ORFAO, recebido_em__gte=timezone.now() - ADOCAO)
    achados = orfaos.exclude(chave="").filter(Exists(documentos)).order_by("pk")[:limite]
    adotados = 0
    for achado in sorted(achados, key=lambda e: (altura(e.situacao), e.pk)):
        with transaction.atomic():
            fechados = tuple(periodos_fechados())
            evento = EventoNota.objects.select_for_update().get(pk=achado.pk)
            if evento.desfecho != Desfecho.ORFAO:
                continue
            agora = timezone.now()
            _aplicar(evento, _nota_do(evento), Baixados(_arquivos_do(evento), ""), fechados, agora, perguntado=False)
            adotados += evento.desfecho != Desfecho.ORFAO
            cerca()
    return adotados


def devidos(emissor: str, *, limite: int = 200) -> list[EventoNota]:
    """What is to be asked again now, the longest due first."""
    linhas = EventoNota.objects.filter(emissor=emissor, consultar_em__lte=timezone.now())
    return list(linhas.defer("resposta").order_by("consultar_em")[:limite])


def adiar(evento: EventoNota, motivo: str) -> None:
    """Asking about it failed: ask again later, and later still; after many times a person is left to."""
    agora = timezone.now()
    depois = _quando(evento.consultas + 1, agora)
    EventoNota.objects.filter(pk=evento.pk).update(
        consultas=F("consultas") + 1,
        consultar_em=depois,
        explicacao=_com(evento.explicacao, f"a última pergunta falhou: {motivo}"),
    )


def _anotar(emissor: str, nota: NotaRemota, webhook_id: int | None, agora: datetime) -> EventoNota:
    """The row of this word about this note, locked; the same word again is counted."""
    iniciais = {
        "situacao": nota.situacao, "webhook_id": webhook_id, "recebido_em": agora, "ultimo_em": agora,
    }  # fmt: skip
    linha, _ = EventoNota.objects.get_or_create(**chave_do(emissor, nota), defaults=iniciais)
    evento = EventoNota.objects.select_for_update().get(pk=linha.pk)
    evento.cstat, evento.mensagem = nota.cstat, nota.mensagem
    evento.protocolo = nota.protocolo or evento.protocolo
    evento.resposta = _resposta(nota.bruto)
    evento.ultimo_em = agora
    evento.vezes += 1
    return evento


def _atrasada(evento: EventoNota, perguntada_em: datetime) -> bool:
    """Whether somebody wrote a later word of the same note while this answer was on its way."""
    outros = EventoNota.objects.filter(emissor=evento.emissor, chave=evento.chave, ultimo_em__gt=perguntada_em)
    ditas = outros.exclude(chave="").exclude(pk=evento.pk).values_list("situacao", flat=True)
    return any(altura(dita) > altura(evento.situacao) for dita in ditas)


def _resposta(bruto: Any) -> Any:
    """As it came, but for what the column cannot hold."""
    texto = json.dumps(bruto, cls=DjangoJSONEncoder).replace("\\u0000", "")
    return json.loads(texto) if len(texto) <= RESPOSTA_MAXIMA else {"grande_demais": len(texto)}


def _guardar(evento: EventoNota, arquivos: Arquivos) -> None:
    vieram = {nome: valor for nome, valor in arquivos._asdict().items() if valor is not None}
    if vieram:
        ArquivoDoEmissor.objects.update_or_create(evento=evento, defaults=vieram)


def _arquivos_do(evento: EventoNota) -> Arquivos:
    guardado = ArquivoDoEmissor.objects.filter(evento=evento).first()
    if guardado is None:
        return Arquivos()
    valores = {nome: getattr(guardado, nome) for nome in Arquivos._fields}
    return Arquivos(**{nome: None if valor is None else bytes(valor) for nome, valor in valores.items()})


def _nota_do(evento: EventoNota) -> NotaRemota:
    return NotaRemota(
        evento.tipo, evento.ref, evento.status, evento.situacao, evento.chave, evento.cstat, evento.mensagem,
        evento.protocolo, evento.resposta,
    )  # fmt: skip


def _aplicar(
    evento: EventoNota, nota: NotaRemota, baixados: Baixados, fechados: tuple[Periodo, ...], agora: datetime, *,
    perguntado: bool = True, atrasada: bool = False,
) -> None:  # fmt: skip
    """Move the document on and say in the event what came of it."""
    lida = vindas_de(nota, baixados.arquivos)
    with connection.cursor() as cursor:
        movido = mover(cursor, nota.chave, lida.vindas, fechados=fechados, agora=agora) if nota.chave else None
        desfecho, explicacao = _julgar(nota, movido, lida.estranhezas, atrasada)
        if movido is not None:
            avisos = {movido.documento: _avisos(evento.emissor, nota, movido, explicacao, desfecho)}
            gravar_avisos(cursor, sem_repetidos(cursor, avisos), agora=agora)
            evento.documento_id = movido.documento
    repete = evento.desfecho == Desfecho.APLICADO and desfecho == Desfecho.SEM_NOVIDADE
    if not repete:
        evento.desfecho, evento.explicacao = desfecho.value, _curto(explicacao)
    if perguntado:
        _marcar_proxima(evento, baixados.falta, agora)
    evento.save()


def _julgar(
    nota: NotaRemota, movido: Movido | None, estranhezas: tuple[str, ...], atrasada: bool
) -> tuple[Desfecho, str]:
    """What came of it, and in words. Pure."""
    if movido is None:
        porque = (
            "não há documento com esta chave: espera o PDV mandar a nota"
            if nota.chave
            else "o emissor ainda não deu chave"
        )
        return Desfecho.ORFAO, "; ".join([porque, *_dito(nota), *estranhezas])
    aqui = _NOTA_PARA[movido.depois]
    if estranhezas:
        return Desfecho.CONTRADIZ, "; ".join(estranhezas)
    if atrasada and not movido.geracoes:
        return Desfecho.SEM_NOVIDADE, f"resposta atrasada: aqui já está {aqui}"
    if nota.situacao == Situacao.REJEITADA and movido.depois in ("autorizada", "cancelada"):
        return Desfecho.CONTRADIZ, "; ".join([f"o emissor diz rejeitada, aqui está {aqui}", *_dito(nota)])
    if nota.situacao == Situacao.REJEITADA:
        return Desfecho.REJEITADA, "; ".join([*_dito(nota), f"aqui continua {aqui}"])
    if 0 <= altura(nota.situacao) < altura(movido.depois):
        return Desfecho.CONTRADIZ, f"o emissor diz {_NOTA_PARA[nota.situacao]}, aqui está {aqui}: a situação não volta"
    if movido.contraditorio:
        return Desfecho.CONTRADIZ, f"estados que a SEFAZ não dá à mesma nota: vale {aqui}; consulte a chave"
    if nota.situacao == Situacao.DESCONHECIDA:
        return Desfecho.CONTRADIZ, f"o emissor diz “{nota.status}”, que não sabemos o que é"
    if not movido.geracoes:
        return Desfecho.SEM_NOVIDADE, "; ".join([f"aqui já está {aqui}", *_dito(nota)])
    if movido.antes == movido.depois:
        return Desfecho.APLICADO, f"a nota continua {aqui}, com o que o emissor trouxe"
    return Desfecho.APLICADO, f"de {_NOTA_PARA[movido.antes]} para {aqui}"


def _dito(nota: NotaRemota) -> list[str]:
    """The tax authority's reason, where the note did not get through."""
    if nota.situacao not in (Situacao.REJEITADA, Situacao.DENEGADA) or not nota.mensagem:
        return []
    return [f"{nota.cstat} {nota.mensagem}".strip()]


def _avisos(emissor: str, nota: NotaRemota, movido: Movido, explicacao: str, desfecho: Desfecho) -> list[AvisoNovo]:
    if desfecho == Desfecho.CONTRADIZ:
        return [AvisoNovo("EMISSOR_DIVERGE", f"{emissor}, {nota.ref}: {explicacao}", True)]
    if nota.situacao == Situacao.REJEITADA:
        dito = "; ".join(_dito(nota)) or "sem motivo"
        return [AvisoNovo("NOTA_REJEITADA", f"o emissor diz que a SEFAZ rejeitou a nota: {dito}", True)]
    return []


def _marcar_proxima(evento: EventoNota, falta: str, agora: datetime) -> None:
    """Ask again while the emitter has not decided, and while a file is missing."""
    espera = evento.situacao in (Situacao.PROCESSANDO, Situacao.CONTINGENCIA)
    if not espera and not falta:
        evento.consultar_em, evento.consultas = None, 0
        return
    evento.consultas += 1
    evento.consultar_em = _quando(evento.consultas, agora)
    if falta:
        fim = "a rotina busca de novo" if evento.consultar_em else "não se busca mais sozinho: pergunte ao emissor"
        evento.explicacao = _com(evento.explicacao, f"falta {falta}; {fim}")


def _quando(consultas: int, agora: datetime) -> datetime | None:
    if consultas > CONSULTAS_MAXIMO:
        return None
    return agora + min(ESPERA_MAXIMA, timedelta(minutes=2 ** min(consultas, 12)))


def _com(explicacao: str, rodape: str) -> str:
    """With a footnote in place of the one that was there."""
    return _curto(f"{explicacao.partition(_RODAPE)[0]}{_RODAPE}{rodape}")


def _curto(texto: str) -> str:
    return texto[:600]
