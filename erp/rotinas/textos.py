"""Times and lengths of time, as people read them."""

from datetime import datetime, timedelta

from django.utils import timezone


def hora_e_dia(momento: datetime) -> str:
    """`21:00 de 22/11/2026`, in America/Sao_Paulo."""
    return timezone.localtime(momento).strftime("%H:%M de %d/%m/%Y")


def quantos_horarios(quantos: int) -> str:
    return "1 horário" if quantos == 1 else f"{quantos} horários"


def duracao(tempo: timedelta) -> str:
    """`2 h 5 min`, `3 min 20 s`, `1,5 s`."""
    segundos = tempo.total_seconds()
    if segundos >= 3600:
        return f"{int(segundos // 3600)} h {int(segundos % 3600 // 60)} min"
    if segundos >= 60:
        return f"{int(segundos // 60)} min {int(segundos % 60)} s"
    return f"{segundos:.1f} s".replace(".", ",")
