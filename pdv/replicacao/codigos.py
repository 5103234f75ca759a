"""Every code that the replication answers with, in one list; the OpenAPI page is made from it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from erp.acesso.erros import ErroApi

ESPERA_SEGUNDOS: Final = 5


class CodigoLinha(StrEnum):
    """Why one row is `rejeitada`. With several problems the answer carries the first and the message all of them."""

    LINHA_ILEGIVEL = "LINHA_ILEGIVEL"
    CAMPO_OBRIGATORIO = "CAMPO_OBRIGATORIO"
    TIPO_INVALIDO = "TIPO_INVALIDO"
    VALOR_INVALIDO = "VALOR_INVALIDO"
    VALOR_NEGATIVO = "VALOR_NEGATIVO"
    FORA_DA_FAIXA = "FORA_DA_FAIXA"
    CASAS_DECIMAIS = "CASAS_DECIMAIS"
    TEXTO_LONGO = "TEXTO_LONGO"
    TEXTO_INVALIDO = "TEXTO_INVALIDO"
    CARACTERE_NULO = "CARACTERE_NULO"
    DATA_INVALIDA = "DATA_INVALIDA"
    DATA_SEM_FUSO = "DATA_SEM_FUSO"
    DATA_ABSURDA = "DATA_ABSURDA"
    LINHAS_DEMAIS = "LINHAS_DEMAIS"
    SEQUENCIA_REPETIDA = "SEQUENCIA_REPETIDA"
    OPERACAO_ABERTA = "OPERACAO_ABERTA"
    PONTO_VENDA_DIFERENTE = "PONTO_VENDA_DIFERENTE"
    REPETIDA_NO_PACOTE = "REPETIDA_NO_PACOTE"
    TERMINAL_REINSTALADO = "TERMINAL_REINSTALADO"
    NOTA_DE_OUTRO_PONTO_VENDA = "NOTA_DE_OUTRO_PONTO_VENDA"


EXPLICACAO_DA_LINHA: Final[dict[CodigoLinha, str]] = {
    CodigoLinha.LINHA_ILEGIVEL: "A linha não é um objeto JSON que se possa ler.",
    CodigoLinha.CAMPO_OBRIGATORIO: "Falta um campo obrigatório.",
    CodigoLinha.TIPO_INVALIDO: "O campo veio com outro tipo.",
    CodigoLinha.VALOR_INVALIDO: "O valor não é um dos aceitos, ou não é um número finito.",
    CodigoLinha.VALOR_NEGATIVO: "Dinheiro, quantidade ou número negativo.",
    CodigoLinha.FORA_DA_FAIXA: "O número não cabe na coluna.",
    CodigoLinha.CASAS_DECIMAIS: "Mais casas decimais do que a coluna guarda.",
    CodigoLinha.TEXTO_LONGO: "Texto mais longo do que a coluna guarda.",
    CodigoLinha.TEXTO_INVALIDO: "Texto que não é UTF-8 válido (por exemplo, metade de um par substituto).",
    CodigoLinha.CARACTERE_NULO: "Texto com o caractere nulo (U+0000).",
    CodigoLinha.DATA_INVALIDA: "Data que não existe ou fora do formato RFC 3339.",
    CodigoLinha.DATA_SEM_FUSO: "Data sem o deslocamento do fuso (por exemplo, -03:00).",
    CodigoLinha.DATA_ABSURDA: "Data anterior a 2000 ou mais de dois dias no futuro: confira o relógio do PDV.",
    CodigoLinha.LINHAS_DEMAIS: "Itens, finalizadores, recebimentos ou valores contados além do limite.",
    CodigoLinha.SEQUENCIA_REPETIDA: "Dois itens, dois finalizadores ou dois recebimentos com a mesma sequência.",
    CodigoLinha.OPERACAO_ABERTA: "Operação sem data_hora_termino: só se envia a encerrada.",
    CodigoLinha.PONTO_VENDA_DIFERENTE: "O id_ponto_venda não é o da chave de API.",
    CodigoLinha.REPETIDA_NO_PACOTE: "A mesma chave veio duas vezes no pacote, com conteúdos diferentes.",
    CodigoLinha.TERMINAL_REINSTALADO: "O mesmo id_operacao já existe com outro guid_operacao: o PDV foi reinstalado.",
    CodigoLinha.NOTA_DE_OUTRO_PONTO_VENDA: "A nota já foi enviada por outro ponto de venda.",
}


class CodigoPacote(StrEnum):
    """Why a whole request is refused; the HTTP status stands beside each in `EXPLICACAO_DO_PACOTE`."""

    JSON_INVALIDO = "JSON_INVALIDO"
    GZIP_INVALIDO = "GZIP_INVALIDO"
    PACOTE_INVALIDO = "PACOTE_INVALIDO"
    CORPO_INCOMPLETO = "CORPO_INCOMPLETO"
    CHAVE_SEM_PONTO_VENDA = "CHAVE_SEM_PONTO_VENDA"
    PONTO_VENDA_INATIVO = "PONTO_VENDA_INATIVO"
    CORPO_MUITO_GRANDE = "CORPO_MUITO_GRANDE"
    TIPO_NAO_SUPORTADO = "TIPO_NAO_SUPORTADO"
    CODIFICACAO_NAO_SUPORTADA = "CODIFICACAO_NAO_SUPORTADA"
    VERSAO_NAO_SUPORTADA = "VERSAO_NAO_SUPORTADA"
    OPERACOES_DEMAIS = "OPERACOES_DEMAIS"
    NOTAS_DEMAIS = "NOTAS_DEMAIS"
    TURNOS_DEMAIS = "TURNOS_DEMAIS"
    LIMITE_EXCEDIDO = "LIMITE_EXCEDIDO"
    INDISPONIVEL = "INDISPONIVEL"


EXPLICACAO_DO_PACOTE: Final[dict[CodigoPacote, tuple[int, str]]] = {
    CodigoPacote.JSON_INVALIDO: (400, "O corpo não é JSON."),
    CodigoPacote.GZIP_INVALIDO: (400, "O corpo diz ser gzip e não é, está truncado ou tem sobras no fim."),
    CodigoPacote.PACOTE_INVALIDO: (400, "O JSON não tem a forma de um pacote."),
    CodigoPacote.CORPO_INCOMPLETO: (400, "A conexão terminou antes do fim do corpo."),
    CodigoPacote.CHAVE_SEM_PONTO_VENDA: (403, "A chave não pertence a um ponto de venda."),
    CodigoPacote.PONTO_VENDA_INATIVO: (403, "O ponto de venda da chave está inativo."),
    CodigoPacote.CORPO_MUITO_GRANDE: (413, "O corpo, compactado ou não, passa do limite."),
    CodigoPacote.TIPO_NAO_SUPORTADO: (415, "O Content-Type não é application/json."),
    CodigoPacote.CODIFICACAO_NAO_SUPORTADA: (415, "O Content-Encoding não é gzip nem identity."),
    CodigoPacote.VERSAO_NAO_SUPORTADA: (422, "Versão do formato que esta retaguarda não conhece."),
    CodigoPacote.OPERACOES_DEMAIS: (422, "Mais operações do que um pacote pode levar."),
    CodigoPacote.NOTAS_DEMAIS: (422, "Mais notas do que um pacote pode levar."),
    CodigoPacote.TURNOS_DEMAIS: (422, "Mais turnos do que um pacote pode levar."),
    CodigoPacote.LIMITE_EXCEDIDO: (429, "Pedidos demais desta chave: espere o que Retry-After disser."),
    CodigoPacote.INDISPONIVEL: (503, "O banco de dados não respondeu; nada foi gravado e o pacote pode ser reenviado."),
}


class CodigoComando(StrEnum):
    """Why a question about commands, or a word on one, is refused."""

    PEDIDO_INVALIDO = "PEDIDO_INVALIDO"
    COMANDO_NAO_ENCONTRADO = "COMANDO_NAO_ENCONTRADO"


EXPLICACAO_DO_COMANDO: Final[dict[CodigoComando, tuple[int, str]]] = {
    CodigoComando.PEDIDO_INVALIDO: (400, "Falta um campo do pedido, ou veio errado."),
    CodigoComando.COMANDO_NAO_ENCONTRADO: (404, "Este PDV, nesta instalação, não tem um comando com esse número."),
}


class ComandoRecusado(ErroApi):
    """Nothing was done; the status is the code's own."""

    def __init__(self, codigo: CodigoComando, mensagem: str = "") -> None:
        status, padrao = EXPLICACAO_DO_COMANDO[codigo]
        super().__init__(status, codigo.value, mensagem or padrao)


class PacoteRecusado(ErroApi):
    """Nothing of the request got in; the status is the code's own."""

    def __init__(self, codigo: CodigoPacote, mensagem: str = "", **contexto: object) -> None:
        status, padrao = EXPLICACAO_DO_PACOTE[codigo]
        cabecalhos = {"Retry-After": str(ESPERA_SEGUNDOS)} if status == 503 else {}
        super().__init__(status, codigo.value, mensagem or padrao, contexto, cabecalhos)
