"""The OpenAPI page of the manifests, made from the Structs of the wire."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

from pdv.conferencia.esquema import Remessa, Resposta
from pdv.replicacao.api.documentacao import documentar

EXEMPLO: Final[dict[str, Any]] = {
    "versao": 1,
    "instalacao": "5f0c7a52-94a7-4a3b-9f0e-3f1f2c0f7a11",
    "replicador": "1.0",
    "manifestos": [
        {
            "tipo": "dia", "dia": "2026-07-01", "id_turno": None, "versao": 3,
            "gerado_em": "2026-07-01T22:10:00-03:00", "quantidade": 5, "primeira": 4710, "ultima": 4715,
            "guid_primeira": "0b0e7a5e-5d0c-4d1e-8f55-0c2f6f0f7a10", "valor_total": "80.00", "canceladas": 1,
            "valor_cancelado": "20.00",
            "por_especie": [{"operacao": 1, "quantidade": 5, "valor": "80.00", "canceladas": 1}],
            "por_finalizador": [{"id_finalizador": 1, "valor": "95.00", "troco": "15.00"}],
            "notas": {"quantidade": 5, "valor_total": "100.00", "pendentes": 1},
            "faixas": [[4710, 4712], [4714, 4715]], "pendentes": [[4715, 4715]], "ignoradas": [],
            "valor_ignorado": "0.00", "abertas": [[4713, 4713]],
            "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        }
    ],
}  # fmt: skip

EXEMPLO_RESPOSTA: Final[dict[str, Any]] = {
    "manifestos": [
        {"tipo": "dia", "dia": "2026-07-01", "id_turno": None, "resultado": "criado", "versao": 3},
        {
            "tipo": "turno", "dia": "2026-07-01", "id_turno": 12, "resultado": "rejeitado",
            "mensagem": "quantidade: 6, mas as faixas têm 5 números",
        },
    ]
}  # fmt: skip

_DESCRICAO: Final = (
    "O que o PDV diz que fez, por dia e por turno, para que a retaguarda possa dizer o que falta. O dia é o da loja "
    "(America/Sao_Paulo) em que a operação começou (`data_hora_inicio`). Só guarda; enviar de novo não muda nada.\n\n"
    "Cada manifesto substitui o anterior do mesmo dia ou turno se a `versao`, contada pelo PDV, for maior:\n"
    "- `criado`, `atualizado`: é o que vale agora;\n"
    "- `existente`: já estava;\n"
    "- `antigo`: a retaguarda tem a `versao` que vem na resposta; nada foi feito. Um PDV que voltou de uma cópia "
    "conta a partir dela;\n"
    "- `rejeitado`: o manifesto se contradiz, e `mensagem` diz onde.\n\n"
    "`hash` é o SHA-256, em hexadecimal, de uma linha por operação das `faixas`, em ordem de número: "
    "`id_operacao|guid_operacao|valor_total|cancelado` e um `\\n`, com o valor em duas casas e cancelado 0 ou 1."
)

DOCUMENTACAO: Final = documentar(
    operation_id="pdv_manifestos",
    summary="Enviar manifestos do dia e do turno",
    description=_DESCRICAO,
    entrada=Remessa,
    saida=Resposta,
    exemplos=[
        OpenApiExample("O manifesto de um dia", value=EXEMPLO, request_only=True),
        OpenApiExample("Um resultado por manifesto", value=EXEMPLO_RESPOSTA, response_only=True, status_codes=["200"]),
    ],
)
