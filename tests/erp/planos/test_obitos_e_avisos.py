from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.planos.models import AvisoContratacao, Dependente
from erp.planos.services import incluir_dependente, registrar_aviso, registrar_obito
from tests.erp.elenco import hoje
from tests.erp.planos.elenco import ANA, CPFS, cliente, contrato, dependente

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
VENDA = date(2026, 1, 10)


def test_obito_de_dependente_que_e_cliente_e_dos_dois() -> None:
    conhecido = cliente("João", cpf_cgc=CPFS[1])
    contrato(VENDA, dependentes=[dependente(cpf=CPFS[1])])
    joao = Dependente.objects.get()
    obito = registrar_obito(data=date(2026, 3, 1), certidao="C-1", ator=ANA, dependente_id=joao.pk)
    assert (obito.cliente, obito.dependente) == (conhecido, joao)
    with pytest.raises(ErroDefinitivo, match="já está registrado"):
        registrar_obito(data=date(2026, 3, 1), certidao="C-1", ator=ANA, codigo_cliente=conhecido.pk)
    evento = Evento.objects.get(acao="planos.obito_registrado")
    assert evento.depois == {"dependente": joao.pk, "titular": True, "data": "2026-03-01"}


def test_quem_morreu_nao_entra_em_outro_contrato() -> None:
    contrato(VENDA, dependentes=[dependente(cpf=CPFS[1])])
    registrar_obito(data=date(2026, 3, 1), certidao="C-1", ator=ANA, dependente_id=Dependente.objects.get().pk)
    outro = contrato(VENDA)
    with pytest.raises(ErroDefinitivo, match="tem óbito registrado"):
        incluir_dependente(contratacao_id=outro.pk, novo=dependente(cpf=CPFS[1]), motivo="pediu", ator=ANA)
    with pytest.raises(ErroDefinitivo, match="tem óbito registrado"):
        contrato(VENDA, titular=cliente("O mesmo", cpf_cgc=CPFS[1]))
    conhecido = cliente("João", cpf_cgc=CPFS[2])
    registrar_obito(data=date(2026, 3, 1), certidao="C-2", ator=ANA, codigo_cliente=conhecido.pk)
    with pytest.raises(ErroDefinitivo, match="tem óbito registrado"):
        contrato(VENDA, dependentes=[dependente(cpf=CPFS[2])])


@pytest.mark.parametrize(
    ("campos", "dito"),
    [
        ({"data": date(9999, 1, 1)}, "A data é no futuro"),
        ({"data": date(26, 1, 1)}, "confira o ano"),
        ({"data": date(1900, 1, 1)}, "antes do nascimento"),
        ({"certidao": " "}, "Falta o número da certidão"),
        ({"codigo_cliente": "NINGUEM"}, "Diga quem morreu"),
        ({"codigo_cliente": None, "dependente_id": 999}, "Não há dependente 999"),
    ],
    ids=["futuro", "outra era", "antes de nascer", "sem certidão", "ninguém", "dependente que não há"],
)
def test_obito_errado_e_recusado(campos: dict[str, Any], dito: str) -> None:
    morto = cliente("Maria", aniversario=date(1950, 1, 1))
    base: dict[str, Any] = {"data": hoje(), "certidao": "C-1", "codigo_cliente": morto.pk}
    with pytest.raises(ErroDefinitivo, match=dito):
        registrar_obito(ator=ANA, **(base | campos))


def aviso(**campos: Any) -> AvisoContratacao:
    base: dict[str, Any] = {
        "finalidade": "cancelamento", "entregue_em": timezone.now(), "canal": "carta", "referencia": "AR-1",
        "chave": uuid.uuid4(),
    }  # fmt: skip
    return registrar_aviso(ator=ANA, **(base | campos))


def test_aviso_enviado_duas_vezes_e_um() -> None:
    feito, chave = contrato(VENDA), uuid.uuid4()
    primeiro = aviso(contratacao_id=feito.pk, chave=chave)
    assert aviso(contratacao_id=feito.pk, chave=chave).pk == primeiro.pk
    with pytest.raises(ErroDefinitivo, match="A prova AR-1 já é de outro aviso deste contrato"):
        aviso(contratacao_id=feito.pk)
    assert Evento.objects.filter(acao="planos.aviso_registrado").count() == 1


def test_aviso_sem_prova_ou_fora_do_tempo_e_recusado() -> None:
    feito = contrato(VENDA)
    with pytest.raises(ErroDefinitivo, match="A entrega é no futuro; diga a prova"):
        aviso(contratacao_id=feito.pk, entregue_em=timezone.now() + timedelta(hours=1), referencia="")
    with pytest.raises(ErroDefinitivo, match="antes do início do contrato; canal ou finalidade"):
        aviso(contratacao_id=feito.pk, entregue_em=timezone.now() - timedelta(days=3650), canal="pombo")
    with pytest.raises(ErroDefinitivo, match="Não há contrato de plano 999"):
        aviso(contratacao_id=999)
