"""Every model that may hold something of a person has a source, goes with one, or says why not."""

import re

import pytest
from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey, JSONField, Model

from erp.lgpd.fontes import dispensas, fontes
from erp.lgpd.pessoa import Pessoa

NOSSOS = ("erp.", "pdv.", "clientes", "filas", "auditoria")
DE_GENTE = re.compile(
    r"cpf|cnpj|cgc|(^|_)(rg|pis)($|_)|documento$|destinatario|telefone|celular|(^|_)fone|e_?mail|endereco|whats"
    r"|titular|solicitante|signatario|codigo_cliente|nascimento|aniversario|certidao|conteudo|corpo|bruto|payload|(^|_)xml($|_)"
)
GENTE = {"clientes.Cliente", "colaboradores.Colaborador", "planos.Dependente", "planos.Contratacao"}


def suspeitos() -> dict[str, list[str]]:
    """Label -> the fields that look like a person's."""
    achados = {}
    for modelo in apps.get_models():
        meta = modelo._meta
        if not meta.app_config.name.startswith(NOSSOS) or meta.proxy or meta.app_config.name == "pdv.terminal":
            continue
        campos = [campo.name for campo in meta.concrete_fields if _de_gente(campo)]
        if campos:
            achados[meta.label] = campos
    return achados


def _de_gente(campo) -> bool:
    if isinstance(campo, ForeignKey):
        return campo.related_model._meta.label in GENTE
    return bool(DE_GENTE.search(campo.name.lower())) or isinstance(campo, JSONField)


def modelo_de(fonte) -> type[Model]:
    return fonte.consulta(Pessoa("", ("nenhum",))).model


def cobertos() -> set[str]:
    return {modelo_de(f)._meta.label for f in fontes()} | {rotulo for f in fontes() for rotulo in f.cobre}


def test_cada_modelo_com_dado_de_gente_tem_fonte_ou_motivo(db):
    faltam = {m: c for m, c in suspeitos().items() if m not in cobertos() and m not in dispensas()}
    assert not faltam, f"{faltam}: registre uma fonte no lgpd.py do app, ou dispense dizendo por quê"


def test_o_que_foi_dispensado_existe_diz_por_que_e_nao_tem_fonte():
    rotulos = {modelo._meta.label for modelo in apps.get_models()}
    assert set(dispensas()) - rotulos == set()
    assert [m for m, porque in dispensas().items() if len(porque) < 8] == []
    assert {rotulo for fonte in fontes() for rotulo in fonte.cobre} - rotulos == set()


def test_quem_muda_diz_o_que_e_quem_fica_diz_por_que_lei():
    assert [f.nome for f in fontes() if f.anonimizar and not f.o_que] == []
    assert [f.nome for f in fontes() if f.base and not re.search(r"Lei|CLT|CTN|Código", f.base)] == []


@pytest.mark.parametrize("nome", [f.nome for f in fontes() if not f.nome.startswith(("auditoria.", "lgpd."))])
def test_sem_documento_nem_codigo_nenhuma_fonte_pergunta_ao_banco(nome):
    fonte = next(f for f in fontes() if f.nome == nome)
    with pytest.raises(EmptyResultSet):
        fonte.consulta(Pessoa("")).query.sql_with_params()
