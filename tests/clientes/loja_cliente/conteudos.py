"""The content of one message, as the Monitor writes it: the customer of the specification's example."""

from typing import Any

EXEMPLO: dict[str, str] = {
    "CODIGO_CLIENTE": "94987713999",
    "CLIENTE_VAREJO": "LOREM IPSUM",
    "CPF_CGC": "99999999999",
    "RG_IE": "94987713999",
    "ENDERECO": "CESÁRIO ALVIM",
    "TIPO_LOGRADOURO": "RUA",
    "NUMERO": "370",
    "COMPLEMENTO": "",
    "BAIRRO": "PADRE EUSTÁQUIO",
    "CIDADE": "BELO HORIZONTE",
    "UF": "MG",
    "CEP": "06845330",
    "PAIS": "BRASIL",
    "PAIS_BC": "1058",
    "IBGE": "3106200",
    "TELEFONE": "999999999",
    "DDD": "21",
    "CELULAR": "",
    "DDD_CELULAR": "",
    "EMAIL": "T.TESTE@GMAIL.COM",
    "SEXO": "M",
    "STATUS": "1",
    "ANIVERSARIO": "1993-07-04",
    "CADASTRAMENTO": "2025-09-25 15:58:07.000",
    "DATA_PARA_TRANSFERENCIA": "2026-02-03 11:41:39",
    "FILIAL": "ESTOQUE CENTRAL",
    "TIPO_VAREJO": "VENDEDOR (C)",
    "ESTRANGEIRO": "0",
    "PF_PJ": "1",
}

PAYLOAD: dict[str, Any] = {  # design 6
    "codigo": "94987713999",
    "nome": "LOREM IPSUM",
    "tipo": "FISICA",
    "cpf": "99999999999",
    "identidade": "94987713999",
    "situacao": "1",
    "sexo": "M",
    "nascimento": "1993-07-04",
    "cadastramento": "2025-09-25 15:58:07.000",
    "filial": "ESTOQUE CENTRAL",
    "tipo_varejo": "VENDEDOR (C)",
    "estrangeiro": "0",
    "contatos": [{"tipo": "TELEFONE", "valor": "21999999999"}, {"tipo": "EMAIL", "valor": "T.TESTE@GMAIL.COM"}],
    "enderecos": [
        {
            "logradouro": "RUA CESÁRIO ALVIM",
            "numero": "370",
            "complemento": "",
            "bairro": "PADRE EUSTÁQUIO",
            "cidade": "BELO HORIZONTE",
            "uf": "MG",
            "cep": "06845330",
            "ibge": "3106200",
            "bacen": "1058",
            "pais": "BRASIL",
        }
    ],
}


def conteudo(**mudancas: Any) -> dict[str, Any]:
    """The example with some fields changed."""
    return {**EXEMPLO, **mudancas}
