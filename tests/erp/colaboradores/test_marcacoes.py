"""The import of marks: once, whoever they are of, and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.colaboradores.models import Colaborador, DiaTocado, ImportacaoMarcacoes, Marcacao, Tratamento
from erp.colaboradores.services.marcacoes import importar_marcacoes
from tests.erp.colaboradores import afd
from tests.erp.colaboradores.elenco import SEGUNDA, as_, colaborador, marcar, relogio, usuario

pytestmark = pytest.mark.django_db
CPF = "52998224725"
OITO, MEIO_DIA = as_(SEGUNDA, "08:00"), as_(SEGUNDA, "12:00")


def importar(conteudo: bytes) -> ImportacaoMarcacoes:
    return importar_marcacoes(relogio=relogio(), arquivo="afd.txt", conteudo=conteudo, usuario=usuario())


@pytest.fixture
def maria(db: None) -> Colaborador:
    return colaborador(cpf=CPF, pis="12056412548")


def test_o_afd_entra_uma_vez_so(maria: Colaborador) -> None:
    conteudo = afd.arquivo(afd.marca(2, OITO, CPF), afd.marca(3, MEIO_DIA, CPF))
    primeira, segunda = importar(conteudo), importar(conteudo)
    assert (primeira.lidas, primeira.novas, segunda.lidas, segunda.novas) == (2, 2, 2, 0)
    assert list(Marcacao.objects.order_by("nsr").values_list("nsr", "momento", "origem")) == [
        (2, OITO, "afd"), (3, MEIO_DIA, "afd"),
    ]  # fmt: skip
    um_dia = timedelta(days=1)
    assert list(DiaTocado.objects.order_by("dia").values_list("dia", "criar")) == [
        (SEGUNDA - um_dia, False), (SEGUNDA, True), (SEGUNDA + um_dia, False),
    ]  # fmt: skip
    assert Evento.objects.filter(acao="colaboradores.marcacoes_importadas").count() == 2


def test_o_mesmo_nsr_com_outra_hora_e_recusado_e_o_primeiro_vale(maria: Colaborador) -> None:
    importar(afd.arquivo(afd.marca(2, OITO, CPF)))
    outra = importar(afd.arquivo(afd.marca(2, as_(SEGUNDA, "07:00"), CPF)))
    assert (outra.novas, outra.recusadas) == (0, 1)
    assert "já tem outra marcação" in outra.recusas[0][1]
    assert Marcacao.objects.get().momento == OITO


def test_nsr_repetido_no_proprio_arquivo_entra_uma_vez(maria: Colaborador) -> None:
    feita = importar(afd.arquivo(afd.marca(2, OITO, CPF), afd.marca(2, OITO, CPF), afd.marca(2, MEIO_DIA, CPF)))
    assert (feita.novas, feita.recusadas) == (1, 1)


def test_quem_nao_se_conhece_e_recusado_com_o_cpf_mascarado_e_entra_depois_de_cadastrado() -> None:
    conteudo = afd.arquivo(afd.marca(2, OITO, CPF))
    recusada = importar(conteudo)
    assert (recusada.novas, recusada.recusadas) == (0, 1)
    assert CPF not in recusada.recusas[0][1]
    colaborador(cpf=CPF)
    assert importar(conteudo).novas == 1


def test_arquivo_de_outro_relogio_nao_entra(maria: Colaborador) -> None:
    with pytest.raises(ErroDefinitivo, match="é do relógio 00009000090000009"):
        importar(afd.arquivo(afd.marca(2, OITO, CPF), relogio="00009000090000009"))
    assert not ImportacaoMarcacoes.objects.exists()


@pytest.mark.parametrize("conteudo", [b"", b"qualquer coisa", b"\x00\xff\xfe", b"%PDF-1.4"])
def test_o_que_nao_e_arquivo_de_ponto_e_recusado_inteiro(conteudo: bytes, maria: Colaborador) -> None:
    with pytest.raises(ErroDefinitivo, match="Não li o arquivo"):
        importar(conteudo)


def test_quem_voltou_tem_a_marca_no_contrato_daquele_dia() -> None:
    antigo = colaborador(cpf=CPF, desligamento=SEGUNDA - timedelta(days=30))
    novo = colaborador(cpf=CPF, admissao=SEGUNDA)
    importar(afd.arquivo(afd.marca(2, OITO, CPF), afd.marca(3, OITO - timedelta(days=40), CPF)))
    assert dict(Marcacao.objects.values_list("nsr", "colaborador_id")) == {2: novo.pk, 3: antigo.pk}


def test_relogio_antigo_conhece_pelo_pis_e_a_hora_e_a_de_onde_a_pessoa_trabalha(maria: Colaborador) -> None:
    colaborador(cpf="1", pis="20156412541", municipio="1302603")  # Manaus
    importar(afd.antigo([(1, OITO, "12056412548"), (2, OITO, "20156412541")]))
    assert dict(Marcacao.objects.values_list("nsr", "momento")) == {1: OITO, 2: OITO + timedelta(hours=1)}


def test_data_absurda_e_recusada(maria: Colaborador) -> None:
    feita = importar(
        afd.arquivo(afd.marca(2, OITO.replace(year=2099), CPF), afd.marca(3, OITO.replace(year=1990), CPF))
    )
    assert (feita.novas, feita.recusadas) == (0, 2)


@pytest.mark.parametrize(
    "momento", ["9999-12-31T23:59:59-03:00", "31/12/9999 23:59", "0001-01-01T00:00:00+05:00", "01/01/0001 00:00"]
)
def test_data_do_fim_do_calendario_e_recusada_e_as_outras_entram(momento: str, maria: Colaborador) -> None:
    feita = importar(f"nsr;cpf;momento\n1;{CPF};{momento}\n2;{CPF};{SEGUNDA:%d/%m/%Y} 08:00\n".encode())
    assert (feita.novas, feita.recusadas) == (1, 1)
    assert "não pode estar certa" in feita.recusas[0][1]


@pytest.mark.parametrize("ato", ["update", "delete"])
def test_marcacao_e_tratamento_nao_mudam_nem_somem(ato: str, maria: Colaborador) -> None:
    (marca,) = marcar(maria, SEGUNDA, "08:00")
    Tratamento.objects.create(colaborador=maria, dia=SEGUNDA, dia_fim=SEGUNDA, tipo="ausencia", motivo="nada", em=OITO)
    for linhas in (Marcacao.objects.all(), Tratamento.objects.all()):
        with pytest.raises(IntegrityError, match="só aceita inclusão"), transaction.atomic():
            linhas.delete() if ato == "delete" else linhas.update(colaborador=colaborador(cpf="7"))
    assert Marcacao.objects.get() == marca
