"""Filiais: who they are is the ERP's word; the safe and negative stock are the Backoffice's."""

from typing import Annotated

from msgspec import Meta

from erp.cadastros.models import Filial
from erp.sincronizacao.entidades.base import Dados, EntidadeDeTabela


class DadosFilial(Dados):
    nome: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00]*\Z")]
    cnpj: Annotated[str, Meta(max_length=14, pattern=r"^[0-9A-Z]*\Z")]
    uf: Annotated[str, Meta(max_length=2, pattern=r"^[A-Z]*\Z")]
    ativa: bool


class Filiais(EntidadeDeTabela):
    nome = "filiais"
    titulo = "Filiais"
    dados = DadosFilial
    modelo = Filial
    tabelas = (Filial,)
    numerica = 2**31 - 1
    inativo = {"ativa": False}


FILIAIS = Filiais()
