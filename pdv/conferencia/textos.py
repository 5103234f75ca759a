"""Why a day does not check, in the words of the shop, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from pdv.processamento.formatos import numero, quantos

FAIXAS_NA_LISTA: Final = 4


class Texto(NamedTuple):
    um: str
    varios: str
    saida: str


MOTIVOS: Final[dict[str, Texto]] = {
    "FALTANDO": Texto(
        "operação que o PDV diz ter enviado não está aqui",
        "operações que o PDV diz ter enviado não estão aqui",
        "Use «Pedir de novo ao PDV»; se ele não obedecer, fale com a loja.",
    ),
    "A_ENVIAR": Texto(
        "operação que o PDV ainda vai enviar",
        "operações que o PDV ainda vai enviar",
        "Se não chegar logo, veja «O que não entrou» e a internet da loja.",
    ),
    "A_MAIS": Texto(
        "operação recebida que o PDV não declara",
        "operações recebidas que o PDV não declara",
        "O PDV pode ter voltado de uma cópia, ou alguém mexeu no banco dele. Confira com a loja.",
    ),
    "MANIFESTO_ATRASADO": Texto(
        "operação chegou depois do último manifesto",
        "operações chegaram depois do último manifesto",
        "O PDV manda o próximo manifesto assim que ficar sem nada a enviar.",
    ),
    "CONTEUDO": Texto(
        "manifesto com os mesmos números e outro conteúdo",
        "manifestos com os mesmos números e outro conteúdo",
        "O PDV tem outra versão de alguma operação: veja as divergências.",
    ),
    "MUDANDO": Texto(
        "manifesto com operações que o PDV mudou e vai enviar",
        "manifestos com operações que o PDV mudou e vai enviar",
        "Espere o próximo envio do PDV.",
    ),
    "COM_ERRO": Texto(
        "operação com erro de processamento",
        "operações com erro de processamento",
        "Conserte o que o erro diz e mande processar de novo.",
    ),
    "PENDENTE": Texto("operação na fila", "operações na fila", "Será processada sozinha."),
    "AGUARDANDO": Texto(
        "operação espera por outra", "operações esperam por outras", "Será processada quando a outra chegar."
    ),
    "IGNORADA": Texto(
        "operação ignorada aqui por uma pessoa",
        "operações ignoradas aqui por uma pessoa",
        "Se foi engano, mande processar. Se está certo, aceite a diferença.",
    ),
    "SEM_LANCAMENTO": Texto(
        "operação efetuada sem lançamento", "operações efetuadas sem lançamento", "Reprocesse a operação e avise a TI."
    ),
    "IGNORADA_NO_PDV": Texto(
        "operação que o PDV não vai enviar",
        "operações que o PDV não vai enviar",
        "Alguém a marcou como ignorada no PDV. Se está certo, aceite a diferença.",
    ),
    "SEM_NOTA": Texto(
        "venda sem nota fiscal", "vendas sem nota fiscal", "A venda precisa de nota: confira com a loja."
    ),
    "NOTA_A_ENVIAR": Texto(
        "nota que o PDV ainda vai enviar", "notas que o PDV ainda vai enviar", "Espere o próximo envio do PDV."
    ),
    "NOTAS_FALTANDO": Texto(
        "nota que o PDV diz ter enviado não está aqui",
        "notas que o PDV diz ter enviado não estão aqui",
        "Peça ao PDV que replique de novo.",
    ),
    "NOTA_COM_ERRO": Texto(
        "venda com a nota em erro", "vendas com a nota em erro", "Conserte o que o erro da nota diz e mande processar."
    ),
    "NOTA_PENDENTE": Texto("venda com a nota na fila", "vendas com a nota na fila", "Será processada sozinha."),
    "NOTA_SEM_VALOR": Texto(
        "venda com a nota cancelada, denegada ou sem protocolo",
        "vendas com a nota cancelada, denegada ou sem protocolo",
        "Cancele a venda no PDV ou emita outra nota.",
    ),
    "NOTA_DE_CANCELADA": Texto(
        "venda cancelada com a nota ainda valendo",
        "vendas canceladas com a nota ainda valendo",
        "Cancele a nota na SEFAZ: o prazo é curto.",
    ),
    "NOTA_REPETIDA": Texto("venda com mais de uma nota", "vendas com mais de uma nota", "Cancele a nota que sobra."),
    "VALOR_DAS_NOTAS": Texto(
        "as notas não somam o valor das vendas", "as notas não somam o valor das vendas", "Veja os avisos das notas."
    ),
    "CONTINGENCIA": Texto(
        "nota em contingência a transmitir",
        "notas em contingência a transmitir",
        "O PDV tem 24 horas desde a emissão para transmitir.",
    ),
    "CONTINGENCIA_VENCIDA": Texto(
        "nota em contingência; o prazo de 24 horas passou",
        "notas em contingência; o prazo de 24 horas passou",
        "Transmita já e avise o fiscal.",
    ),
    "NOTA_ORFA": Texto(
        "nota sem operação", "notas sem operação", "A operação dela não está aqui: veja se falta algum número."
    ),
    "NUMEROS": Texto(
        "as somas não são iguais", "as somas não são iguais", "Compare as espécies e os finalizadores abaixo."
    ),
}
_DESCONHECIDO = Texto("outro motivo", "outros motivos", "")
_SEM_CONTAGEM = frozenset({"VALOR_DAS_NOTAS", "NUMEROS"})
SITUACAO_SEM_MANIFESTO: Final = "o PDV ainda não disse o que fez neste dia"


def texto_do_motivo(codigo: str, quantidade: int) -> str:
    """`3 operações com erro de processamento`."""
    texto = MOTIVOS.get(codigo, _DESCONHECIDO)
    if codigo in _SEM_CONTAGEM:
        return texto.um
    return quantos(quantidade, texto.um, texto.varios)


def saida_do_motivo(codigo: str) -> str:
    return MOTIVOS.get(codigo, _DESCONHECIDO).saida


def em_frase(motivos: Iterable[dict[str, Any]], *, tem_manifesto: bool = True, limite: int | None = None) -> str:
    """The reasons in one line, for a cell or an export; beyond `limite`, how many more there are."""
    partes = [] if tem_manifesto else [SITUACAO_SEM_MANIFESTO]
    partes += [texto_do_motivo(m["codigo"], m["quantidade"]) for m in motivos]
    if limite is not None and len(partes) > limite:
        partes[limite:] = [f"e mais {len(partes) - limite}"]
    return "; ".join(partes)


def faixas_em_palavras(faixas: Sequence[Sequence[int]], limite: int | None = None) -> str:
    """`2 a 3, 7`; beyond `limite` ranges, how many more there are."""
    mostradas = faixas if limite is None else faixas[:limite]
    partes = [str(de) if de == ate else f"{de} a {ate}" for de, ate in mostradas]
    if len(mostradas) < len(faixas):
        partes.append(f"e mais {numero(sum(ate - de + 1 for de, ate in faixas[len(mostradas) :]))}")
    return ", ".join(partes)


def ha_quanto(segundos: float) -> str:
    """`45 min`, `3 h 20 min`, `2 dias`."""
    minutos = max(0, int(segundos // 60))
    if minutos < 60:
        return f"{minutos} min"
    horas, resto = divmod(minutos, 60)
    if horas < 48:
        return f"{horas} h {resto} min" if resto and horas < 24 else f"{horas} h"
    return f"{horas // 24} dias"
