"""The company behind the tills: registers, opening stock, keys."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from auditoria.services import ator_usuario
from bench.demonstracao.caixas import Caixa
from erp.acesso.services import criar_chave
from erp.cadastros.exemplo import LinhaProduto, carregar_exemplo, carregar_produtos
from erp.cadastros.models import CondicaoFinalizador, Filial, PontoVenda, Produto
from erp.estoque.documento import LinhaDocumento
from erp.estoque.models import Natureza
from erp.estoque.services import registrar_documento
from pdv.terminal.catalogo import catalogo

FILIAIS = 2
PRODUTOS = 1_000  # what pdv_simular sells from
QUANTIDADE_INICIAL = Decimal(1_000)
PARTE_DO_PRECO = Decimal("0.62")
ANTES_DA_PRIMEIRA_NFCE = date(2010, 1, 1)
ANTES_DE_TUDO = datetime(2026, 1, 1, tzinfo=ZoneInfo("America/Sao_Paulo"))


def gerente() -> User:
    """Who does by hand what a person does; `preparar` made this administrator."""
    return User.objects.get(username="admin")


def registrar_empresa(caixas: Sequence[Caixa]) -> None:
    """Filiais, tills, accounts, finalizadores, products (those of the imported notes too), stock, a key for each till."""
    carregar_exemplo(filiais=FILIAIS, pontos_venda=len(caixas))
    CondicaoFinalizador.objects.update(vigente_desde=ANTES_DA_PRIMEIRA_NFCE)  # notes of any age may be imported
    simulados = [LinhaProduto(p.codigo, p.gtin, p.descricao, p.ncm, p.unidade, p.preco) for p in catalogo(PRODUTOS)]
    carregar_produtos([*simulados, *(linha for caixa in caixas for linha in caixa.produtos_importados())])
    usuario = gerente()
    for filial in Filial.objects.order_by("codigo"):
        _abrir_estoque(filial, usuario)
    pontos = {p.codigo: p.pk for p in PontoVenda.objects.all()}
    for caixa in caixas:
        _, caixa.chave = criar_chave(
            nome=f"PDV {caixa.codigo}", escopos=["pdv"], ponto_venda_id=pontos[caixa.codigo], ator=ator_usuario(usuario)
        )


def _abrir_estoque(filial: Filial, usuario: User) -> None:
    linhas = [
        LinhaDocumento(produto, QUANTIDADE_INICIAL, (preco * PARTE_DO_PRECO).quantize(Decimal("0.01"), ROUND_HALF_UP))
        for produto, preco in Produto.objects.order_by("codigo").values_list("pk", "preco")
    ]
    registrar_documento(
        natureza=Natureza.SALDO_INICIAL, filial=filial, linhas=linhas, motivo="Saldo inicial da demonstração",
        ocorrido_em=ANTES_DE_TUDO, usuario=usuario, chave=uuid.uuid4(),
    )  # fmt: skip
