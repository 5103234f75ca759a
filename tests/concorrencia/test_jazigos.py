"""Jazigos and routes with real connections: two runs at once, an end in the middle of a run, two contracts of one jazigo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.utils import timezone

from erp.acesso.erros import ErroDefinitivo
from erp.jazigos.models import Cobranca, Concessao, ContratoManutencao
from erp.jazigos.services import encerrar_contrato, gerar_cobrancas, mudar_valor, transferir
from erp.rotinas.contexto import Contexto
from erp.rotinas.models import Execucao
from erp.visitas.models import ArquivoRota
from erp.visitas.services import gerar_rotas
from tests.concorrencia.test_drenos import juntos
from tests.erp.elenco import empresa, hoje, pessoa
from tests.erp.jazigos.elenco import cliente, contrato, gerar, jazigo, titulos
from tests.erp.visitas.elenco import colaborador, visita
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db(transaction=True)
DIA = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _empresa(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    empresa()
    yield
    verificar_tudo()


def em_execucao(n: int, dia: date = DIA) -> Contexto:
    agora = timezone.now()
    linha = Execucao.objects.create(
        rotina=f"Teste/R{n}", situacao=Execucao.Situacao.EXECUTANDO, iniciada_por="teste", iniciada_em=agora,
        heartbeat=agora,
    )  # fmt: skip
    return Contexto(linha.pk, referencia=dia)


def test_duas_rotinas_ao_mesmo_tempo_cobram_cada_competencia_uma_vez() -> None:
    contratos = [contrato(date(2026, 2, 1)) for _ in range(20)]
    contextos = [em_execucao(n) for n in range(2)]
    juntos(*(partial(gerar_cobrancas, contexto, lote=3) for contexto in contextos))
    assert all(titulos(c) == [(202602, "100.00"), (202603, "100.00")] for c in contratos)
    assert sum(contexto.contagens["recebimentos gerados"] for contexto in contextos) == 40
    assert not any(contexto.falhas for contexto in contextos)


@pytest.mark.parametrize("rodada", range(3))
def test_contrato_encerrado_transferido_ou_mudado_durante_a_rotina_fica_certo(rodada: int) -> None:
    contratos = [contrato(date(2026, 1, 1)) for _ in range(9)]
    ana = pessoa("gerente", 1)
    concessoes = [
        Concessao.objects.create(jazigo=c.jazigo, titular=c.titular, inicio=date(2020, 1, 1)) for c in contratos
    ]
    novo = cliente("NOVO")

    def agir() -> None:
        for n, c in enumerate(contratos):
            with suppress(ErroDefinitivo):
                if n % 3 == 0:
                    encerrar_contrato(contrato_id=c.pk, fim=date(2026, 2, 10), motivo="devolvido", usuario=ana)
                elif n % 3 == 1:
                    mudar_valor(contrato_id=c.pk, valor=c.valor * 2, motivo="acordo", usuario=ana)
                else:
                    transferir(
                        concessao_id=concessoes[n].pk, titular=novo, em=date(2026, 2, 11), termo="", motivo="venda",
                        usuario=ana,
                    )  # fmt: skip

    juntos(partial(gerar_cobrancas, em_execucao(1), lote=2), agir)
    gerar(DIA)
    for c in ContratoManutencao.objects.filter(fim=date(2026, 2, 10)):
        vivas = Cobranca.objects.filter(contrato=c).order_by("competencia", "-versao").distinct("competencia")
        assert [str(x.valor) for x in vivas if x.valor] == ["100.00", "35.71"]  # 100 * 10/28


def test_dois_contratos_do_mesmo_jazigo_ao_mesmo_tempo_deixam_um() -> None:
    lugar, donos = jazigo(), [cliente() for _ in range(4)]

    def tentar(n: int) -> None:
        with suppress(IntegrityError, ValidationError, OperationalError):
            contrato(date(2026, 1, 1), jazigo=lugar, titular=donos[n])

    juntos(*(partial(tentar, n) for n in range(4)))
    assert ContratoManutencao.objects.count() == 1


def test_duas_rotinas_de_rota_ao_mesmo_tempo_fazem_um_arquivo_por_colaborador() -> None:
    for _ in range(4):
        visita(colaborador(), onde=("-19.920000", "-43.940000"))
    contextos = [em_execucao(n, hoje()) for n in range(2)]
    juntos(*(partial(gerar_rotas, contexto) for contexto in contextos))
    assert sorted(ArquivoRota.objects.values_list("versao", flat=True)) == [1, 1, 1, 1]
    assert sum(contexto.contagens["rotas novas"] for contexto in contextos) == 4
