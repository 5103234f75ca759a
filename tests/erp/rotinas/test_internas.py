from datetime import timedelta

import pytest
from django.utils import timezone

from erp.acesso.models import FormularioEnviado
from erp.rotinas import internas
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar

pytestmark = pytest.mark.django_db


def test_limpar_mensagens_chama_quem_se_registrou_uma_vez_e_soma(monkeypatch):
    monkeypatch.setattr(internas, "_limpezas", [])
    duas = lambda: 2  # noqa: E731  # the same object twice
    for limpar in (duas, duas, lambda: 3):
        internas.registrar_limpeza(limpar)
    assert executar("filas/limpar_mensagens", iniciada_por="x").contagens == {"apagadas": 5}


def test_limpar_mensagens_sem_ninguem_registrado_nao_faz_nada(monkeypatch):
    monkeypatch.setattr(internas, "_limpezas", [])
    assert executar("filas/limpar_mensagens", iniciada_por="x").situacao == Execucao.Situacao.SUCESSO


def test_formularios_de_ontem_sao_esquecidos():
    FormularioEnviado.objects.create(usuario="ana", acao="x", em=timezone.now() - timedelta(days=2))
    novo = FormularioEnviado.objects.create(usuario="ana", acao="x")
    assert executar("rotinas/esquecer_execucoes", iniciada_por="x").contagens == {"formularios": 1}
    assert FormularioEnviado.objects.get() == novo
