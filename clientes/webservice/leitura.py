"""From the fields of a body to a `Pedido`, or to everything that is wrong with them at once. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from clientes import rules as cadastro
from clientes.webservice import rules
from clientes.webservice.campos import (
    CAMPOS,
    CAMPOS_MAXIMO,
    CHAVE,
    CODIGO_CLIENTE,
    EVENTO,
    EVENTO_TAMANHO,
    TIPO_VAREJO,
    Campo,
    Tipo,
)
from clientes.webservice.codigos import Regra
from clientes.webservice.corpo import codificar_em_ordem
from clientes.webservice.pedido import Pedido, Problema
from clientes.webservice.valores import (
    MAIUSCULAS,
    Invalido,
    cabe,
    grande_demais,
    longo_demais,
    mostrar,
    numero_em_texto,
    texto_de,
    valor_de,
)

_NOMES: Final = frozenset({*(campo.nome for campo in CAMPOS), CODIGO_CLIENTE, TIPO_VAREJO, EVENTO})
_PODE_SER_VAZIO: Final = frozenset({"ESTRANGEIRO"})  # §3.3, though the table says it is required
_AUSENTE: Final = object()
_SO_TEXTO: Final = {str}
# What the loop needs of each field; the last is how long a text may be that is kept just as it came.
_TABELA: Final = tuple(
    (
        campo,
        campo.nome,
        campo.coluna,
        campo.obrigatorio,
        campo.tamanho if campo.tipo is Tipo.TEXTO and campo.tamanho and campo.nome not in MAIUSCULAS else -1,
    )
    for campo in CAMPOS
)


def ler(corpo: Mapping[str, Any], *, filiais: Mapping[int, str], estrito: bool) -> Pedido | list[Problema]:
    """A request ready to be decided, or all its problems at once.

    `corpo` is the body as `corpo.ler_corpo` reads it; `filiais` has the names of the numbers in it
    (`numero_da_filial_em`); with `estrito` a national's CPF_CGC whose digits do not check is a problem too.
    """
    conteudo = dict(corpo)
    conteudo.pop(CHAVE, None)
    problemas = _conferir_forma(conteudo)
    valores = _ler_campos(conteudo, problemas)
    codigo = _texto(conteudo, CODIGO_CLIENTE, problemas)
    tipo_varejo = _texto(conteudo, TIPO_VAREJO, problemas)
    evento = _texto(conteudo, EVENTO, problemas)
    if len(evento) > EVENTO_TAMANHO:
        problemas.append(longo_demais(EVENTO, EVENTO_TAMANHO, evento).problema)
    # Section 3, in its order; what needs the register is left to `rules.decidir`.
    estrangeiro = rules.definir_estrangeiro(valores.get("estrangeiro"), valores.get("uf", ""))
    valores["estrangeiro"] = int(estrangeiro)
    rules.remover_sexo_vazio(valores)
    if "cep" in valores:
        valores["cep"] = rules.normalizar_cep(valores["cep"])
    if not estrangeiro and "cpf_cgc" in valores:
        valores["cpf_cgc"] = rules.completar_documento(valores["cpf_cgc"])
    cpf_cgc, rg_ie = valores.get("cpf_cgc", ""), valores.get("rg_ie", "")
    codigo = rules.definir_codigo(
        informado=codigo,
        cpf_cgc=cpf_cgc,
        rg_ie=rg_ie,
        estrangeiro=estrangeiro,
        como_numero=isinstance(conteudo.get(CODIGO_CLIENTE), int | Decimal),
    )
    filial = rules.converter_filial(valores.pop("filial", ""), filiais)
    achados = (
        rules.validar_codigo(codigo),
        filial if isinstance(filial, Problema) else None,
        _validar_documento(cpf_cgc, estrangeiro) if estrito else None,
    )
    problemas += [problema for problema in achados if problema]
    if problemas:
        return problemas
    em_ordem = codificar_em_ordem(conteudo)
    return Pedido(
        conteudo=conteudo,
        conteudo_json=em_ordem.decode(),
        hash_conteudo=hashlib.sha256(em_ordem).digest(),
        evento=evento,
        codigo_cliente=codigo,
        documento=rules.documento_de_busca(cpf_cgc),
        estrangeiro=estrangeiro,
        filial=str(filial),
        tipo_varejo=tipo_varejo,
        obs=valores.pop("obs", None),
        valores=valores,
    )


def numero_da_filial_em(corpo: Mapping[str, Any]) -> int | None:
    """The code in a numeric FILIAL of a body; None when it is a name, or cannot be read."""
    valor = corpo.get("FILIAL")
    if isinstance(valor, str):
        return rules.numero_da_filial(valor.strip()[:25])
    if isinstance(valor, bool) or not isinstance(valor, int | Decimal) or grande_demais(valor):
        return None
    return rules.numero_da_filial(numero_em_texto(valor))


def _conferir_forma(conteudo: Mapping[str, Any]) -> list[Problema]:
    """What no request may be: too many fields, too deep, with what the database cannot keep."""
    problemas = []
    if len(conteudo) > CAMPOS_MAXIMO:
        mensagem = f"esperados até {CAMPOS_MAXIMO} campos, recebidos {len(conteudo)}."
        problemas.append(Problema("", Regra.TAMANHO, mensagem))
    if set(map(type, conteudo.values())) == _SO_TEXTO and "\0" not in "".join([*conteudo, *conteudo.values()]):
        return problemas  # nearly every request
    for nome, valor in conteudo.items():
        if "\0" in nome or (type(valor) is str and "\0" in valor):
            problemas.append(Problema(_nome(nome), Regra.CARACTERE, "tem o caractere nulo (U+0000)."))
        elif type(valor) is not str and nome not in _NOMES and not cabe(valor):
            mensagem = "tem objetos demais um dentro do outro, um número grande demais ou o caractere nulo."
            problemas.append(Problema(_nome(nome), Regra.VALOR, mensagem))
    return problemas


def _ler_campos(conteudo: Mapping[str, Any], problemas: list[Problema]) -> dict[str, Any]:
    """The columns that came. A field with a problem is left out."""
    valores: dict[str, Any] = {}
    for campo, nome, coluna, obrigatorio, cabem in _TABELA:
        valor = conteudo.get(nome, _AUSENTE)
        if type(valor) is str and len(texto := valor.strip()) <= cabem and (texto or not obrigatorio):
            valores[coluna] = texto  # most fields of most requests, without a call
        elif valor is not _AUSENTE:
            _ler_campo(campo, valor, valores, problemas)
        elif obrigatorio:
            problemas.append(Problema(nome, Regra.OBRIGATORIO, "campo obrigatório, e não veio."))
    return valores


def _ler_campo(campo: Campo, valor: Any, valores: dict[str, Any], problemas: list[Problema]) -> None:
    try:
        texto = texto_de(campo.nome, valor)
        if not texto and campo.obrigatorio and campo.nome not in _PODE_SER_VAZIO:
            problemas.append(Problema(campo.nome, Regra.OBRIGATORIO, "campo obrigatório, e veio vazio."))
        else:
            valores[campo.coluna] = valor_de(campo, texto)
    except Invalido as invalido:
        problemas.append(invalido.problema)


def _texto(conteudo: Mapping[str, Any], nome: str, problemas: list[Problema]) -> str:
    """A field outside the table; absent is empty."""
    try:
        return texto_de(nome, conteudo.get(nome))
    except Invalido as invalido:
        problemas.append(invalido.problema)
        return ""


def _validar_documento(cpf_cgc: str, estrangeiro: bool) -> Problema | None:
    """Only with `CLIENTES_DOCUMENTO_ESTRITO`: the specification takes any document."""
    if cadastro.documento_valido(cpf_cgc, estrangeiro=estrangeiro) is not False:
        return None
    return Problema("CPF_CGC", Regra.DOCUMENTO, f"os dígitos não conferem, recebido {mostrar('CPF_CGC', cpf_cgc)}.")


def _nome(nome: str) -> str:
    return nome.replace("\0", "�")[:40]
