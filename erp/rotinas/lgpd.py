"""Why the executions of routines have no source."""

from __future__ import annotations

from erp.lgpd.fontes import dispensar

dispensar(
    {
        "rotinas.Execucao": "Contagens e valores; as execuções são apagadas pelo prazo da sua guarda.",
        "rotinas.ItemExecucao": "Números de contratos e títulos, e o nome na lista de quem foi tocado: apagados pelo prazo da "
        "guarda das execuções.",
    }
)
