"""What a message would say if it went now: its record read again and its payload built, and nothing sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from filas.erros import ErroDefinitivo
from filas.fila.contextos import Contexto, ContextoDesconhecido, obter_contexto
from filas.models import Mensagem

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ensaio:
    """`conteudo` is the record as it is now, `payload` what would be sent; or `codigo` and `mensagem` of the refusal."""

    conteudo: Mapping[str, Any]
    payload: Any = None
    codigo: str = ""
    mensagem: str = ""


def ensaiar(mensagens: Sequence[Mensagem]) -> dict[int, Ensaio]:
    """By id. Messages of a context that nobody registered, or that breaks while building, are left out."""
    por_contexto: dict[str, list[Mensagem]] = {}
    for mensagem in mensagens:
        por_contexto.setdefault(mensagem.contexto, []).append(mensagem)
    ensaios: dict[int, Ensaio] = {}
    for nome, dele in por_contexto.items():
        try:
            contexto = obter_contexto(nome)
            atuais = contexto.conteudo_atual([m.chave for m in dele])
        except (ContextoDesconhecido, NotImplementedError):
            continue
        for m in dele:
            ensaio = _montar(contexto, atuais.get(m.chave, m.conteudo))
            if ensaio is not None:
                ensaios[m.pk] = ensaio
    return ensaios


def _montar(contexto: Contexto, conteudo: Mapping[str, Any]) -> Ensaio | None:
    try:
        return Ensaio(conteudo, payload=contexto.montar(dict(conteudo)).json)
    except ErroDefinitivo as erro:
        return Ensaio(conteudo, codigo=erro.codigo, mensagem=erro.mensagem)
    except Exception:
        # A rehearsal must not take the page down: the attempt itself will tell of the defect.
        logger.warning("O contexto %s não conseguiu montar uma mensagem no ensaio.", contexto.nome, exc_info=True)
        return None
