"""The cemetery, the clock by the door and the visits of the month: what the routines of jazigos, ponto and rotas work on."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

import holidays
from django.contrib.auth.models import User

from bench.clientes import cpf
from bench.demonstracao.livro import mais_meses
from clientes.models import Cliente
from clientes.services import gravar_cliente
from erp.cadastros.models import Filial
from erp.colaboradores.models import Colaborador, Escala, EscalaColaborador, Relogio
from erp.colaboradores.services.marcacoes import importar_marcacoes
from erp.jazigos.models import Cemiterio, ContratoManutencao, IndiceMensal, Jazigo
from erp.jazigos.services import ContratoNovo, criar_contrato
from erp.visitas.models import Visita
from erp.visitas.services import gravar_visita

MUNICIPIO = "3106200"
TAXA, REAJUSTE = Decimal("60.00"), Decimal("5.0000")
CENTAVO = Decimal("0.01")
INTEIROS, COMECA_NO_DIA, TERMINA_NO_DIA = 3, 16, 20
HORAS = ("08:00", "12:00", "13:00", "17:00")
FALTA_NO_DIA, EXTRA_NO_DIA = 3, 5  # of the working days of the second employee
MINUTOS_DO_DIA, EXTRA = 480, 60
VISITAS = ((-19.92, -43.94), (-19.95, -43.98), (-19.89, -43.91), None)


class Cemiterios:
    """Maintenance contracts, and what each owes by (contract, competência), computed on paper."""

    def __init__(self, mes: date, usuario: User, filial: Filial) -> None:
        self.mes, self.usuario, self.filial = mes, usuario, filial
        self.devido: dict[tuple[int, str], Decimal] = {}
        self.cemiterio = Cemiterio.objects.create(
            nome="Cemitério da demonstração", filial=filial, codigo_municipio=MUNICIPIO, valor_manutencao=TAXA,
            mes_reajuste=mes.month,
        )  # fmt: skip
        for n in range(1, 31):  # each month without inflation, but one
            percentual = REAJUSTE if n == 3 else Decimal(0)
            IndiceMensal.objects.create(indice="INPC", mes=mais_meses(mes, -n), percentual=percentual)

    def abrir(self) -> None:
        mes, seguinte = self.mes, mais_meses(self.mes, 1)
        dias = (seguinte - mes).days
        for _ in range(INTEIROS):
            self._contratar(mais_meses(mes, -2), {mes: TAXA, seguinte: TAXA})
        self._contratar(mais_meses(mes, -12), {mes: _reajustada(), seguinte: _reajustada()})
        antes = (TAXA * (COMECA_NO_DIA - 1) / dias).quantize(CENTAVO, ROUND_HALF_UP)
        self._contratar(mes.replace(day=COMECA_NO_DIA), {mes: TAXA - antes, seguinte: TAXA})
        fim = mes.replace(day=TERMINA_NO_DIA)
        ate_o_fim = (TAXA * TERMINA_NO_DIA / dias).quantize(CENTAVO, ROUND_HALF_UP)
        self._contratar(mais_meses(mes, -2), {mes: ate_o_fim}, fim)

    def _contratar(self, inicio: date, devido: dict[date, Decimal], fim: date | None = None) -> ContratoManutencao:
        n = ContratoManutencao.objects.count()
        codigo = cpf(300_000 + n)
        titular = Cliente(codigo_cliente=codigo, cpf_cgc=codigo, cliente_varejo=f"JAZIGO {n}", filial=self.filial.nome)
        gravar_cliente(titular, novo=True, usuario=self.usuario)
        jazigo = Jazigo.objects.create(cemiterio=self.cemiterio, quadra="A", lote=str(n))
        novo = ContratoNovo(jazigo, titular, inicio=inicio, fim=fim, cobrar_desde=max(inicio, self.mes))
        contrato = criar_contrato(novo, usuario=self.usuario)
        self.devido |= {(contrato.pk, f"{mes:%Y%m}"): valor for mes, valor in devido.items()}
        return contrato


def _reajustada() -> Decimal:
    return (TAXA * (100 + REAJUSTE) / 100).quantize(CENTAVO, ROUND_HALF_UP)


class Equipe:
    """Two employees and what they do; `minutos` and `visitas` are what the sheets and the routes must say."""

    def __init__(self, mes: date, usuario: User, filial: Filial) -> None:
        self.mes, self.usuario, self.filial = mes, usuario, filial
        self.minutos: Counter[tuple[str, str]] = Counter()
        self.visitas: Counter[tuple[str, date]] = Counter()
        self._feriados = holidays.country_holidays("BR", subdiv="MG", years=mes.year)
        self._uteis = 0
        self._nsr = 0

    def abrir(self) -> None:
        self.relogio = Relogio.objects.create(identificacao="00001000010000001", nome="Portaria", filial=self.filial)
        escala = Escala.objects.create(nome="Comercial", horarios=["08:00-12:00 13:00-17:00"] * 5 + ["", ""])
        self.pessoas = [
            Colaborador.objects.create(
                matricula=f"D{n}", nome=f"Colaborador {n}", cpf=cpf(400_000 + n), filial=self.filial, municipio=MUNICIPIO,
                cargo="Agente", admissao=mais_meses(self.mes, -6), latitude=Decimal("-19.9"), longitude=Decimal("-43.9"),
            )
            for n in (1, 2)
        ]  # fmt: skip
        for pessoa in self.pessoas:
            EscalaColaborador.objects.create(colaborador=pessoa, escala=escala, desde=pessoa.admissao)

    def vespera(self, dia: date) -> None:
        """The visits of tomorrow are marked."""
        if not self._trabalha(dia):
            return
        for n, pessoa in enumerate(self.pessoas):
            for onde in VISITAS[n:]:
                visita = Visita(
                    filial=self.filial, solicitante="Família enlutada", motivo="Entrega de documentos", colaborador=pessoa,
                    dia=dia, endereco="Rua das Flores, 10", latitude=_grau(onde, 0), longitude=_grau(onde, 1),
                )  # fmt: skip
                gravar_visita(visita, usuario=self.usuario)
                self.visitas[pessoa.matricula, dia] += 1

    def tarde(self, dia: date) -> None:
        """The clock's file of the day is imported, twice. Who is absent on a day is told nowhere but in the sheet."""
        if not self._trabalha(dia):
            return
        self._uteis += 1
        linhas = ["nsr;cpf;data;hora"]
        for pessoa in self.pessoas:
            for hora in self._horas(pessoa):
                self._nsr += 1
                linhas.append(f"{self._nsr};{pessoa.cpf};{dia:%d/%m/%Y};{hora}")
        for _ in range(2):
            importar_marcacoes(
                relogio=self.relogio,
                arquivo=f"ponto-{dia}.csv",
                conteudo="\n".join(linhas).encode(),
                usuario=self.usuario,
            )

    def _horas(self, pessoa: Colaborador) -> tuple[str, ...]:
        segunda = pessoa is self.pessoas[1]
        if segunda and self._uteis == FALTA_NO_DIA:
            self.minutos[pessoa.matricula, "falta"] += MINUTOS_DO_DIA
            return ()
        extra = EXTRA if segunda and self._uteis == EXTRA_NO_DIA else 0
        self.minutos[pessoa.matricula, "trabalhado"] += MINUTOS_DO_DIA + extra
        if extra:
            self.minutos[pessoa.matricula, "extra"] += extra
        return (*HORAS[:3], f"{time(17 + extra // 60):%H:%M}")

    def _trabalha(self, dia: date) -> bool:
        return dia.weekday() < 5 and dia not in self._feriados and dia < mais_meses(self.mes, 1)


def _grau(onde: tuple[float, float] | None, eixo: int) -> Decimal | None:
    return None if onde is None else Decimal(str(onde[eixo]))


def dias_do_mes(mes: date) -> list[date]:
    return [mes + timedelta(days=n) for n in range((mais_meses(mes, 1) - mes).days)]
