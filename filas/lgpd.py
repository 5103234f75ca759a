"""Messages of the queue that tell of a person: those that wait are cancelled, those that went are emptied.

The queue does not know what its messages are about: the app that asks for them registers a source made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from erp.lgpd.fontes import ANTES, Bloqueio, Fonte, Linha, Troca, dispensar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from erp.lgpd.trocas import em_partes, sem_gatilho
from filas.fila.travas import travar_pares
from filas.models import Mensagem, Tentativa

VAZIO: Final[dict[str, Any]] = {"anonimizada": True}
TEXTO: Final = "Apagada: a pessoa foi anonimizada."
_SAINDO: Final = Bloqueio(
    "Há mensagens desta pessoa saindo neste instante.", "Espere um minuto e tente de novo: elas terminam sozinhas."
)
Consulta = Callable[[Pessoa], QuerySet[Mensagem]]


def fonte_de_mensagens(nome: str, titulo: str, consulta: Consulta, *, ordem: int = ANTES) -> Fonte:
    """The messages of one context that tell of a person, by `consulta`, with their attempts; events call them so, too."""

    def com_conteudo(pessoa: Pessoa) -> QuerySet[Mensagem]:
        return consulta(pessoa).exclude(conteudo=VAZIO)

    def saindo(pessoa: Pessoa) -> Iterable[Bloqueio]:
        if consulta(pessoa).filter(situacao=Mensagem.Situacao.ENVIANDO).exists():
            yield _SAINDO

    def anonimizar(troca: Troca) -> int:
        return _esvaziar(com_conteudo(troca.pessoa), troca)

    registrar_objetos_de("filas.mensagem", consulta)
    return Fonte(
        nome, titulo, consulta, omitir=("reserva", "curl"), juntar=_tentativas, anonimizar=anonimizar,
        mudam=com_conteudo, bloqueios=saindo, ordem=ordem, cobre=("filas.Tentativa",),
        o_que="as que esperam são canceladas; o conteúdo e as tentativas das outras são apagados",
    )  # fmt: skip


def _esvaziar(mensagens: QuerySet[Mensagem], troca: Troca) -> int:
    """1. The locks of the records, then the rows by id. 2. What waits is cancelled. 3. All are emptied, attempts too."""
    with connection.cursor() as cursor:
        travar_pares(cursor, mensagens.order_by().values_list("contexto", "chave").distinct().iterator())
    linhas = mensagens.order_by("pk").select_for_update().values_list("pk", "chave")
    return sum(_esvaziar_estas(parte, troca) for parte in em_partes(linhas))


def _esvaziar_estas(linhas: list[tuple[int, str]], troca: Troca) -> int:
    Situacao = Mensagem.Situacao
    ids = [pk for pk, _ in linhas]
    achadas = Mensagem.objects.filter(pk__in=ids)
    esperam = (Situacao.PENDENTE, Situacao.ERRO)
    achadas.filter(situacao__in=esperam).update(situacao=Situacao.CANCELADA, terminada_em=timezone.now())
    achadas.update(conteudo=VAZIO, mensagem=TEXTO, retorno="", curl="")
    for chave in {chave for _, chave in linhas if chave in troca.codigos}:
        achadas.filter(chave=chave).update(chave=troca.codigos[chave])
    with sem_gatilho(Tentativa, "fila_tentativa_sem_update"):
        Tentativa.objects.filter(mensagem_id__in=ids).update(
            conteudo=None, payload=None, retorno="", curl="", mensagem=TEXTO
        )
    return len(ids)


def _tentativas(das: list[Mensagem]) -> dict[int, Linha]:
    juntas: dict[int, Linha] = {mensagem.pk: {"tentativas feitas": []} for mensagem in das}
    campos = ("iniciada_em", "resultado", "status_http", "mensagem", "payload", "retorno")
    for feita in Tentativa.objects.filter(mensagem_id__in=juntas).order_by("pk").values("mensagem_id", *campos):
        juntas[feita.pop("mensagem_id")]["tentativas feitas"].append(feita)
    return juntas


dispensar(
    {
        "filas.AcaoEmMassa": "Critérios de situação, contexto e causa; nenhum diz quem é a pessoa.",
        "filas.AtoDaFila": "Login de quem agiu e número da mensagem.",
        "filas.EstadoContexto": "De contextos, não de pessoas.",
    }
)
