"""What the pictures of the sheets show: last month of two invented employees."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from erp.cadastros.models import Filial
from erp.colaboradores.fusos import BRASILIA
from erp.colaboradores.models import Colaborador, Escala, EscalaColaborador, ImportacaoMarcacoes, Relogio
from erp.colaboradores.services.geracao import gerar_dia
from erp.colaboradores.services.marcacoes import importar_marcacoes
from erp.colaboradores.services.tratamentos import Pedido, tratar

UM_DIA = timedelta(days=1)
DIA_COMUM = ("07:58", "12:00", "13:01", "17:04")


def fazer_as_folhas() -> dict[str, Any]:
    """A clerk with an absence, a forgotten mark and a day of overtime; a night watchman. Returns the ids."""
    ana, filial = User.objects.order_by("pk")[0], Filial.objects.order_by("codigo")[0]
    inicio = (timezone.localdate().replace(day=1) - UM_DIA).replace(day=1)
    semana = Escala.objects.create(nome="Comercial", horarios=["08:00-12:00 13:00-17:00"] * 5 + ["", ""])
    noite = Escala.objects.create(
        nome="12x36 da noite", tipo="ciclo", horarios=["19:00-07:00", ""], folga_em_feriado=False
    )
    rita = _pessoa("Rita Nogueira", "P101", "39053344705", "Atendente", filial, semana, inicio)
    otto = _pessoa("Otto Prates", "P102", "86288366757", "Vigia", filial, noite, inicio)
    uteis = [inicio + i * UM_DIA for i in range(28) if (inicio + i * UM_DIA).weekday() < 5]
    faltou, esqueceu, ficou = uteis[3], uteis[7], uteis[10]
    horas = {esqueceu: DIA_COMUM[:3], ficou: ("07:58", "12:00", "13:01", "19:30"), faltou: ()}
    linhas = [(rita, dia, hora) for dia in uteis for hora in horas.get(dia, DIA_COMUM)]
    linhas += [
        (otto, inicio + i * UM_DIA + n * UM_DIA, hora)
        for i in range(0, 28, 2)
        for n, hora in ((0, "18:57"), (1, "07:04"))
    ]
    _importar(linhas, filial, ana)
    for i in range(29):
        gerar_dia(inicio + i * UM_DIA)
    momento = datetime.fromisoformat(f"{esqueceu} 17:00").replace(tzinfo=BRASILIA)
    tratar(
        Pedido(rita, esqueceu, "inclusao", "Esqueceu de marcar a saída; a chefia confirma.", momento=momento), autor=ana
    )
    return {
        "colaborador": rita.pk,
        "vigia": otto.pk,
        "ausencia": f"{faltou:%Y/%-m/%-d}",
        "mes_do_ponto": f"{inicio:%Y-%m}",
        "escala": semana.pk,
        "importacao": ImportacaoMarcacoes.objects.values_list("pk", flat=True)[0],
    }


def _pessoa(
    nome: str, matricula: str, cpf: str, cargo: str, filial: Filial, escala: Escala, desde: date
) -> Colaborador:
    pessoa = Colaborador.objects.create(
        nome=nome, matricula=matricula, cpf=cpf, cargo=cargo, filial=filial, municipio="3106200", admissao=desde
    )
    EscalaColaborador.objects.create(colaborador=pessoa, escala=escala, desde=desde)
    return pessoa


def _importar(linhas: list[tuple[Colaborador, date, str]], filial: Filial, ana: User) -> None:
    relogio = Relogio.objects.create(identificacao="00001000010000001", nome="Entrada", filial=filial)
    corpo = "nsr;cpf;data;hora\n" + "".join(
        f"{nsr};{pessoa.cpf};{dia:%d/%m/%Y};{hora}\n" for nsr, (pessoa, dia, hora) in enumerate(linhas, start=1)
    )
    importar_marcacoes(relogio=relogio, arquivo="marcacoes.csv", conteudo=corpo.encode(), usuario=ana)
