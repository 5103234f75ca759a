"""What the pages ask and show of emitters' events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.fiscal.emissores.portas import Pista, obter_emissor
from erp.fiscal.emissores.services import consultar
from erp.fiscal.models import ArquivoDoEmissor, EventoNota
from erp.provedores.erros import FalhaDoProvedor

PERMISSAO_CONSULTAR: Final = "fiscal.consultar_emissor"
MOSTRADOS: Final = 50
D = EventoNota.Desfecho
ARQUIVOS: Final = (
    ("xml", "xml", "XML"),
    ("cancelamento", "xml_evento", "XML do cancelamento"),
    ("danfe", "danfe", "DANFE"),
)
CORES_DO_DESFECHO: Final = {
    D.ORFAO: "warning", D.APLICADO: "success", D.SEM_NOVIDADE: "info", D.CONTRADIZ: "danger",
    D.REJEITADA: "danger",
}  # fmt: skip


class LinhaEvento(NamedTuple):
    """An event of a document's page, and its files as (name in the address, name for people)."""

    evento: EventoNota
    emissor: str
    cor: str
    arquivos: Sequence[tuple[str, str]]


def eventos_da_chave(chave: str) -> Sequence[LinhaEvento]:
    """What emitters said of a note, what was said last first (`evento_nota_chave`)."""
    if not chave:
        return []
    eventos = list(EventoNota.objects.filter(chave=chave).defer("resposta").order_by("-pk")[:MOSTRADOS])
    eventos.sort(key=lambda e: e.ultimo_em, reverse=True)
    arquivos = arquivos_dos(eventos)
    linhas = []
    for evento in eventos:
        emissor = obter_emissor(evento.emissor)
        titulo, cor = emissor.titulo if emissor else evento.emissor, CORES_DO_DESFECHO[D(evento.desfecho)]
        linhas.append(LinhaEvento(evento, titulo, cor, arquivos.get(evento.pk, ())))
    return linhas


def arquivos_dos(eventos: Sequence[EventoNota]) -> dict[int, Sequence[tuple[str, str]]]:
    """Which files each event has; none is read."""
    tem = {campo: _tem(campo) for _, campo, _ in ARQUIVOS}
    linhas = ArquivoDoEmissor.objects.filter(evento__in=eventos).annotate(
        **{f"tem_{campo}": valor for campo, valor in tem.items()}
    )
    return {
        linha["evento_id"]: [(qual, nome) for qual, campo, nome in ARQUIVOS if linha[f"tem_{campo}"]]
        for linha in linhas.values("evento_id", *(f"tem_{campo}" for campo in tem))
    }


def _tem(campo: str) -> Any:
    return ExpressionWrapper(Q(**{f"{campo}__isnull": False}), output_field=BooleanField())


def ultimo_da_chave(chave: str) -> EventoNota | None:
    """The last that an emitter said of a note: how it is called there."""
    return EventoNota.objects.filter(chave=chave).order_by("-pk").first() if chave else None


@sensivel("fiscal.emissor_consultado")
def perguntar_de(evento: EventoNota, *, motivo: str, usuario: User) -> str:
    """Ask the emitter about the note of this event, for a person. Called outside any transaction. Raises ErroDefinitivo."""
    emissor = obter_emissor(evento.emissor)
    if emissor is None or not emissor.configurado():
        raise ErroDefinitivo(
            "EMISSOR_NAO_CONFIGURADO", f"O emissor {evento.emissor} não está configurado.", "Fale com a TI."
        )
    with transaction.atomic():
        registrar(
            acao="fiscal.emissor_consultado", ator=ator_usuario(usuario), objeto="fiscal.eventonota",
            objeto_id=str(evento.pk), depois={"emissor": evento.emissor, "ref": evento.ref}, motivo=motivo,
        )  # fmt: skip
    try:
        feito = consultar(emissor, Pista(evento.tipo, evento.ref))
    except FalhaDoProvedor as erro:
        raise ErroDefinitivo(
            "EMISSOR_NAO_RESPONDEU", f"{emissor.titulo} não respondeu: {erro.mensagem}.", "Tente de novo mais tarde."
        ) from erro
    return f"{emissor.titulo} diz “{feito.status}”: {feito.explicacao}."
