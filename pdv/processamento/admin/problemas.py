"""An error as the clerk reads it: what happened, why, what to do, and the link to where it is mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from erp.cadastros.models import Filial, Finalizador, PeriodoContabil, PontoVenda, Produto
from erp.estoque.models import DocumentoEstoque
from erp.financeiro.models import Titulo
from pdv.processamento.erros import CODIGOS, Codigo
from pdv.processamento.formatos import url_de, url_para_incluir

DESCONHECIDO = Codigo("Erro", "Confira a mensagem; se ela não bastar, chame a TI com o número da operação.")


@dataclass(frozen=True)
class ProblemaNaTela:
    codigo: str
    assunto: str
    titulo: str
    saida: str
    mensagem: str = ""
    url: str = ""
    url_texto: str = ""


def _finalizador(assunto: str) -> tuple[str, str]:
    pk = Finalizador.objects.filter(codigo=assunto).values_list("pk", flat=True).first() if assunto.isdigit() else None
    return (url_de(Finalizador, pk) if pk else url_de(Finalizador)), "Abrir o finalizador"


def onde_se_conserta(codigo: str, assunto: str) -> tuple[str, str]:
    """The page that mends this error, and the text of the link; two empty texts where no page does."""
    match codigo:
        case "PRODUTO_NAO_CADASTRADO":
            return url_para_incluir(Produto, codigo=assunto), f"Cadastrar o produto {assunto}"
        case "FINALIZADOR_NAO_CADASTRADO":
            return url_para_incluir(Finalizador, codigo=assunto), f"Cadastrar o finalizador {assunto}"
        case "FINALIZADOR_SEM_CONDICAO" | "FINALIZADOR_SEM_CONTA":
            return _finalizador(assunto)
        case "FILIAL_SEM_COFRE":
            return url_de(Filial, assunto or None), "Abrir a filial"
        case "PONTO_VENDA_NAO_CADASTRADO":
            return url_para_incluir(PontoVenda, codigo=assunto), "Cadastrar o PDV"
        case "ESTOQUE_INSUFICIENTE":
            return url_de(DocumentoEstoque), "Lançar entrada ou ajuste de estoque"
        case "PERIODO_FECHADO":
            return url_de(PeriodoContabil), "Abrir os períodos contábeis"
        case "TITULO_BAIXADO":
            return url_de(Titulo), "Abrir os títulos"
    return "", ""


def _na_tela(digital: str, mensagem: str) -> ProblemaNaTela:
    codigo, _, assunto = digital.partition(":")
    titulo, saida = CODIGOS.get(codigo, DESCONHECIDO)
    url, url_texto = onde_se_conserta(codigo, assunto)
    return ProblemaNaTela(codigo, assunto, titulo, saida, mensagem, url, url_texto if url else "")


def problemas_de(erro_codigo: str, erro_mensagem: str) -> list[ProblemaNaTela]:
    """The problems of a row with error, from its two columns (codes by commas, one message a line).

    Equal codes are kept once and only the first few are kept at all, so codes and messages pair up only while there
    are as many of each; otherwise the messages stand together under the first.
    """
    digitais = [d for d in erro_codigo.split(",") if d] or (["ERRO"] if erro_mensagem else [])
    mensagens = [m for m in erro_mensagem.split("\n") if m]
    if len(digitais) == len(mensagens):
        return [_na_tela(d, m) for d, m in zip(digitais, mensagens, strict=True)]
    problemas = [_na_tela(d, "") for d in digitais]
    if problemas:
        problemas[0] = replace(problemas[0], mensagem="; ".join(mensagens))
    return problemas


def titulos(erro_codigo: str) -> str:
    """The titles of a row's errors, for a list: `Produto não cadastrado: 123`, the first two and how many more."""
    return _resumo(_titulo(d) for d in erro_codigo.split(",") if d)


def _titulo(digital: str) -> str:
    codigo, _, assunto = digital.partition(":")
    titulo = CODIGOS.get(codigo, DESCONHECIDO._replace(titulo=codigo)).titulo
    return f"{titulo}: {assunto}" if assunto else titulo


def _resumo(textos: Iterable[str]) -> str:
    lista = list(textos)
    resto = len(lista) - 2
    return "; ".join(lista[:2]) + (f" (e mais {resto})" if resto > 0 else "")
