"""How the archive goes, read from PostgreSQL alone: it must be told when MongoDB is down, too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from auditoria.arquivo import configurado
from auditoria.models import Arquivo, Retirada
from auditoria.particoes import instante

# Seals have no gap: a difference of numbers is a count.
_FILA = """SELECT (SELECT max(sequencia) FROM auditoria_selo),
    (SELECT selado_em FROM auditoria_selo WHERE sequencia > %s ORDER BY sequencia LIMIT 1)"""


class EstadoDoArquivo(NamedTuple):
    """`esperando` sealed events are not archived yet, the oldest since `desde`."""

    configurado: bool
    ate: int = 0
    esperando: int = 0
    desde: datetime | None = None
    erro: str = ""
    falhando_desde: datetime | None = None
    problemas: tuple[str, ...] = ()

    @property
    def texto(self) -> str:
        """One sentence for a person."""
        if not self.configurado:
            return "Nenhum arquivo configurado (AUDITORIA_MONGO_URL): os eventos ficam todos no PostgreSQL."
        fila = "Todos os eventos selados estão no arquivo."
        if self.desde is not None:
            quantos = "1 evento espera" if self.esperando == 1 else f"{self.esperando} eventos esperam"
            fila = f"{quantos} o arquivo desde {_hora(self.desde)}."
        if self.erro and self.falhando_desde is not None:
            fila += f" Falhando desde {_hora(self.falhando_desde)}: {self.erro}."
        if self.problemas:
            fila += f" {len(self.problemas)} divergências; a primeira: {self.problemas[0]}."
        return fila

    def alarme(self, agora: datetime) -> str:
        """What somebody must be told; empty when all is well, or the trouble is young."""
        demora = timedelta(minutes=settings.AUDITORIA_ARQUIVO_ALARME)
        parado = self.desde is not None and agora - self.desde > demora
        falhando = self.falhando_desde is not None and agora - self.falhando_desde > demora
        if self.problemas:
            return f"O arquivo da auditoria diverge da trilha: {self.problemas[0]}."
        if self.configurado and (parado or falhando):
            return f"O arquivo da auditoria está parado. {self.erro or 'Os eventos esperam no PostgreSQL'}."
        return ""


def estado() -> EstadoDoArquivo:
    """The archive as it is now."""
    if not configurado():
        return EstadoDoArquivo(False)
    linha = Arquivo.objects.filter(pk=1).first() or Arquivo()
    with connection.cursor() as cursor:
        cursor.execute(_FILA, [linha.ate])
        ultimo, desde = cursor.fetchone()
    problemas = tuple(str(p["texto"]) for p in linha.problemas)
    return EstadoDoArquivo(
        True, linha.ate, max((ultimo or 0) - linha.ate, 0), desde, linha.erro, linha.falhando_desde, problemas
    )


def permanencia() -> str:
    """How long events stay in PostgreSQL, and what has left it, in words."""
    if not configurado():
        return "Nada sai do PostgreSQL, que sem arquivo guarda todos os eventos."
    dias: int = settings.AUDITORIA_DIAS
    quanto = "do último dia" if dias == 1 else f"dos últimos {dias} dias"
    fica = f"O PostgreSQL guarda os eventos {quanto} (AUDITORIA_DIAS)" if dias else "Nada sai do PostgreSQL"
    ultima = Retirada.objects.order_by("-ate").first()
    if ultima is None:
        return f"{fica}." if not dias else f"{fica}; nada saiu dele ainda."
    return f"{fica}; os de antes de {instante(ultima.ate):%d/%m/%Y} estão só no arquivo."


def _hora(quando: datetime) -> str:
    return f"{timezone.localtime(quando):%d/%m/%Y %H:%M}"
