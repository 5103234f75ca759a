"""What happens while the verification walks is no tampering: a partition that leaves, a transaction that ends late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from auditoria.arquivo.servico import NAO_CONFERIDO
from auditoria.distintivo import VERDE, distintivo
from auditoria.models import Retirada
from auditoria.verificacao import elos
from auditoria.verificacao.services import verificar
from tests.auditoria.arquivo.mes_velho import ANTIGOS, retirar
from tests.auditoria.elenco import atacar, escrever_em, evento

pytestmark = pytest.mark.django_db


class UmaVez:
    """To be called at every page, and act at the first."""

    def __init__(self, fazer: Callable[[], object]) -> None:
        self.fazer, self.feito = fazer, False

    def __call__(self, feitos: int, total: int) -> None:
        if not self.feito:
            self.feito = True
            self.fazer()


def test_particao_que_sai_durante_a_verificacao_nao_e_acusada(trilha: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elos, "PAGINA", 2)
    sair = UmaVez(retirar)
    feita = verificar(ao_avancar=sair)
    assert sair.feito and Retirada.objects.get().quantidade == ANTIGOS
    assert (feita.problemas, feita.completa, distintivo().cor) == ([], True, VERDE)
    assert verificar().problemas == []


def test_o_que_some_durante_a_verificacao_sem_uma_retirada_e_acusado(
    trilha: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elos, "PAGINA", 2)
    quinto = evento(5)
    feita = verificar(ao_avancar=UmaVez(lambda: atacar(f"DELETE FROM auditoria_evento WHERE id = '{quinto}'")))
    assert [(p["codigo"], p["sequencia"]) for p in feita.problemas] == [("evento_removido", 5)]


def test_retirada_no_meio_com_a_soma_errada_e_dita_na_seguinte(trilha: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk did not see all of its seals: only the next one does."""
    monkeypatch.setattr(elos, "PAGINA", 2)
    verificar(ao_avancar=UmaVez(retirar))
    atacar("UPDATE auditoria_retirada SET soma = repeat('0', 64)")
    assert {p["codigo"] for p in verificar().problemas} == {"retirada_alterada"}
    assert Retirada.objects.count() == 1


def test_transacao_que_se_confirma_durante_a_verificacao_nao_esta_atrasada(trilha: Any) -> None:
    tarde = UmaVez(lambda: escrever_em(timezone.now() - timedelta(minutes=20), 1))
    feita = verificar(ao_avancar=tarde)
    assert tarde.feito and feita.problemas == []


def test_instantes_impossiveis_de_uma_retirada_nao_param_a_verificacao(trilha: Any) -> None:
    retirar()
    atacar("UPDATE auditoria_retirada SET em_ate = '20000-01-01'")
    feita = verificar()
    assert [p["codigo"] for p in feita.problemas] == ["verificacao_interrompida"]
    assert "a conferência das retiradas" in feita.primeiro_problema and not feita.completa
    assert not feita.arquivo.startswith(NAO_CONFERIDO)


def test_evento_alterado_para_o_que_nao_se_deixa_ler_e_dito_onde_esta(trilha: Any) -> None:
    atacar(
        f"""UPDATE auditoria_evento SET depois = ('{{"n": 1' || repeat('0', 5000) || '}}')::jsonb WHERE id = '{evento(4)}'"""
    )
    primeiro = verificar().problemas[0]
    assert (primeiro["codigo"], primeiro["sequencia"]) == ("evento_alterado", 4)
    assert primeiro["texto"].endswith("difere da cópia do arquivo em: um valor que não se deixa ler")
