"""Staging: what the tills said, as they said it, in the tables `hiperpdv_` of spec/003.

Guarantees:
- one row per (ponto_venda, instalacao, id_operacao), whoever posts it and however often;
- what was received is never overwritten: other content under the same key is kept as a Divergencia, and the state of a
  note that another took the place of as a NotaVersao;
- no foreign keys: staging accepts what the till says, also about things that the retaguarda does not know.
"""

from pdv.replicacao.models.comando import Comando, OperacaoArquivada
from pdv.replicacao.models.divergencia import Divergencia
from pdv.replicacao.models.nota import NotaFiscal, NotaVersao
from pdv.replicacao.models.operacao import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)
from pdv.replicacao.models.recebido import Recebido, SituacaoProcessamento
from pdv.replicacao.models.rejeicao import Rejeicao
from pdv.replicacao.models.turno import Turno

__all__ = [
    "Comando",
    "Divergencia",
    "FinalizadorOperacaoPdv",
    "ItemOperacaoPdv",
    "NotaFiscal",
    "NotaVersao",
    "OperacaoArquivada",
    "OperacaoPdv",
    "Recebido",
    "RecebimentoOperacaoPdv",
    "Rejeicao",
    "SituacaoProcessamento",
    "Turno",
]
