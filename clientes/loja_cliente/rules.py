"""From the content of a message to the payload of setIlli: spec/004, Queue §3.2 to §3.12, as pure functions.

A content is flat, with the names of "Queue §2" and text in every field; a field that is absent, null or blank is an
empty one, and what is not text is taken by its text (STATUS 1 is '1'). Digits are 0 to 9: an Arabic numeral is none.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from clientes.rules import UF_EXTERIOR, so_digitos
from erp.cadastros.documentos import limpar
from erp.cadastros.referencia import ufs
from filas.erros import ErroDefinitivo

SEM_IBGE: Final = "SEM_IBGE"
SEM_BACEN: Final = "SEM_BACEN"
DOCUMENTO_LONGO: Final = "DOCUMENTO_LONGO"
IBGE_EXTERIOR: Final = "9999999"
TEXTO_MAXIMO: Final = 250
_CPF, _CNPJ, _CEP = 11, 14, 8
_DATA = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[ T])")

Conteudo = Mapping[str, Any]


def montar_payload(conteudo: Conteudo) -> dict[str, Any]:
    """The whole payload (design 6). Raises `ErroDefinitivo`: `SEM_IBGE`, `SEM_BACEN` or `DOCUMENTO_LONGO`.

    Empty documents are left out; every other field is there, empty when there is nothing to say.
    """
    estrangeiro = e_estrangeiro(conteudo)
    validar_referencias(conteudo)
    return {
        "codigo": _texto(conteudo, "CODIGO_CLIENTE"),
        "nome": _texto(conteudo, "CLIENTE_VAREJO"),
        **pessoa(conteudo),
        "situacao": situacao(conteudo),
        "sexo": _texto(conteudo, "SEXO"),
        "nascimento": so_a_data(_texto(conteudo, "ANIVERSARIO")),
        "cadastramento": _texto(conteudo, "CADASTRAMENTO"),
        "filial": _texto(conteudo, "FILIAL"),
        "tipo_varejo": _texto(conteudo, "TIPO_VAREJO"),
        "estrangeiro": "1" if estrangeiro else "0",
        "contatos": contatos(conteudo),
        "enderecos": [endereco(conteudo)],
    }


def contatos(conteudo: Conteudo) -> list[dict[str, str]]:
    """§3.2: digits of the area code and of the number, joined. Only what has a value: an area code alone is none."""
    achados = []
    for tipo, ddd, numero in (("TELEFONE", "DDD", "TELEFONE"), ("CELULAR", "DDD_CELULAR", "CELULAR")):
        if digitos := so_digitos(_texto(conteudo, numero)):
            achados.append({"tipo": tipo, "valor": so_digitos(_texto(conteudo, ddd)) + digitos})
    if email := _texto(conteudo, "EMAIL"):
        achados.append({"tipo": "EMAIL", "valor": email})
    return achados


def endereco(conteudo: Conteudo) -> dict[str, str]:
    """§3.3 to §3.5, §3.8, §3.9, §3.12, in the order of the payload."""
    return {
        "logradouro": logradouro(conteudo),
        "numero": so_digitos(_texto(conteudo, "NUMERO")),  # §3.5: «S/N» is empty
        "complemento": _texto(conteudo, "COMPLEMENTO")[:TEXTO_MAXIMO],  # §3.12
        "bairro": _texto(conteudo, "BAIRRO"),
        "cidade": _texto(conteudo, "CIDADE"),
        "uf": uf(conteudo),
        "cep": cep(conteudo),
        "ibge": IBGE_EXTERIOR if e_estrangeiro(conteudo) else _texto(conteudo, "IBGE"),  # §3.9
        "bacen": _texto(conteudo, "PAIS_BC"),
        "pais": _texto(conteudo, "PAIS"),
    }


def logradouro(conteudo: Conteudo) -> str:
    """§3.3 and §3.12: TIPO_LOGRADOURO and ENDERECO with a space between, when both are there; 250 characters at most."""
    partes = (_texto(conteudo, "TIPO_LOGRADOURO"), _texto(conteudo, "ENDERECO"))
    return " ".join(parte for parte in partes if parte)[:TEXTO_MAXIMO]


def cep(conteudo: Conteudo) -> str:
    """§3.4: digits only, zeros at the left up to eight. Without a digit there is no CEP, and none is made up."""
    digitos = so_digitos(_texto(conteudo, "CEP"))
    return digitos.zfill(_CEP) if digitos else ""


def uf(conteudo: Conteudo) -> str:
    """§3.8: one of the 27; of anything else, EX for a foreigner and empty for a national."""
    informada = _texto(conteudo, "UF").upper()
    if informada in ufs():
        return informada
    return UF_EXTERIOR if e_estrangeiro(conteudo) else ""


def situacao(conteudo: Conteudo) -> str:
    """§3.10: STATUS 1 is '1', whether text or number; anything else, the empty one too, is '0'."""
    return "1" if _texto(conteudo, "STATUS") == "1" else "0"


def pessoa(conteudo: Conteudo) -> dict[str, str]:
    """§3.11: more than 11 letters and digits is a company. Its documents, the empty ones left out.

    Zeros are put back at the left up to 11 or 14; letters stay, as the CNPJ has them since 2026. More than 14 is
    refused with `DOCUMENTO_LONGO`: cut, it would be somebody else's.
    """
    documento, rg_ie = limpar(_texto(conteudo, "CPF_CGC")), so_digitos(_texto(conteudo, "RG_IE"))
    if len(documento) > _CNPJ:
        raise ErroDefinitivo(
            DOCUMENTO_LONGO,
            f"CPF/CNPJ com {len(documento)} letras e números: CPF tem {_CPF} e CNPJ, {_CNPJ}. "
            "Corrija o cadastro do cliente e reprocesse.",
        )
    if len(documento) > _CPF:
        tipo, documentos = "JURIDICA", {"cnpj": documento.zfill(_CNPJ), "ie": rg_ie}
    else:
        tipo, documentos = "FISICA", {"cpf": documento and documento.zfill(_CPF), "identidade": rg_ie}
    return {"tipo": tipo, **{nome: valor for nome, valor in documentos.items() if valor}}


def validar_referencias(conteudo: Conteudo) -> None:
    """§3.6 and §3.7: the IBGE code of a national, the BACEN code of everybody. Both that are missing are told."""
    faltam = []
    if not e_estrangeiro(conteudo) and not _texto(conteudo, "IBGE"):
        faltam.append((SEM_IBGE, _frase_do_ibge(conteudo)))
    if not _texto(conteudo, "PAIS_BC"):
        faltam.append((SEM_BACEN, _frase_do_bacen(conteudo)))
    if faltam:
        raise ErroDefinitivo(faltam[0][0], " ".join(frase for _, frase in faltam))


def e_estrangeiro(conteudo: Conteudo) -> bool:
    return _texto(conteudo, "ESTRANGEIRO") == "1"


def so_a_data(texto: str) -> str:
    """The day of `1993-07-04 00:00:00`; what does not begin with a day stays as it is."""
    achada = _DATA.match(texto)
    return achada[0] if achada else texto


def _frase_do_ibge(conteudo: Conteudo) -> str:
    cidade, sigla = _texto(conteudo, "CIDADE"), _texto(conteudo, "UF").upper()
    if sigla == UF_EXTERIOR:
        return "Sem o código IBGE: a UF é EX, mas o cliente está como nacional. Marque-o como estrangeiro e reprocesse."
    onde = f"{cidade or 'cidade em branco'}/{sigla or 'UF em branco'}"
    return f"Sem o código IBGE do município ({onde}), obrigatório para cliente nacional. Informe o município."


def _frase_do_bacen(conteudo: Conteudo) -> str:
    return f"Sem o código BACEN do país ({_texto(conteudo, 'PAIS') or 'em branco'}). Informe o país."


def _texto(conteudo: Conteudo, campo: str) -> str:
    valor = conteudo.get(campo)
    return "" if valor is None else str(valor).strip()
