"""The tables of acesso. Registry ids of upper apps (ponto de venda, filial) are plain numbers: no key points upward."""

from erp.acesso.models.aprovacao import Aprovacao
from erp.acesso.models.chave import ChaveApi
from erp.acesso.models.equipe import ConcessaoFeita, EscopoFilial
from erp.acesso.models.formulario import FormularioEnviado
from erp.acesso.models.vigiados import GrupoVigiado, PermissaoVigiada, UsuarioVigiado

__all__ = [
    "Aprovacao",
    "ChaveApi",
    "ConcessaoFeita",
    "EscopoFilial",
    "FormularioEnviado",
    "GrupoVigiado",
    "PermissaoVigiada",
    "UsuarioVigiado",
]
