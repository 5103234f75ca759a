"""Sections 3, 4 and 5 of the WebService (spec/004), one pure function each, on plain values.

What the register's other writers share (`clientes.rules`) is used from there; here is what only the WebService does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

from clientes import rules as cadastro
from clientes.webservice.campos import CODIGO_CLIENTE
from clientes.webservice.codigos import Regra
from clientes.webservice.pedido import Alterar, Decisao, Gravado, Inserir, Pedido, Problema
from erp.cadastros.documentos import limpar
from erp.cadastros.textos import normalizar

TIPO_MAXIMO: Final = 50  # characters, spaces and all
_JA_EXISTE: Final = (
    "o código já é de um cliente com outro CPF_CGC. Confira o documento e o código, ou corrija o cadastro na "
    "retaguarda."
)
_E_NACIONAL: Final = (
    "o código é de um cliente nacional, e o pedido diz estrangeiro. Confira ESTRANGEIRO e UF, ou informe outro código."
)
_E_ESTRANGEIRO: Final = (
    "o código é de um cliente estrangeiro, e o pedido diz nacional. Confira ESTRANGEIRO e UF, ou informe outro código."
)


def datas_automaticas(agora: datetime, gravado: Gravado | None) -> dict[str, datetime]:
    """§3.1 and §4: both dates are now; an UPDATE keeps CADASTRAMENTO."""
    return {"cadastramento": gravado.cadastramento if gravado else agora, "data_para_transferencia": agora}


def ajustar_tipo_varejo(informado: str, tipos: Mapping[str, str]) -> str:
    """§3.2: a kind that CLIENTE_VAR_TIPOS does not have is `CLIENTE VAREJO`. `tipos`: `chave_do_tipo` -> the kind."""
    if len(informado) > TIPO_MAXIMO:
        return cadastro.TIPO_PADRAO  # no kind is as long, and what is compared is remembered
    return tipos.get(chave_do_tipo(informado), cadastro.TIPO_PADRAO)


@lru_cache(maxsize=1024)  # few kinds, many customers
def chave_do_tipo(tipo: str) -> str:
    """How kinds are compared: without case nor accents."""
    return normalizar(tipo)


def definir_estrangeiro(informado: int | None, uf: str) -> bool:
    """§3.3: empty is 0, and UF = EX makes it 1."""
    return bool(cadastro.definir_estrangeiro(informado, uf))


def remover_sexo_vazio(valores: dict[str, Any]) -> None:
    """§3.4: an empty SEXO leaves the request, so that an UPDATE keeps what the register has."""
    if not valores.get("sexo", "-"):
        del valores["sexo"]


def normalizar_cep(cep: str) -> str | None:
    """§3.5: a CEP whose numeric value is 0 is NULL, as an empty one; any other is as sent."""
    return cadastro.normalizar_cep(cep)


def definir_codigo(*, informado: str, cpf_cgc: str, rg_ie: str, estrangeiro: bool, como_numero: bool = False) -> str:
    """§3.6: CODIGO_CLIENTE informed, trimmed; else RG_IE of a foreigner; else CPF_CGC. Empty when there is none.

    A derived one keeps letters and digits only, and a document of zeros only identifies nobody. One that came
    `como_numero` and is the document without the zeros on its left is the document.
    """
    if codigo := informado.strip():
        documento = limpar(cpf_cgc) if como_numero else ""
        return documento if documento and codigo.zfill(len(documento)) == documento else codigo
    return (limpar(rg_ie) if estrangeiro else "") or documento_de_busca(cpf_cgc)


def validar_codigo(codigo: str) -> Problema | None:
    """§3.7: once restructured, CODIGO_CLIENTE must exist and have at most 14 characters."""
    if not codigo:
        mensagem = "não veio, e não há de onde tirá-lo: informe CODIGO_CLIENTE, CPF_CGC ou, de um estrangeiro, RG_IE."
        return Problema(CODIGO_CLIENTE, Regra.OBRIGATORIO, mensagem)
    if len(codigo) > cadastro.CODIGO_MAXIMO:
        mensagem = f"esperado até {cadastro.CODIGO_MAXIMO} caracteres, recebido {len(codigo)}."
        return Problema(CODIGO_CLIENTE, Regra.TAMANHO, mensagem)
    if not codigo.isprintable():
        return Problema(CODIGO_CLIENTE, Regra.CARACTERE, "tem um caractere que não se imprime.")
    return None


def documento_de_busca(cpf_cgc: str) -> str:
    """§3.8: what a national is looked up by: letters and digits only, however it was written.

    Zeros only are what tills send for nobody's document: looking them up would make one customer of many.
    """
    documento = limpar(cpf_cgc)
    return documento if documento.strip("0") else ""


def completar_documento(cpf_cgc: str) -> str:
    """A text that lost the zeros on the left, as numbers do, whole again if so its check digits are right.

    One with the length of a CPF or a CNPJ is as it was sent, right or wrong.
    """
    return cpf_cgc if len(limpar(cpf_cgc)) in (0, 11, 14) else cadastro.completar_zeros(cpf_cgc)


def decidir(pedido: Pedido, por_documento: Gravado | None, por_codigo: Gravado | None) -> Decisao:
    """§3.8 and §3.9: whether the customer is new, is known, or would take another's identity.

    `por_documento` is the newest of the register with the request's document (None without a document), `por_codigo`
    the one with its CODIGO_CLIENTE; both read under the locks of both keys.
    A national is found by CPF_CGC, or by CODIGO_CLIENTE when it has no CPF_CGC; a foreigner by CODIGO_CLIENTE.
    """
    if pedido.estrangeiro:
        if por_codigo and not por_codigo.estrangeiro:
            return Problema(CODIGO_CLIENTE, Regra.CONFLITO_DE_IDENTIDADE, _E_NACIONAL)
        return Alterar(por_codigo) if por_codigo else Inserir()
    if not pedido.documento:
        if por_codigo and por_codigo.estrangeiro:
            return Problema(CODIGO_CLIENTE, Regra.CONFLITO_DE_IDENTIDADE, _E_ESTRANGEIRO)
        return Alterar(por_codigo) if por_codigo else Inserir()
    if por_documento:
        return Alterar(por_documento)
    return Problema(CODIGO_CLIENTE, Regra.CONFLITO_DE_IDENTIDADE, _JA_EXISTE) if por_codigo else Inserir()


def numero_da_filial(filial: str) -> int | None:
    """The code in a numeric FILIAL; None when it is a name."""
    return int(filial) if filial.isascii() and filial.isdecimal() else None


def converter_filial(filial: str, nomes: Mapping[int, str]) -> str | Problema:
    """§3.10: a numeric FILIAL is the name that FILIAIS has for it; a text is taken as sent."""
    numero = numero_da_filial(filial)
    if numero is None:
        return filial
    if nome := nomes.get(numero):
        return nome
    return Problema("FILIAL", Regra.FILIAL_DESCONHECIDA, f"a filial {numero} não está cadastrada.")


def completar_obs(obs: str | None) -> str:
    """§3.11: on INSERT, OBS begins with who registered the customer."""
    return cadastro.PREFIXO_OBS + (obs or "")


def alterar_obs(obs: str, gravada: str) -> str:
    """§4: an UPDATE changes what follows the prefix, and keeps the prefix where there is one."""
    if gravada.startswith(cadastro.PREFIXO_OBS) and not obs.startswith(cadastro.PREFIXO_OBS):
        return cadastro.PREFIXO_OBS + obs
    return obs


def valores_de_insercao(pedido: Pedido, tipos: Mapping[str, str], agora: datetime) -> dict[str, Any]:
    """§4, INSERT: attribute of `Cliente` -> value; what did not come is left to the column's default (STATUS: 1)."""
    return {
        **pedido.valores,
        **datas_automaticas(agora, None),
        "codigo_cliente": pedido.codigo_cliente,
        "filial": pedido.filial,
        "tipo_varejo_id": ajustar_tipo_varejo(pedido.tipo_varejo, tipos),
        "obs": completar_obs(pedido.obs),
        "documento_valido": documento_confere(pedido.valores, None, estrangeiro=pedido.estrangeiro),
    }


