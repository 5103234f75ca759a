"""What every channel's context of the queue asks of this app, so that a second channel writes none of it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from erp.contatos.canais import Porta
from erp.contatos.decisao import Esperar, Ir, Parar, decidir, impedimento, ler_situacao
from erp.contatos.models import Comunicado
from filas.fila.contextos import Resultado, adiar, desistir


def conferir(porta: Porta, chaves: Sequence[str], agora: datetime) -> Mapping[str, Resultado]:
    """Of messages just claimed, those that must not go any more, or not now: judged as they were on the way in."""
    comunicados = _comunicados(porta, chaves)
    situacao = ler_situacao(porta, comunicados, agora)
    recusas = {str(c.pk): _recusa(c, impedimento(c, c.endereco, situacao), agora) for c in comunicados}
    return {chave: recusa for chave, recusa in recusas.items() if recusa is not None}


def conteudos_atuais(porta: Porta, chaves: Sequence[str], agora: datetime) -> dict[str, dict[str, Any]]:
    """The content of these comunicados as they would go now; what would not go now is left as it was."""
    comunicados = _comunicados(porta, chaves)
    situacao = ler_situacao(porta, comunicados, agora)
    decisoes = [(c, decidir(c, situacao)) for c in comunicados]
    return {str(c.pk): porta.conteudo(c, d.endereco, d.carta, d.externo) for c, d in decisoes if isinstance(d, Ir)}


def _comunicados(porta: Porta, chaves: Sequence[str]) -> list[Comunicado]:
    return list(Comunicado.objects.filter(pk__in=[int(c) for c in chaves if c.isdecimal()], canal=porta.codigo))


def _recusa(comunicado: Comunicado, impede: Esperar | Parar | None, agora: datetime) -> Resultado | None:
    if comunicado.motivo == "CANCELADO":
        return desistir("CANCELADO", comunicado.detalhe)
    if isinstance(impede, Parar):
        return desistir(impede.motivo, impede.detalhe)
    if isinstance(impede, Esperar):
        return adiar(impede.motivo, impede.detalhe, espere=impede.ate - agora, destino_falhou=False)
    return None
