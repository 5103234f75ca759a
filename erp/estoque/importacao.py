"""A stock document by spreadsheet: the lines of one document, posted whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from erp.cadastros.formatos import texto_numero
from erp.cadastros.models import Produto
from erp.cadastros.planilhas import celulas
from erp.cadastros.planilhas.importacao import Coluna, Contexto, Erros, ImportacaoDePlanilha, Linha, Previa
from erp.estoque.documento import CUSTO_MAXIMO, QUANTIDADE_MAXIMA, LinhaDocumento
from erp.estoque.erros import DocumentoRecusado
from erp.estoque.models import DocumentoEstoque
from erp.estoque.selectors import movimentos_do_documento
from erp.estoque.services import registrar_documento


class ImportacaoDeEstoque(ImportacaoDePlanilha):
    """`opcoes`: natureza, filial, referencia, motivo, ocorrido_em, chave, as `registrar_documento` takes them.

    The preview is the document itself, posted and rolled back: what it shows is what the stock would be.
    """

    colunas = (
        Coluna("codigo", celulas.inteiro(1, 2**63 - 1), "O código do produto.", True, ("código", "produto", "id_produto")),
        Coluna(
            "quantidade", celulas.decimal(4, maximo=QUANTIDADE_MAXIMA), "O que chegou; no ajuste, o que foi contado.",
            True, ("qtd", "qtde", "contado", "contagem"),
        ),
        Coluna(
            "custo", celulas.decimal(6, maximo=CUSTO_MAXIMO),
            "De uma unidade, como 12,90. No ajuste pode ficar em branco: vale o custo médio.",
            apelidos=("custo unitário", "valor unitário"),
        ),
    )  # fmt: skip
    chave = ()
    explicacao = "A planilha inteira é um documento: entra toda ou não entra nada."
    nome_dos_novos = ("Movimentos", "lança")
    mostra_iguais = True
    titulos = ("produto", "informado", "movimento", "custo unitário", "valor")

    def conferir(self, linhas: Sequence[Linha], erros: Erros, contexto: Contexto) -> list[Previa]:
        produtos = {
            p.codigo: p for p in Produto.objects.filter(codigo__in=[linha.valores["codigo"] for linha in linhas])
        }
        for linha in linhas:
            if linha.valores["codigo"] not in produtos:
                erros.anotar(linha.numero, f"codigo: o produto {linha.valores['codigo']} não está cadastrado.")
        conhecidas = [linha for linha in linhas if linha.valores["codigo"] in produtos]
        pedidas = [
            LinhaDocumento(produtos[v["codigo"]].pk, v["quantidade"], v.get("custo"))
            for v in (linha.valores for linha in conhecidas)
        ]
        documento = self._lancar(pedidas, conhecidas, erros, contexto)
        if documento is None:
            return []
        return _previas(documento, conhecidas, produtos)

    def _lancar(
        self, pedidas: Sequence[LinhaDocumento], lidas: Sequence[Linha], erros: Erros, contexto: Contexto
    ) -> DocumentoEstoque | None:
        """With an error in another line the document is still tried, to find the rest of the errors, and undone."""
        ponto = transaction.savepoint()
        try:
            documento = registrar_documento(linhas=pedidas, usuario=contexto.usuario, **contexto.opcoes)
        except DocumentoRecusado as recusa:
            transaction.savepoint_rollback(ponto)
            for erro in recusa.erros:
                erros.anotar(lidas[erro.linha - 1].numero if erro.linha else 0, f"{erro.mensagem}.")
            return None
        if erros:
            transaction.savepoint_rollback(ponto)
            return None
        transaction.savepoint_commit(ponto)
        return documento

    def gravar(self, contexto: Contexto) -> None:
        """Nothing: `conferir` posted it, in this same transaction."""


def _previas(documento: DocumentoEstoque, linhas: Sequence[Linha], produtos: dict[int, Produto]) -> list[Previa]:
    movimentos = {m.sequencia: m for m in movimentos_do_documento(documento.pk)}
    previas = []
    for sequencia, linha in enumerate(linhas, 1):
        movimento = movimentos.get(sequencia)
        celulas_da_linha = [str(produtos[linha.valores["codigo"]]), _qtd(linha.valores["quantidade"])]
        if movimento is None:
            previas.append(Previa(linha.numero, "skip", [*celulas_da_linha, "nenhum: o saldo já é este", "", ""]))
            continue
        sinal = "+" if movimento.quantidade > 0 else ""
        previas.append(
            Previa(
                linha.numero,
                "new",
                [
                    *celulas_da_linha,
                    f"{sinal}{_qtd(movimento.quantidade)}",
                    texto_numero(movimento.custo, 6, 2),
                    texto_numero(movimento.valor, 2, 2),
                ],
            )
        )
    return previas


def _qtd(valor: Decimal) -> str:
    return texto_numero(valor, 4)
