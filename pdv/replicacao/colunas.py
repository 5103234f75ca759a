"""The columns of staging, in the order of every row tuple between the wire and the tables."""

from __future__ import annotations

from typing import Any, Final

# The columns of each row tuple. `cancelado` of the operation stands apart: it changes without a divergence.
COLUNAS_OPERACAO: Final = (
    "id_operacao", "guid_operacao", "id_ponto_venda", "id_turno", "id_usuario", "operacao", "data_hora_inicio",
    "data_hora_termino", "cpf_cnpj_consumidor", "codigo_cliente", "valor_produtos", "valor_desconto",
    "valor_acrescimo", "valor_total", "valor_troco", "id_operacao_origem", "observacao",
)  # fmt: skip
COLUNAS_ITEM: Final = (
    "item", "id_produto", "codigo_barras", "descricao", "unidade", "quantidade_primaria", "valor_unitario_liquido",
    "valor_desconto", "valor_acrescimo", "valor_total_liquido", "cfop", "ncm", "id_usuario_vendedor", "cancelado",
)  # fmt: skip
COLUNAS_FINALIZADOR: Final = (
    "item", "id_finalizador", "valor", "valor_troco", "parcela", "nsu", "autorizacao", "bandeira",
    "cnpj_credenciadora", "txid", "end_to_end_id",
)  # fmt: skip
COLUNAS_RECEBIMENTO: Final = ("item", "numero_documento", "parcela", "valor", "juros", "desconto")
COLUNAS_NOTA: Final = (
    "chave", "numero", "serie", "modelo", "situacao", "protocolo", "data_emissao", "valor_total", "id_operacao", "xml",
)  # fmt: skip
COLUNAS_TURNO: Final = (
    "id_turno", "id_ponto_venda", "sequencial", "fechado", "id_usuario", "data_hora_inicio", "data_hora_termino",
    "contado",
)  # fmt: skip

# The lists of an operation, as the wire calls them, each with its columns.
FILHOS: Final = {"itens": COLUNAS_ITEM, "finalizadores": COLUNAS_FINALIZADOR, "recebimentos": COLUNAS_RECEBIMENTO}

Linha = tuple[Any, ...]
