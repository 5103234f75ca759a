"""Customers, who are registered on both sides: nobody's word takes the place of the other's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Literal

from django.utils import timezone
from msgspec import Meta

from clientes.models import Cliente, TipoVarejo
from clientes.monitor import DESPERTADOR
from clientes.rules import documento_valido
from clientes.selectors import donos_de
from clientes.travas import travar_identidades
from erp.cadastros.documentos import limpar
from erp.sincronizacao.entidades.base import Dados, EntidadeDeTabela, Registros, Regra
from filas import acordar

_P = r"^[^\x00]*\Z"
Ate1 = Annotated[str, Meta(max_length=1, pattern=_P)]
Ate2 = Annotated[str, Meta(max_length=2, pattern=_P)]
Ate4 = Annotated[str, Meta(max_length=4, pattern=_P)]
Ate9 = Annotated[str, Meta(max_length=9, pattern=_P)]
Ate10 = Annotated[str, Meta(max_length=10, pattern=_P)]
Ate19 = Annotated[str, Meta(max_length=19, pattern=_P)]
Ate20 = Annotated[str, Meta(max_length=20, pattern=_P)]
Ate35 = Annotated[str, Meta(max_length=35, pattern=_P)]
Ate40 = Annotated[str, Meta(max_length=40, pattern=_P)]
Ate60 = Annotated[str, Meta(max_length=60, pattern=_P)]
Ate90 = Annotated[str, Meta(max_length=90, pattern=_P)]
Ate100 = Annotated[str, Meta(max_length=100, pattern=_P)]
Tipo = Annotated[str, Meta(min_length=1, max_length=25, pattern=_P)]
Obs = Annotated[str, Meta(max_length=Cliente._meta.get_field("obs").max_length, pattern=_P)]


class DadosCliente(Dados):
    cliente_varejo: Annotated[str, Meta(min_length=1, max_length=40, pattern=_P)]
    filial: Ate60
    pf_pj: Literal[0, 1]
    estrangeiro: Literal[0, 1]
    rg_ie: Ate19
    cpf_cgc: Ate19
    tipo_logradouro: Ate10
    endereco: Ate90
    numero: Ate10
    complemento: Ate20
    bairro: Ate35
    cidade: Ate35
    uf: Ate2
    cep: Ate9 | None
    pais: Ate40
    ddd: Ate4
    telefone: Ate10
    ddd_celular: Ate4
    celular: Ate10
    email: Ate100
    sexo: Ate1
    status: Literal[0, 1]
    aniversario: date | None
    obs: Obs
    tipo_varejo_id: Tipo


class Clientes(EntidadeDeTabela):
    nome = "clientes"
    titulo = "Clientes"
    dados = DadosCliente
    regra = Regra.POR_CAMPO
    modelo = Cliente
    tabelas = (Cliente,)
    chave = "codigo_cliente"
    inativo = {"status": 0}
    lote = 500  # two locks each: see clientes.travas

    def chave_valida(self, chave: str) -> bool:
        return 0 < len(chave) <= 14 and "\0" not in chave and chave == chave.strip()

    def travar(self, registros: Registros) -> None:
        documentos = [limpar(d.cpf_cgc) for d in registros.values() if isinstance(d, DadosCliente)]
        travar_identidades([*registros, *documentos])

    def faltas(self, registros: Registros) -> dict[str, str]:
        """A national's document belongs to one customer (§3.9)."""
        nacionais = {
            chave: limpar(d.cpf_cgc)
            for chave, d in registros.items()
            if isinstance(d, DadosCliente) and not d.estrangeiro and limpar(d.cpf_cgc)
        }
        donos = donos_de(list(nacionais.values())) if nacionais else {}
        return {
            chave: "o CPF ou CNPJ já é de outro cliente daqui; acerte o cadastro de um dos dois"
            for chave, documento in nacionais.items()
            if any(dono.codigo != chave for dono in donos.get(documento, []))
        }

    def valores(self, registros: Registros) -> dict[str, dict[str, Any]]:
        agora = timezone.now()
        valores = super().valores(registros)
        for linha in valores.values():
            linha["data_para_transferencia"] = agora
            linha["documento_valido"] = documento_valido(linha["cpf_cgc"], estrangeiro=bool(linha["estrangeiro"]))
        return valores

    def gravar(self, registros: Registros, novos: Collection[str]) -> None:
        tipos = {d.tipo_varejo_id for d in registros.values() if isinstance(d, DadosCliente)}
        TipoVarejo.objects.bulk_create([TipoVarejo(tipo_varejo=t) for t in sorted(tipos)], ignore_conflicts=True)
        super().gravar(registros, novos)
        acordar(DESPERTADOR)


CLIENTES = Clientes()
