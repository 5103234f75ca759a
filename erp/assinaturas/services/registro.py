"""What is said of a request becomes its state, and the signed file is kept and told. The one door to both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ATOR_SISTEMA
from auditoria.services import registrar as auditar
from erp.assinaturas.especies import Assinado, procurar_especie
from erp.assinaturas.leituras import Lido
from erp.assinaturas.maquina import Leitura, Passo, apurar, consultar_depois
from erp.assinaturas.models import ArquivoAssinatura, Assinatura, EventoAssinatura

OBJETO = "assinaturas.assinatura"


class Registrado(NamedTuple):
    """What came of it: the state, whether it moved, and whether the signed file was kept now."""

    passo: Passo
    mudou: bool
    guardou: bool


@sensivel("assinaturas.documento_assinado")
@transaction.atomic
def registrar(
    assinatura_id: int,
    lidos: Sequence[Lido],
    *,
    id_provedor: str = "",
    url: str = "",
    arquivo: bytes | None = None,
    falta: str = "",
    agora: datetime | None = None,
) -> Registrado:
    """Keep what was said of a request and do what follows, once, whatever the order, the repetition or who does it too.

    1. Lock the request. Keep the events that are new; those known are no news.
    2. The state is that of all its events; what does not agree is written down.
    3. The signed file, already judged, is kept with its hash, and the app above marks its object: in this transaction.

    `falta` says why the file of a signed one did not come: it is asked for again.
    """
    agora = agora or timezone.now()
    assinatura = Assinatura.objects.select_for_update().get(pk=assinatura_id)
    antes = assinatura.passo
    _guardar(assinatura, lidos, agora)
    if id_provedor and not assinatura.id_provedor:
        assinatura.id_provedor, assinatura.url = id_provedor, url
    _mover(assinatura, lidos, falta, agora)
    guardou = arquivo is not None and not assinatura.sha256_assinado and assinatura.passo == Passo.ASSINADA
    if guardou:
        assert arquivo is not None
        _guardar_assinado(assinatura, arquivo, agora)
    _marcar_proxima(assinatura, agora)
    assinatura.save()
    return Registrado(assinatura.passo, assinatura.passo != antes, guardou)


def _guardar(assinatura: Assinatura, lidos: Sequence[Lido], agora: datetime) -> None:
    EventoAssinatura.objects.bulk_create(
        [
            EventoAssinatura(
                assinatura=assinatura, id_evento=lido.id_evento[:120], fonte=lido.fonte, situacao=lido.passo.value,
                lida=lido.lida[:40], em=lido.em, recebido_em=agora, por=lido.por[:161], texto=lido.texto[:300],
                bruto=dict(lido.bruto),
            )
            for lido in lidos
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _mover(assinatura: Assinatura, lidos: Sequence[Lido], falta: str, agora: datetime) -> None:
    eventos = EventoAssinatura.objects.filter(assinatura=assinatura).values_list("situacao", "em")
    leituras = [Leitura(Passo(situacao), em) for situacao, em in eventos]
    estado = apurar(leituras)
    if estado.passo != assinatura.passo:
        assinatura.situacao, assinatura.mudou_em = estado.passo.value, agora
    if estado.passo == Passo.ASSINADA:
        assinatura.assinada_em = min(em for passo, em in leituras if passo == Passo.ASSINADA)
    if assinatura.contradicao != (contradicao := "; ".join(estado.contradicoes)):
        assinatura.contradicao, assinatura.mudou_em = contradicao, agora
    if ditas := [lido.lida for lido in lidos if lido.lida]:
        assinatura.lida = ditas[-1][:40]
        assinatura.consultada_em, assinatura.erro = agora, falta[:300]
        assinatura.falhas = assinatura.falhas if falta else 0


def _marcar_proxima(assinatura: Assinatura, agora: datetime) -> None:
    if assinatura.passo == Passo.ERRO or not assinatura.id_provedor:
        if assinatura.passo != Passo.PREPARADA:
            assinatura.consultar_em = None
        return
    tem = bool(assinatura.sha256_assinado)
    assinatura.consultar_em = consultar_depois(assinatura.passo, assinatura.mudou_em, agora, tem_arquivo=tem)


def _guardar_assinado(assinatura: Assinatura, arquivo: bytes, agora: datetime) -> None:
    """The file, its hash, the audit event, and the app above, together."""
    assinatura.sha256_assinado = sha256(arquivo).hexdigest()
    ArquivoAssinatura.objects.create(
        assinatura=assinatura, tipo=ArquivoAssinatura.Tipo.ASSINADO, conteudo=arquivo,
        sha256=assinatura.sha256_assinado, guardado_em=agora,
    )  # fmt: skip
    auditar(
        acao="assinaturas.documento_assinado", ator=ATOR_SISTEMA, objeto=OBJETO, objeto_id=str(assinatura.pk),
        depois={"documento": assinatura.numero, "sha256": assinatura.sha256_assinado},
    )  # fmt: skip
    assert assinatura.assinada_em is not None
    if (especie := procurar_especie(assinatura.especie)) is not None:
        especie.ao_assinar(
            Assinado(
                assinatura.pk, assinatura.objeto_id, assinatura.assinada_em, assinatura.quem_assina,
                assinatura.sha256_assinado,
            )
        )  # fmt: skip
