"""What the Monitor's page and the metrics read: every number bounded, whatever the size of the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from clientes.models import Pendente, Reenvio, Varredura
from clientes.monitor import CONTEXTO
from clientes.monitor.informar import SEM_BACEN, SEM_IBGE
from clientes.monitor.lugares import chave_do_municipio
from clientes.monitor.reenvio import fila_cheia
from erp.cadastros.lugares import juntar
from filas.models import Mensagem

CONTADOS: Final = 10_000
EXAMINADAS: Final = 5_000  # messages in error grouped by place, the newest
LUGARES: Final = 12
REENVIOS: Final = 5
SINAL_DE_VIDA: Final = timedelta(minutes=2)
ATRASO_NORMAL: Final = timedelta(minutes=5)


Lugar = tuple[str, str, str]  # cause, joined name, UF


class Contagem(NamedTuple):
    """Exact up to `CONTADOS`."""

    quantos: int
    mais: bool


@dataclass(frozen=True)
class Quadro:
    """How the Monitor is. `atraso` is the age of the oldest change not yet told; None with nothing to tell."""

    mudancas: Contagem
    reenvios_na_espera: Contagem
    postas_de_lado: Contagem
    sem_municipio: Contagem
    sem_pais: Contagem
    atraso: timedelta | None
    trabalhando: bool
    ultima: Varredura | None

    @property
    def parado(self) -> bool:
        """Changes wait and nobody takes them: no worker is up, or it cannot."""
        return self.atraso is not None and self.atraso > ATRASO_NORMAL and not self.trabalhando


def quadro(agora: datetime | None = None) -> Quadro:
    agora = agora or timezone.now()
    a_fazer = Pendente.objects.filter(erro="")
    ultima = Varredura.objects.order_by("-pk").first()
    return Quadro(
        mudancas=_contar(a_fazer.filter(forcar=False)),
        reenvios_na_espera=_contar(a_fazer.filter(forcar=True)),
        postas_de_lado=_contar(Pendente.objects.exclude(erro="")),
        sem_municipio=_contar(em_erro(SEM_IBGE)),
        sem_pais=_contar(em_erro(SEM_BACEN)),
        atraso=_atraso(a_fazer, agora),
        trabalhando=ultima is not None and ultima.terminada_em is None and agora - ultima.vista_em < SINAL_DE_VIDA,
        ultima=ultima,
    )


def em_erro(causa: str) -> QuerySet[Mensagem]:
    return Mensagem.objects.filter(contexto=CONTEXTO, causa=causa, situacao=Mensagem.Situacao.ERRO)


def _contar(linhas: QuerySet[Pendente] | QuerySet[Mensagem]) -> Contagem:
    quantos = linhas.order_by()[: CONTADOS + 1].count()
    return Contagem(min(quantos, CONTADOS), quantos > CONTADOS)


def _atraso(a_fazer: QuerySet[Pendente], agora: datetime) -> timedelta | None:
    primeiras = [
        a_fazer.filter(forcar=forcar).order_by("forcar", "pk").values_list("notado_em", flat=True).first()
        for forcar in (False, True)
    ]
    notadas = [notado_em for notado_em in primeiras if notado_em is not None]
    return max(agora - min(notadas), timedelta(0)) if notadas else None


class LugarSemCodigo(NamedTuple):
    """A place that holds messages in error; `mensagem_id` is one of them. Without a name there is nothing to say of it."""

    nome: str
    e_pais: bool
    tem_nome: bool
    mensagens: int
    mensagem_id: int


def lugares_sem_codigo() -> list[LugarSemCodigo]:
    """The places of the newest messages in error for want of a code, those with more messages first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT causa, coalesce(conteudo->>'CIDADE', ''), coalesce(conteudo->>'UF', ''),
                      coalesce(conteudo->>'PAIS', ''), id
               FROM (SELECT id, causa, conteudo FROM wosk_queue WHERE contexto = %s AND causa = %s AND situacao = 4
                     ORDER BY id DESC LIMIT %s) a
               UNION ALL
               SELECT causa, '', '', coalesce(conteudo->>'PAIS', ''), id
               FROM (SELECT id, causa, conteudo FROM wosk_queue WHERE contexto = %s AND causa = %s AND situacao = 4
                     ORDER BY id DESC LIMIT %s) b""",
            [CONTEXTO, SEM_IBGE, EXAMINADAS, CONTEXTO, SEM_BACEN, EXAMINADAS],
        )
        linhas = cursor.fetchall()
    grupos: dict[Lugar, list[tuple[int, str]]] = {}
    for causa, cidade, uf, pais, id_ in linhas:
        e_pais = causa == SEM_BACEN
        nome = (pais or "sem país") if e_pais else f"{cidade or 'sem cidade'}/{uf or 'sem UF'}"
        chave = (causa, juntar(pais), "") if e_pais else (causa, *chave_do_municipio(cidade, uf))
        grupos.setdefault(chave, []).append((id_, nome))
    achados = [
        LugarSemCodigo(max(iguais)[1], chave[0] == SEM_BACEN, bool(chave[1]), len(iguais), max(iguais)[0])
        for chave, iguais in grupos.items()
    ]
    return sorted(achados, key=lambda lugar: -lugar.mensagens)[:LUGARES]


@dataclass(frozen=True)
class Andamento:
    """A request to send again, and whether it waits for the Queue to have room."""

    reenvio: Reenvio
    espera_a_fila: bool


def reenvios() -> list[Andamento]:
    """The newest requests."""
    ultimos = list(Reenvio.objects.select_related("pedido_por").order_by("-pk")[:REENVIOS])
    cheia = any(r.terminado_em is None for r in ultimos) and fila_cheia()
    return [Andamento(r, espera_a_fila=cheia and r.terminado_em is None) for r in ultimos]