def valores_de_alteracao(pedido: Pedido, gravado: Gravado, agora: datetime) -> dict[str, Any]:
    """§4, UPDATE: only what changes. CODIGO_CLIENTE, CADASTRAMENTO, FILIAL and TIPO_VAREJO stay as they are.

    So does a right CPF_CGC, when the request knows a national by the code alone: without it the customer's own next
    request would meet the code of somebody else.
    """
    valores = {**pedido.valores, "data_para_transferencia": agora}
    if (
        not pedido.documento
        and not pedido.estrangeiro
        and cadastro.documento_valido(gravado.cpf_cgc, estrangeiro=False)
    ):
        valores.pop("cpf_cgc", None)
    valores["documento_valido"] = documento_confere(valores, gravado, estrangeiro=pedido.estrangeiro)
    if pedido.obs is not None:
        valores["obs"] = alterar_obs(pedido.obs, gravado.obs)
    return valores


def documento_confere(valores: Mapping[str, Any], gravado: Gravado | None, *, estrangeiro: bool) -> bool | None:
    """The flag of the register: whether CPF_CGC, as these values leave it, has the right check digits."""
    cpf_cgc = valores.get("cpf_cgc", gravado.cpf_cgc if gravado else "")
    return cadastro.documento_valido(cpf_cgc, estrangeiro=estrangeiro)


def escrever_cadastramento(momento: datetime, fuso: tzinfo) -> str:
    """§5, as the specification's example: `2025-09-25 15:58:07.000`."""
    return momento.astimezone(fuso).isoformat(" ", "milliseconds")[:23]


def escrever_transferencia(momento: datetime, fuso: tzinfo) -> str:
    """§5, as the specification's example: `2026-02-03 11:41:39`."""
    return momento.astimezone(fuso).isoformat(" ", "seconds")[:19]
