"""The table "2. DADOS PARA O ENDPOINT" of the specification, and the names that go with it (spec/004, WebService)."""

from enum import StrEnum
from typing import Final, NamedTuple


class Tipo(StrEnum):
    """The types of the specification."""

    TEXTO = "STRING"
    INTEIRO = "INT"
    DATA = "DATETIME"


class Campo(NamedTuple):
    """One line of the table. `tamanho` is in characters (None for a date); `coluna` is the attribute of `Cliente`."""

    nome: str
    tipo: Tipo
    tamanho: int | None
    obrigatorio: bool
    coluna: str
    conteudo: str


def _campo(nome: str, tipo: Tipo, tamanho: int | None, conteudo: str, *, obrigatorio: bool = False) -> Campo:
    return Campo(nome, tipo, tamanho, obrigatorio, nome.lower(), conteudo)


CAMPOS: Final[tuple[Campo, ...]] = (
    _campo("CLIENTE_VAREJO", Tipo.TEXTO, 40, "Nome do cliente", obrigatorio=True),
    _campo("FILIAL", Tipo.TEXTO, 25, "Nome ou código da filial", obrigatorio=True),
    _campo("PF_PJ", Tipo.INTEIRO, 1, "Pessoa Física (1) / Pessoa Jurídica (0)", obrigatorio=True),
    _campo("ESTRANGEIRO", Tipo.INTEIRO, 1, "Estrangeiro (1) / Nacional (0)", obrigatorio=True),
    _campo("ENDERECO", Tipo.TEXTO, 90, "Nome da via/logradouro sem o tipo."),
    _campo("UF", Tipo.TEXTO, 2, "Sigla da unidade federativa ou indicador de estrangeiro (EX)."),
    _campo("RG_IE", Tipo.TEXTO, 19, "Documento de identificação (RG ou Inscrição Estadual)."),
    _campo("CPF_CGC", Tipo.TEXTO, 19, "Documento fiscal (CPF ou CNPJ)."),
    _campo("CIDADE", Tipo.TEXTO, 35, "Nome da cidade do cliente."),
    _campo("COMPLEMENTO", Tipo.TEXTO, 20, "Informação adicional do endereço."),
    _campo("CEP", Tipo.TEXTO, 9, "Código de endereçamento postal."),
    _campo("TELEFONE", Tipo.TEXTO, 10, "Número do telefone sem DDD."),
    _campo("ANIVERSARIO", Tipo.DATA, None, "Data de nascimento ou referência cadastral."),
    _campo("DDD", Tipo.TEXTO, 4, "Código de área do telefone fixo."),
    _campo("SEXO", Tipo.TEXTO, 1, "Identificação de gênero."),
    _campo("OBS", Tipo.TEXTO, 200, "Observações gerais do cadastro."),
    _campo("EMAIL", Tipo.TEXTO, 100, "Endereço eletrônico do cliente."),
    _campo("BAIRRO", Tipo.TEXTO, 35, "Nome do bairro do endereço."),
    _campo("STATUS", Tipo.INTEIRO, 1, "Situação do cadastro do cliente."),
    _campo("PAIS", Tipo.TEXTO, 40, "Nome do país do cliente."),
    _campo("TIPO_LOGRADOURO", Tipo.TEXTO, 10, "Tipo do logradouro."),
    _campo("NUMERO", Tipo.TEXTO, 10, "Número do imóvel."),
    _campo("DDD_CELULAR", Tipo.TEXTO, 4, "Código de área do telefone celular."),
    _campo("CELULAR", Tipo.TEXTO, 10, "Número do celular sem DDD."),
)

# Named in the rules and in the example, not in the table: no size of their own but that of the rule.
CODIGO_CLIENTE: Final = "CODIGO_CLIENTE"
TIPO_VAREJO: Final = "TIPO_VAREJO"
# "Método: POST para Registro Recebido": the key of the API, and the ID that is unique in a FILIAL.
CHAVE: Final = "key"
CHAVE_TAMANHO: Final = 36
EVENTO: Final = "eventId"
EVENTO_TAMANHO: Final = 64
# What the answer adds to the echo (§5).
MENSAGEM: Final = "Mensagem"
DETALHADA: Final = "Mensagem Detalhada"
CADASTRAMENTO: Final = "CADASTRAMENTO"
DATA_PARA_TRANSFERENCIA: Final = "DATA_PARA_TRANSFERENCIA"
# How much one request may hold: the specification's fields need 1 kB.
CAMPOS_MAXIMO: Final = 100
PROFUNDIDADE_MAXIMA: Final = 10
