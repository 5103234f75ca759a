"""What a message's page tells, from its rows: pure but for the reads of `historia`, each bounded and indexed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from filas.admin import formatos, mascara
from filas.models import AtoDaFila, Mensagem, Tentativa

TENTATIVAS = 30
ATOS = 30
VIZINHAS = 10
MAIOR_TEXTO = 20_000  # characters of an answer that are shown; the rest is in the database
Situacao = Mensagem.Situacao


@dataclass(frozen=True)
class Campo:
    """One field of a side: what it says, and what it said the time before, when that differs."""

    nome: str
    valor: str
    antes: str | None = None
    mudou: bool = False


Ordem = tuple[str, ...]


def achatar(valor: Any, ordem: Ordem = (), prefixo: str = "") -> dict[str, str]:
    """JSON as path -> text: `enderecos[0].cidade`. First the names of `ordem`, in it, then the others as they come.

    An empty list or object is a field without text.
    """
    if isinstance(valor, Mapping) and valor:
        lugares = {nome: lugar for lugar, nome in enumerate(ordem)}
        itens = sorted(valor.items(), key=lambda item: lugares.get(str(item[0]), len(lugares)))
        partes = [achatar(v, ordem, f"{prefixo}.{k}" if prefixo else str(k)) for k, v in itens]
    elif isinstance(valor, list) and valor:
        partes = [achatar(v, ordem, f"{prefixo}[{n}]") for n, v in enumerate(valor)]
    else:
        return {prefixo: _texto(valor)}
    return {nome: texto for parte in partes for nome, texto in parte.items()}


def _texto(valor: Any) -> str:
    if valor is None:
        return "nulo"
    if isinstance(valor, Mapping | list):
        return ""
    return valor if isinstance(valor, str) else json.dumps(valor, ensure_ascii=False)


def lado(agora: Any, antes: Any = None, *, ordem: Ordem = ()) -> list[Campo]:
    """The fields of one side, each beside what it was in `antes` (None: nothing to compare with)."""
    if agora is None:
        return []
    campos = achatar(agora, ordem)
    if antes is None:
        return [Campo(nome, valor) for nome, valor in campos.items()]
    eram = achatar(antes)
    atuais = [Campo(nome, valor, eram.get(nome), eram.get(nome) != valor) for nome, valor in campos.items()]
    return atuais + [Campo(nome, "", valor, True) for nome, valor in eram.items() if nome not in campos]


def tentativas_da(mensagem: Mensagem) -> list[Tentativa]:
    """The last ones, newest first."""
    return list(Tentativa.objects.filter(mensagem_id=mensagem.pk).order_by("-pk")[:TENTATIVAS])


def na_tela(
    tentativas: list[Tentativa], *, inteiro: bool, abertos: frozenset[str], ordem: Ordem = ()
) -> list[dict[str, Any]]:
    """Each attempt, its two sides compared with those of the attempt before it."""

    def ler(valor: Any) -> Any:
        return mascara.conteudo(valor, inteiro=inteiro, abertos=abertos)

    telas = []
    for t, anterior in zip(tentativas, [*tentativas[1:], None], strict=False):
        # compared whole, shown as this person may read: a change of a hidden field is told without its value
        antes_c, antes_p = (anterior.conteudo, anterior.payload) if anterior else (None, None)
        conteudo = _mascarado(lado(t.conteudo, antes_c, ordem=ordem), lado(ler(t.conteudo), ler(antes_c)))
        payload = _mascarado(lado(t.payload, antes_p, ordem=ordem), lado(ler(t.payload), ler(antes_p)))
        telas.append(
            {
                "t": t,
                "resultado": t.get_resultado_display(),
                "cor": formatos.CORES_DO_RESULTADO[Tentativa.Resultado(t.resultado)],
                "quando": formatos.data_hora(t.iniciada_em),
                "segundos": formatos.segundos(t.segundos),
                "mensagem": mascara.texto(t.mensagem, inteiro=inteiro),
                "retorno": resposta(t.retorno, inteiro=inteiro, abertos=abertos),
                "curl": t.curl if inteiro else "",
                "conteudo": conteudo,
                "payload": payload,
                "mudancas": sum(c.mudou for c in (*conteudo, *payload)),
                "comparada": anterior is not None,
            }
        )
    return telas


def _mascarado(inteiros: list[Campo], visiveis: list[Campo]) -> list[Campo]:
    """What changed, from the whole values; what is read, from the visible ones."""
    lidos = {c.nome: c for c in visiveis}
    return [Campo(c.nome, lidos[c.nome].valor, lidos[c.nome].antes, c.mudou) for c in inteiros if c.nome in lidos]


def resposta(texto: str, *, inteiro: bool, abertos: frozenset[str]) -> str:
    """An answer as it came, JSON indented; cut where nobody reads on."""
    visto = mascara.texto(texto, inteiro=inteiro, abertos=abertos)
    try:
        lido = json.loads(visto)
    except (ValueError, RecursionError):
        lido = None
    if isinstance(lido, dict | list):
        visto = json.dumps(lido, ensure_ascii=False, indent=2)
    return visto if len(visto) <= MAIOR_TEXTO else f"{visto[:MAIOR_TEXTO]}\n… (continua)"


def atos_da(mensagem: Mensagem) -> list[dict[str, str]]:
    """What people did to it, newest first."""
    return [
        {
            "o_que": a.get_acao_display(),
            "quem": a.usuario,
            "quando": formatos.data_hora(a.em),
            "motivo": a.motivo,
        }
        for a in AtoDaFila.objects.filter(mensagem_id=mensagem.pk).order_by("-pk")[:ATOS]
    ]


def vizinhas(mensagem: Mensagem) -> list[Mensagem]:
    """The newest messages of its record, itself among them if it is one."""
    do_registro = Mensagem.objects.filter(contexto=mensagem.contexto, chave=mensagem.chave)
    return list(do_registro.only("pk", "situacao", "causa", "criada_em", "terminada_em").order_by("-pk")[:VIZINHAS])


def estado(m: Mensagem, agora: datetime, maximo: int | None) -> str:
    """Where it is and what comes next, in one sentence."""
    de = f" de {maximo}" if maximo else ""
    match m.situacao:
        case Situacao.PENDENTE:
            vezes = m.tentativas - m.tentativas_antes
            ja = f" Já foi tentada {formatos.quantas(vezes, 'vez', 'vezes')}{de}." if vezes else ""
            proxima = formatos.data_hora(m.proxima_tentativa_em)
            return f"Espera a vez: próxima tentativa {formatos.daqui_a(m.proxima_tentativa_em, agora)} ({proxima}).{ja}"
        case Situacao.ENVIANDO:
            ate = formatos.data_hora(m.reservada_ate)
            return f"Está sendo enviada agora. Se quem a pegou cair, ela volta sozinha à fila depois de {ate}."
        case Situacao.SUCESSO:
            return f"O outro sistema aceitou em {formatos.data_hora(m.terminada_em)}."
        case Situacao.CANCELADA:
            return f"Não será enviada: saiu da fila em {formatos.data_hora(m.terminada_em)}."
    return f"Parou com erro em {formatos.data_hora(m.erro_em)} e espera que alguém resolva."
