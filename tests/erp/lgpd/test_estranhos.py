"""An odd event of a person, put there by hand: her copy is handed over all the same, and the page says what it cannot read."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import pytest
from django.urls import reverse

from auditoria.models import ChavePessoa
from auditoria.pessoas.identidade import nomes_da_pessoa
from auditoria.services import ATOR_SISTEMA
from erp.lgpd.pessoa import procurar
from erp.lgpd.services import exportar
from erp.lgpd.services.exportacao import Formato
from tests.auditoria.test_lados import ESTRANHOS, por
from tests.erp.elenco import CPF, empresa
from tests.erp.lgpd.elenco import maria

pytestmark = pytest.mark.django_db
CHAVE = "0" * 32


@pytest.fixture(autouse=True)
def _loja() -> None:
    empresa()
    maria()


def nao_e_json(constante: str) -> NoReturn:
    raise AssertionError(constante)


@pytest.mark.parametrize("formato", ["json", "pdf"])
@pytest.mark.parametrize("qual", ESTRANHOS)
def test_um_evento_estranho_nao_impede_a_copia_da_pessoa(qual: str, formato: Formato) -> None:
    id_ = por(ESTRANHOS[qual], "auditoria.ChavePessoa", nomes_da_pessoa(CPF)[0])
    feito = exportar(procurar(CPF), formato, ator=ATOR_SISTEMA, motivo="pedido do titular")
    with feito.arquivo:
        lido = feito.arquivo.read()
    assert lido[:5] == b"%PDF-" or id_ in json.dumps(json.loads(lido, parse_constant=nao_e_json))


@pytest.mark.parametrize(
    "cifra",
    ["v1.zz.00", "v1." + CHAVE + ".zz", "v1." + CHAVE + ".00", "v1", "", [1], {"a": 1}, "v2." + "x" * 5_000],
    ids=str,
)
def test_o_que_nao_e_texto_cifrado_e_dito(cifra: Any, admin_client: Any) -> None:
    ChavePessoa.objects.create(id=CHAVE, indice=b"x" * 32, embrulhada=b"curta")
    id_ = por(json.dumps({"_cifra": cifra}))
    resposta = admin_client.post(reverse("admin:lgpd_cifrado", args=[id_]), {"motivo": "ofício 7"})
    assert resposta.status_code == 409
    assert any(dito in resposta.content.decode() for dito in ("não pode mais ser lido", "não tem dado cifrado"))


@pytest.mark.parametrize("qual", ESTRANHOS)
def test_evento_estranho_nao_tem_dado_cifrado(qual: str, admin_client: Any) -> None:
    id_ = por(ESTRANHOS[qual])
    resposta = admin_client.post(reverse("admin:lgpd_cifrado", args=[id_]), {"motivo": "ofício 7"})
    assert resposta.status_code == 409 and "não tem dado cifrado" in resposta.content.decode()
