"""Why a request is refused: every rule in one list, with its HTTP status; the OpenAPI page is made from it."""

from enum import StrEnum
from typing import Final


class Regra(StrEnum):
    """The rule that a problem breaks. Stable: integrators write code against it."""

    CORPO_ILEGIVEL = "CORPO_ILEGIVEL"
    OBRIGATORIO = "OBRIGATORIO"
    TIPO = "TIPO"
    TAMANHO = "TAMANHO"
    VALOR = "VALOR"
    DATA = "DATA"
    CARACTERE = "CARACTERE"
    REPETIDO = "REPETIDO"
    CHAVE_INVALIDA = "CHAVE_INVALIDA"
    ESCOPO_INSUFICIENTE = "ESCOPO_INSUFICIENTE"
    BIBLIOTECA_DESCONHECIDA = "BIBLIOTECA_DESCONHECIDA"
    METODO = "METODO"
    CONFLITO_DE_IDENTIDADE = "CONFLITO_DE_IDENTIDADE"
    ID_REPETIDO = "ID_REPETIDO"
    CORPO_GRANDE = "CORPO_GRANDE"
    TIPO_DE_CONTEUDO = "TIPO_DE_CONTEUDO"
    FILIAL_DESCONHECIDA = "FILIAL_DESCONHECIDA"
    DOCUMENTO = "DOCUMENTO"
    LIMITE_EXCEDIDO = "LIMITE_EXCEDIDO"
    INDISPONIVEL = "INDISPONIVEL"


EXPLICACAO: Final[dict[Regra, tuple[int, str]]] = {
    Regra.CORPO_ILEGIVEL: (400, "O corpo não se lê: JSON ou formulário malformado, UTF-8 inválido ou incompleto."),
    Regra.OBRIGATORIO: (400, "Falta um campo obrigatório, ou veio vazio."),
    Regra.TIPO: (400, "O campo veio com outro tipo."),
    Regra.TAMANHO: (400, "O texto é mais longo do que o campo."),
    Regra.VALOR: (400, "O valor não é um dos aceitos."),
    Regra.DATA: (400, "A data não existe, ou não está em um dos formatos aceitos."),
    Regra.CARACTERE: (400, "O texto tem um caractere que não se guarda (nulo, ou metade de um par substituto)."),
    Regra.REPETIDO: (400, "O mesmo campo veio duas vezes."),
    Regra.CHAVE_INVALIDA: (401, "Falta a `key`, ou ela não existe, foi revogada ou venceu."),
    Regra.ESCOPO_INSUFICIENTE: (403, "A `key` não tem o escopo clientes."),
    Regra.BIBLIOTECA_DESCONHECIDA: (404, "O token da biblioteca, no endereço, não é o desta retaguarda."),
    Regra.METODO: (405, "Só POST."),
    Regra.CONFLITO_DE_IDENTIDADE: (409, "O CODIGO_CLIENTE já é de outro cliente."),
    Regra.ID_REPETIDO: (409, "O mesmo eventId já veio desta FILIAL, com outro conteúdo."),
    Regra.CORPO_GRANDE: (413, "O corpo passa do limite."),
    Regra.TIPO_DE_CONTEUDO: (415, "O Content-Type não é JSON nem formulário."),
    Regra.FILIAL_DESCONHECIDA: (422, "FILIAL é um número que o cadastro de filiais não tem."),
    Regra.DOCUMENTO: (422, "Os dígitos do CPF ou CNPJ não conferem (só com CLIENTES_DOCUMENTO_ESTRITO=1)."),
    Regra.LIMITE_EXCEDIDO: (429, "Pedidos demais desta key: espere o que Retry-After disser."),
    Regra.INDISPONIVEL: (503, "O banco de dados não respondeu; nada foi gravado e o pedido pode ser reenviado."),
}
