"""What gives each tag, and what does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clientes.models import RegistroRecebido
from erp.contatos.enderecos import normalizar, resumo
from erp.contatos.models import Descadastro
from erp.planos.models import Situacao
from erp.planos.tipagem.faixas import Faixa, consulta
from tests.erp.elenco import empresa, titulo
from tests.erp.planos.tipagem.elenco import (
    DOMINGO,
    cliente,
    contrato,
    dependente,
    etiquetas,
    obito,
    recebido,
    tipar,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empresa(db: None) -> None:
    empresa()


@pytest.mark.parametrize("situacao", [Situacao.ATIVO, Situacao.SUSPENSO])
def test_titular_e_quem_tem_contrato_ativo_ou_suspenso(situacao: Situacao) -> None:
    cliente("1")
    c = contrato("1", situacao, inicio=date(2025, 5, 10))
    tipar()
    assert etiquetas("1") == {"Titular": (date(2025, 5, 10), f"Titular do contrato {c.numero}")}


def test_quem_tem_varios_contratos_e_titular_desde_o_primeiro() -> None:
    cliente("1")
    primeiro = contrato("1", inicio=date(2025, 5, 10))
    contrato("1", Situacao.SUSPENSO, inicio=date(2025, 2, 1))
    contrato("1", Situacao.CANCELADO, inicio=date(2020, 2, 1))
    tipar()
    assert etiquetas("1") == {"Titular": (date(2025, 2, 1), f"Titular do contrato {primeiro.numero} e de mais 1")}


def test_ex_cliente_e_quem_so_tem_contratos_cancelados() -> None:
    cliente("1")
    c = contrato("1", Situacao.CANCELADO, desde=date(2026, 4, 2))
    contrato("1", Situacao.CANCELADO, desde=date(2026, 2, 2))
    tipar()
    assert etiquetas("1") == {"Ex-cliente": (date(2026, 4, 2), f"Teve o contrato {c.numero} e de mais 1")}


def test_dependente_vivo_de_contrato_que_vale() -> None:
    for codigo in "123456":
        cliente(codigo)
    vale, acabou = contrato("1", Situacao.SUSPENSO), contrato("1", Situacao.CANCELADO)
    dependente(vale, "2", incluido_em=date(2025, 3, 4))
    dependente(vale, None)
    dependente(vale, "3", excluido_em=date(2026, 1, 1))
    dependente(acabou, "4")
    morto = dependente(vale, "5")
    obito(dia=date(2026, 8, 9), dependente=morto)
    dependente(vale, "6")
    obito(dia=date(2026, 8, 10), cliente_id="6")  # registered as a customer
    tipar()
    assert etiquetas("2") == {"Dependente": (date(2025, 3, 4), f"Dependente no contrato {vale.numero}")}
    assert etiquetas("3") == etiquetas("4") == {}
    assert etiquetas("5") == {"Falecido": (date(2026, 8, 9), "Óbito registrado")}
    assert etiquetas("6") == {"Falecido": (date(2026, 8, 10), "Óbito registrado")}


def test_o_titular_que_morreu_e_titular_e_falecido() -> None:
    cliente("1")
    contrato("1")
    obito(cliente_id="1")
    tipar()
    assert set(etiquetas("1")) == {"Titular", "Falecido"}


NASCIDO = date(1960, 11, 25)


@pytest.mark.parametrize(
    ("campos", "felicitado"),
    [
        ({"email": "ana@exemplo.com.br"}, True),
        ({"celular": "999999999"}, True),
        ({"telefone": "33334444"}, False),  # nobody writes to a land line
        ({"email": "NÃO TEM"}, False),
        ({"email": "ana@exemplo.com.br", "status": 0}, False),
        ({"email": "ana@exemplo.com.br", "pf_pj": 0}, False),
        ({"email": "ana@exemplo.com.br", "aniversario": date(1960, 11, 21)}, False),
        ({"email": "ana@exemplo.com.br", "aniversario": date(1960, 11, 22)}, True),
        ({"email": "ana@exemplo.com.br", "aniversario": date(1960, 11, 29)}, True),
        ({"email": "ana@exemplo.com.br", "aniversario": date(1960, 11, 30)}, False),
        ({"email": "ana@exemplo.com.br", "aniversario": None}, False),
    ],
)
def test_felicitado_faz_anos_em_sete_dias_vive_e_se_alcanca(campos: dict[str, object], felicitado: bool) -> None:
    cliente("1", **({"aniversario": NASCIDO} | campos))
    tipar()
    assert list(etiquetas("1")) == (["Felicitado"] if felicitado else [])


def test_o_felicitado_diz_o_dia() -> None:
    cliente("1", aniversario=NASCIDO, celular="999999999")
    tipar()
    assert etiquetas("1") == {"Felicitado": (date(2026, 11, 18), "Aniversário em 25/11/2026")}


def test_morto_nao_e_felicitado() -> None:
    cliente("1", aniversario=NASCIDO, celular="999999999")
    obito(cliente_id="1")
    tipar()
    assert set(etiquetas("1")) == {"Falecido"}


@pytest.mark.parametrize(
    ("escrito", "recusado", "felicitado"),
    [
        ("ana@exemplo.com.br", {"endereco": "ana@exemplo.com.br"}, False),
        (" Ana <ANA@Exemplo.com.br.>; outra@exemplo.com.br", {"endereco": "ana@exemplo.com.br"}, False),
        ("mailto:ana@exemplo.com.br", {"endereco": "ana@exemplo.com.br"}, False),
        ("ana@exemplo.com.br", {"endereco": "outra@exemplo.com.br"}, True),
        ("ana@exemplo.com.br", {"codigo_cliente": "1"}, False),
        ("ana@exemplo.com.br", {"codigo_cliente": "1", "desfeito_em": timezone.now()}, True),
        ("ana@exemplo.com.br", {"codigo_cliente": "2"}, True),
        ("ana@exemplo.com.br", {"codigo_cliente": "1", "canal": "whatsapp"}, True),
    ],
)
def test_quem_se_descadastrou_nao_e_felicitado(escrito: str, recusado: dict[str, Any], felicitado: bool) -> None:
    cliente("1", aniversario=NASCIDO, email=escrito)
    endereco = recusado.pop("endereco", "")
    assert not endereco or felicitado or normalizar(escrito) == endereco
    Descadastro.objects.create(
        **({"canal": "email", "origem": Descadastro.Origem.EQUIPE} | recusado),
        endereco_hash=resumo(endereco) if endereco else "",
    )
    tipar()
    assert bool(etiquetas("1")) is felicitado


def test_quem_saiu_do_email_ainda_se_alcanca_pelo_celular() -> None:
    cliente("1", aniversario=NASCIDO, email="ana@exemplo.com.br", celular="999999999")
    Descadastro.objects.create(codigo_cliente="1", canal="email", origem=Descadastro.Origem.EQUIPE)
    tipar()
    assert set(etiquetas("1")) == {"Felicitado"}
    Descadastro.objects.create(codigo_cliente="1", canal="whatsapp", origem=Descadastro.Origem.EQUIPE)
    tipar()
    assert etiquetas("1") == {}


@pytest.mark.parametrize(
    ("dia", "quando"), [(date(2026, 2, 22), "28/02/2026"), (date(2028, 2, 27), "29/02/2028"), (date(2026, 3, 1), None)]
)
def test_quem_nasceu_em_29_de_fevereiro_e_felicitado_todo_ano(dia: date, quando: str | None) -> None:
    cliente("1", aniversario=date(1960, 2, 29), celular="999999999")
    tipar(dia)
    assert [motivo for _, motivo in etiquetas("1").values()] == ([f"Aniversário em {quando}"] if quando else [])


def test_varejo_veio_pelo_webservice_no_dia_da_loja() -> None:
    for codigo in "123":
        cliente(codigo)
    recebido("1", date(2026, 1, 15), RegistroRecebido.Resultado.INSERIDO)
    recebido("1", date(2026, 2, 15), RegistroRecebido.Resultado.ALTERADO)
    recebido("2", date(2026, 1, 15), RegistroRecebido.Resultado.RECUSADO)
    tipar()
    assert etiquetas("1") == {"Varejo": (date(2026, 1, 15), "Veio pelo webservice")}
    assert etiquetas("2") == etiquetas("3") == {}


def test_varejo_tem_titulo_do_pdv_e_mensalidade_nao_conta() -> None:
    cliente("1")
    cliente("2")
    titulo(codigo_cliente="1", emissao=date(2026, 5, 6))
    titulo(codigo_cliente="2", origem=3)
    tipar()
    assert etiquetas("1") == {"Varejo": (date(2026, 5, 6), "Tem título do PDV")}
    assert etiquetas("2") == {}


def test_varias_valem_ao_mesmo_tempo() -> None:
    cliente("1", aniversario=NASCIDO, celular="999999999")
    outro = contrato("1", Situacao.ATIVO)
    cliente("2")
    dependente(contrato("2"), "1")
    recebido("1", DOMINGO)
    tipar()
    assert set(etiquetas("1")) == {"Titular", "Dependente", "Felicitado", "Varejo"}
    assert etiquetas("1")["Titular"][1].endswith(str(outro.numero))


def test_o_plano_de_cada_pedaco_nao_le_tabela_inteira() -> None:
    """By the indexes, between two codes: a register of ten million is ten million rows read once, not five hundred times."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, valores = consulta(Faixa("1", "2"), DOMINGO, gravar=False)
        cursor.execute(f"EXPLAIN {sql}", valores)
        plano = "\n".join(linha for (linha,) in cursor.fetchall())
    assert "Seq Scan" not in plano
