"""How each context is doing: what its page and the dashboard show. Every read is bounded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from filas.contagens import TETO
from filas.fila.contextos import Contexto, todos
from filas.models import EstadoContexto, Mensagem, Tentativa

AMOSTRA = 2_000  # attempts from which the pace is told
HORA = timedelta(hours=1)


def conhecidos() -> dict[str, str]:
    """Every context that is registered, or that has messages: name -> title."""
    nomes = {nome: nome for nome in EstadoContexto.objects.values_list("contexto", flat=True)}
    return nomes | {contexto.nome: contexto.titulo for contexto in todos()}


def titulo_do_contexto(nome: str) -> str:
    """The title of a registered context; of another, its name."""
    return next((contexto.titulo for contexto in todos() if contexto.nome == nome), nome)


@dataclass(frozen=True)
class Retrato:
    """One context now. `por_hora` counts attempts; `fora` is what makes it stand still, if anything does."""

    nome: str
    titulo: str
    contexto: Contexto | None  # None: nobody registered it
    estado: EstadoContexto
    configurado: bool
    por_hora: int = 0
    mais_antiga: datetime | None = None  # of the pending ones
    pendentes: int = 0  # at most TETO + 1
    enviando: int = 0

    @property
    def parado(self) -> bool:
        return self.contexto is None or not self.configurado or self.pausado

    @property
    def pausado(self) -> bool:
        return self.pausado_por_pessoa or self.pausado_por_falhas

    @property
    def pausado_por_pessoa(self) -> bool:
        return bool(self.estado.pausado_por)

    @property
    def pausado_por_falhas(self) -> bool:
        ate = self.estado.pausado_ate
        return not self.pausado_por_pessoa and ate is not None and ate > timezone.now()


def retratos() -> list[Retrato]:
    """All the contexts, by title."""
    ritmo = ritmos(timezone.now())
    return [
        replace(
            retrato,
            por_hora=ritmo.get(retrato.nome, 0),
            mais_antiga=mais_antiga(retrato.nome),
            pendentes=_pendentes(retrato.nome),
            enviando=Mensagem.objects.filter(contexto=retrato.nome, situacao=Mensagem.Situacao.ENVIANDO).count(),
        )
        for retrato in _estados()
    ]


def parados() -> list[Retrato]:
    """The contexts that send nothing now, without their numbers; one of which nothing was ever asked is left out."""
    return [r for r in _estados() if r.parado and (r.configurado or not r.estado._state.adding)]


def do_contexto(nome: str) -> Retrato:
    """One context, without its numbers."""
    return next(
        (r for r in _estados() if r.nome == nome), Retrato(nome, nome, None, EstadoContexto(contexto=nome), False)
    )


def _estados() -> list[Retrato]:
    estados = {e.contexto: e for e in EstadoContexto.objects.all()}
    registrados = {c.nome: c for c in todos()}
    feitos = [
        Retrato(
            nome=nome,
            titulo=registrados[nome].titulo if nome in registrados else nome,
            contexto=registrados.get(nome),
            estado=estados.get(nome) or EstadoContexto(contexto=nome),
            configurado=nome in registrados and registrados[nome].configurado(),
        )
        for nome in {*estados, *registrados}
    ]
    return sorted(feitos, key=lambda r: r.titulo)


def _pendentes(contexto: str) -> int:
    pendentes = Mensagem.objects.filter(contexto=contexto, situacao=Mensagem.Situacao.PENDENTE)
    return pendentes.order_by()[: TETO + 1].count()


def mais_antiga(contexto: str) -> datetime | None:
    """When the oldest pending message of a context was made, as far as ids follow time: by `fila_situacao`."""
    pendentes = Mensagem.objects.filter(situacao=Mensagem.Situacao.PENDENTE, contexto=contexto)
    return pendentes.order_by("situacao", "pk").values_list("criada_em", flat=True).first()


def pendente_mais_antiga() -> datetime | None:
    """When the oldest pending message of all was made, by `fila_situacao`."""
    pendentes = Mensagem.objects.filter(situacao=Mensagem.Situacao.PENDENTE)
    return pendentes.order_by("pk").values_list("criada_em", flat=True).first()


def ritmos(agora: datetime) -> dict[str, int]:
    """Attempts an hour of each context, told by the last `AMOSTRA` of the last hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT m.contexto, count(*), min(t.iniciada_em) FROM (
                    SELECT mensagem_id, iniciada_em FROM {Tentativa._meta.db_table} ORDER BY id DESC LIMIT %s) t
                JOIN wosk_queue m ON m.id = t.mensagem_id WHERE t.iniciada_em > %s GROUP BY 1""",
            [AMOSTRA, agora - HORA],
        )
        linhas = cursor.fetchall()
    cheia = sum(n for _, n, _ in linhas) >= AMOSTRA
    if not cheia:
        return {contexto: n for contexto, n, _ in linhas}
    desde = min(inicio for *_, inicio in linhas)
    decorrido = max((agora - desde).total_seconds(), 1.0)
    return {contexto: round(n * 3600 / decorrido) for contexto, n, _ in linhas}
