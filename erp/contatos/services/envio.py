"""From pending to the queue: who is due, whether it may still go, in what words, to what address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import structlog
from django.db import connection, transaction
from django.utils import timezone

from erp.contatos.canais import Porta, canais
from erp.contatos.decisao import Esperar, Ir, Parar, decidir, ler_situacao
from erp.contatos.models import Comunicado
from erp.contatos.services.reserva import passar_ao_email
from filas.fila.entrada import enfileirar
from filas.wake import acordar

log = structlog.get_logger(__name__)

DESPERTADOR = "contatos.enviar"
POR_VEZ = 500
VOLTAS = 40  # of one run: 20,000 comunicados; what is left goes in the next


class Encaminhados(NamedTuple):
    """What became of those that were due."""

    na_fila: int = 0
    esperam: int = 0
    parados: int = 0

    @property
    def total(self) -> int:
        return self.na_fila + self.esperam + self.parados

    def mais(self, outro: Encaminhados) -> Encaminhados:
        return Encaminhados(self.na_fila + outro.na_fila, self.esperam + outro.esperam, self.parados + outro.parados)


def enviar() -> Encaminhados:
    """All that is due, a batch a transaction. Any number of processes may do it at once."""
    feitos = Encaminhados()
    for porta in canais():
        for _ in range(VOLTAS):
            lote = encaminhar(porta)
            feitos = feitos.mais(lote)
            if lote.total < POR_VEZ:
                break
        else:
            acordar(DESPERTADOR)
    return feitos


@transaction.atomic
def encaminhar(porta: Porta, *, agora: datetime | None = None, limite: int = POR_VEZ) -> Encaminhados:
    """One batch of one channel, in one transaction: a death leaves it as it was.

    1. Claim the oldest that are due and that nobody holds.
    2. Read what decides, set-based: templates, customers and their addresses, refusals, what is still true.
    3. Decide each by a pure function; write the decisions; what goes enters the queue with its words and its address.
    """
    agora = agora or timezone.now()
    comunicados = _pegar(porta.codigo, agora, limite)
    if not comunicados:
        return Encaminhados()
    situacao = ler_situacao(porta, comunicados, agora)
    decisoes = [(comunicado, decidir(comunicado, situacao)) for comunicado in comunicados]
    vao = [(comunicado, decisao) for comunicado, decisao in decisoes if isinstance(decisao, Ir)]
    _gravar([_linha(comunicado, decisao) for comunicado, decisao in decisoes], agora)
    passar_ao_email([c.pk for c, decisao in decisoes if isinstance(decisao, Parar)], agora)
    enfileirar(porta.contexto, [(str(c.pk), porta.conteudo(c, d.endereco, d.carta, d.externo)) for c, d in vao])
    esperam = sum(isinstance(decisao, Esperar) for _, decisao in decisoes)
    return Encaminhados(len(vao), esperam, len(decisoes) - len(vao) - esperam)


def _pegar(canal: str, agora: datetime, limite: int) -> list[Comunicado]:
    devidos = Comunicado.objects.filter(canal=canal, situacao=Comunicado.Situacao.PENDENTE, nao_antes_de__lte=agora)
    return list(devidos.order_by("nao_antes_de", "id").select_for_update(skip_locked=True)[:limite])


def _linha(comunicado: Comunicado, decisao: Ir | Esperar | Parar) -> dict[str, Any]:
    base = {"id": comunicado.pk, "assunto": "", "texto": "", "endereco": comunicado.endereco, "nao_antes_de": None}
    if isinstance(decisao, Ir):
        return base | {
            "situacao": Comunicado.Situacao.NA_FILA.value, "motivo": "", "detalhe": "", "endereco": decisao.endereco,
            "assunto": decisao.carta.assunto, "texto": decisao.carta.texto,
        }  # fmt: skip
    if isinstance(decisao, Esperar):
        return base | {
            "situacao": Comunicado.Situacao.PENDENTE.value, "motivo": decisao.motivo, "detalhe": decisao.detalhe,
            "nao_antes_de": decisao.ate.isoformat(),
        }  # fmt: skip
    return base | {
        "situacao": Comunicado.Situacao.NAO_ENVIADO.value,
        "motivo": decisao.motivo,
        "detalhe": decisao.detalhe,
    }


def _gravar(linhas: Sequence[dict[str, Any]], agora: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE contatos_comunicado c
               SET situacao = r.situacao, motivo = r.motivo, detalhe = r.detalhe, endereco = r.endereco,
                   assunto = r.assunto, texto = r.texto, nao_antes_de = coalesce(r.nao_antes_de, c.nao_antes_de),
                   enfileirado_em = CASE WHEN r.situacao = 1 THEN %s ELSE NULL END,
                   terminado_em = CASE WHEN r.situacao = 3 THEN %s ELSE NULL END
               FROM json_to_recordset(%s) AS r(
                   id bigint, situacao smallint, motivo text, detalhe text, endereco text, assunto text, texto text,
                   nao_antes_de timestamptz)
               WHERE c.id = r.id AND c.situacao = 0""",
            [agora, agora, msgspec.json.encode(list(linhas)).decode()],
        )
