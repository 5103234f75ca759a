"""Stock that a person enters: saldo inicial, entrada, ajuste de inventário."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.cadastros.models import Filial, Produto
from erp.cadastros.selectors import data_contabil_aberta
from erp.estoque.documento import LinhaDocumento, conferir_documento, linhas_em_json
from erp.estoque.erros import DocumentoRecusado, ErroLinha
from erp.estoque.lancamentos import Chave, lancar, travar_saldos
from erp.estoque.models import DocumentoEstoque, Natureza, Origem, Saldo
from erp.estoque.rules import MovimentoNovo, SaldoAtual

SEM_SALDO = SaldoAtual()


@sensivel("estoque.documento_lancado")
@transaction.atomic
def registrar_documento(
    *,
    natureza: int,
    filial: Filial,
    linhas: Sequence[LinhaDocumento],
    motivo: str,
    ocorrido_em: datetime,
    usuario: User,
    chave: uuid.UUID,
    referencia: str = "",
) -> DocumentoEstoque:
    """Post a stock document, whole or not at all.

    In an ajuste the quantity is the one counted; the entry is the difference to the balance under lock, at the given
    cost, else at the current average. `chave` names the form: sent again, the document that it made comes back.
    Raises DocumentoRecusado with every problem, each with its line.
    """
    conteudo = linhas_em_json(linhas)
    if feito := _ja_lancado(chave, natureza, filial, conteudo):
        return feito
    erros = conferir_documento(
        natureza=natureza, linhas=linhas, motivo=motivo, ocorrido_em=ocorrido_em, agora=timezone.now()
    )
    erros += _conferir_cadastro(filial, linhas)
    if erros:
        raise DocumentoRecusado(sorted(erros))
    documento, novo = DocumentoEstoque.objects.get_or_create(
        chave=chave,
        defaults={
            "natureza": natureza,
            "filial": filial,
            "referencia": referencia.strip()[:60],
            "motivo": motivo.strip()[:200],
            "ocorrido_em": ocorrido_em,
            "criado_por": usuario.get_username(),
            "linhas": conteudo,
        },
    )
    if not novo:  # somebody sent the same form at the same instant, and was faster
        return _mesmo(documento, natureza, filial, conteudo)
    with connection.cursor() as cursor:
        _lancar(cursor, documento, linhas)
    registrar(
        acao="estoque.documento_lancado",
        ator=ator_usuario(usuario),
        objeto="estoque.documentoestoque",
        objeto_id=str(documento.pk),
        depois={
            "natureza": documento.get_natureza_display(),
            "filial": filial.codigo,
            "linhas": len(linhas),
            "referencia": documento.referencia,
        },
        motivo=documento.motivo,
    )
    return documento


def _ja_lancado(
    chave: uuid.UUID, natureza: int, filial: Filial, conteudo: list[dict[str, object]]
) -> DocumentoEstoque | None:
    documento = DocumentoEstoque.objects.filter(chave=chave).first()
    return None if documento is None else _mesmo(documento, natureza, filial, conteudo)


def _mesmo(
    documento: DocumentoEstoque, natureza: int, filial: Filial, conteudo: list[dict[str, object]]
) -> DocumentoEstoque:
    if (documento.natureza, documento.filial_id, documento.linhas) != (natureza, filial.pk, conteudo):
        raise DocumentoRecusado(
            [
                ErroLinha(
                    0, f"este formulário já foi lançado, com outro conteúdo, no documento {documento.pk}; abra outro"
                )
            ]
        )
    return documento


def _conferir_cadastro(filial: Filial, linhas: Sequence[LinhaDocumento]) -> list[ErroLinha]:
    erros = [] if filial.ativa else [ErroLinha(0, f"a filial {filial} está inativa")]
    produtos = Produto.objects.in_bulk({linha.produto_id for linha in linhas})
    for numero, linha in enumerate(linhas, 1):
        produto = produtos.get(linha.produto_id)
        if produto is None:
            erros.append(ErroLinha(numero, "o produto não está cadastrado"))
        elif not produto.ativo:
            erros.append(ErroLinha(numero, f"o produto {produto} está inativo"))
        elif not produto.controla_estoque:
            erros.append(ErroLinha(numero, f"o produto {produto} não controla estoque"))
    return erros


def _lancar(cursor: CursorWrapper, documento: DocumentoEstoque, linhas: Sequence[LinhaDocumento]) -> None:
    chaves = {(documento.filial_id, linha.produto_id) for linha in linhas}
    conhecidas = _com_saldo(documento.filial_id, linhas)
    dia = data_contabil_aberta(timezone.localdate(documento.ocorrido_em))  # its lock comes first, as in every posting
    saldos = travar_saldos(cursor, chaves)
    erros, movimentos = [], []
    for numero, linha in enumerate(linhas, 1):
        chave = (documento.filial_id, linha.produto_id)
        if problema := _problema(documento.natureza, linha, saldos[chave], chave in conhecidas):
            erros.append(ErroLinha(numero, problema))
        ajuste = documento.natureza == Natureza.AJUSTE
        quantidade = linha.quantidade - saldos[chave].quantidade if ajuste else linha.quantidade
        if quantidade:
            custo = linha.custo if quantidade > 0 else None  # what leaves, leaves at the average
            movimentos.append(_movimento(documento, linha.produto_id, quantidade, custo, dia, numero))
    if erros:
        raise DocumentoRecusado(erros)
    lancar(cursor, movimentos, agora=timezone.now())
    movidas = {(m.filial_id, m.produto_id) for m in movimentos}
    _apagar_vazios(cursor, chaves - conhecidas - movidas)


def _problema(natureza: int, linha: LinhaDocumento, saldo: SaldoAtual, conhecido: bool) -> str | None:
    if natureza == Natureza.SALDO_INICIAL and (conhecido or saldo != SEM_SALDO):
        return "o produto já tem movimentos nesta filial; use ajuste de inventário"
    sobra = natureza == Natureza.AJUSTE and linha.quantidade > saldo.quantidade
    if sobra and linha.custo is None and saldo.custo_medio == 0:
        return "não há custo médio deste produto na filial; informe o custo"
    return None


def _com_saldo(filial_id: int, linhas: Sequence[LinhaDocumento]) -> set[Chave]:
    produtos = {linha.produto_id for linha in linhas}
    com_saldo = Saldo.objects.filter(filial_id=filial_id, produto_id__in=produtos)
    return {(filial_id, produto_id) for produto_id in com_saldo.values_list("produto_id", flat=True)}


def _apagar_vazios(cursor: CursorWrapper, chaves: set[Chave]) -> None:
    """Forget the balances that were made only to be locked: a balance without entries would bar a saldo inicial."""
    cursor.execute(
        """DELETE FROM estoque_saldo WHERE quantidade = 0 AND valor = 0 AND custo_medio = 0
           AND (filial_id, produto_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))""",
        [[f for f, _ in chaves], [p for _, p in chaves]],
    )


def _movimento(
    documento: DocumentoEstoque, produto_id: int, quantidade: Decimal, custo: Decimal | None, dia: date, numero: int
) -> MovimentoNovo:
    return MovimentoNovo(
        filial_id=documento.filial_id,
        produto_id=produto_id,
        natureza=documento.natureza,
        quantidade=quantidade,
        custo=custo,
        ocorrido_em=documento.ocorrido_em,
        data_contabil=dia,
        origem=Origem.MANUAL.value,
        origem_id=documento.pk,
        sequencia=numero,
    )
