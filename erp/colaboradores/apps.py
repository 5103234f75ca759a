"""Colaboradores: employees, their schedules, their marks and the sheet of each day.

What enters: marks of the clock, schedules, holidays and treatments with their reason.
What leaves: the sheet of a day: expected, worked, extra, missing and night minutes.
What it never does: invent, change or delete a mark (Portaria MTP 671/2021).
"""

from django.apps import AppConfig

_CADASTROS = ("colaborador", "escala", "escalacolaborador", "relogio")
_PONTO = ("marcacao", "importacaomarcacoes", "tratamento", "folhadia", "folhadiaversao")


class ColaboradoresConfig(AppConfig):
    name = "erp.colaboradores"
    label = "colaboradores"
    verbose_name = "Colaboradores"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.cadastros.models import Filial
        from erp.cadastros.ouvintes import ouvir_feriados
        from erp.cadastros.usos import registrar_uso
        from erp.colaboradores.models import Colaborador, Escala, EscalaColaborador, Marcacao, Relogio
        from erp.colaboradores.services.cadastro import feriado_mudou

        registrar_uso(Filial, "colaboradores", lambda filial: Colaborador.objects.filter(filial=filial).exists())
        registrar_uso(Relogio, "marcações", lambda relogio: Marcacao.objects.filter(relogio=relogio).exists())
        registrar_uso(Escala, "colaboradores", lambda escala: EscalaColaborador.objects.filter(escala=escala).exists())
        ouvir_feriados(feriado_mudou)
        for grupo in ("operador", "gerente", "financeiro", "TI", "auditor"):
            grupos.conceder(grupo, "colaboradores.view_colaborador")
        for grupo in ("gerente", "auditor"):
            grupos.conceder(grupo, *(f"colaboradores.view_{nome}" for nome in (*_CADASTROS, *_PONTO)))
        for acao in ("add", "change", "delete"):
            grupos.conceder("gerente", *(f"colaboradores.{acao}_{nome}" for nome in _CADASTROS))
            grupos.conceder("TI", f"colaboradores.{acao}_relogio")
        grupos.conceder("TI", "colaboradores.view_relogio")
        grupos.conceder("gerente", "colaboradores.tratar_ponto", "colaboradores.add_importacaomarcacoes")
