"""The daily letter to each member of staff with what waits for that person: one a day, and none when nothing waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from erp.acesso.models import Aprovacao
from erp.contatos.registro import Fonte, Modelo, Tarefa, tarefas
from erp.contatos.valores import Aviso
from erp.rotinas.models import Execucao
from filas.models import Mensagem

log = structlog.get_logger(__name__)

NOME: Final = "pendencias"
TETO: Final = 1_000  # counted of each; past that "mais de" says enough


def ler(dia: date) -> Iterator[Aviso]:
    """What waits today, so it is asked for today only: yesterday's letter would tell of yesterday."""
    if dia != timezone.localdate():
        return
    for pessoa in equipe_com_email():
        linhas = list(_linhas(pessoa))
        if linhas:
            yield Aviso(
                fato=f"{NOME}:{dia:%Y-%m-%d}:{pessoa.pk}",
                modelo=MODELO.codigo,
                endereco=pessoa.email,
                dados={
                    "nome": pessoa.get_full_name() or pessoa.get_username(),
                    "quantas": "1 pendência" if len(linhas) == 1 else f"{len(linhas)} pendências",
                    "lista": "\n".join(f"- {linha.texto}\n  {_url(linha.caminho)}" for linha in linhas),
                },
                valido_ate=timezone.make_aware(datetime.combine(dia, time.max)),
            )


def equipe_com_email() -> Iterable[User]:
    return User.objects.filter(is_active=True, is_staff=True).exclude(email="").order_by("pk")


def _linhas(pessoa: User) -> Iterator[Tarefa]:
    for nome, contar in tarefas():
        try:
            yield from contar(pessoa)
        except Exception as defeito:  # what one subject cannot say must not keep the others from being said
            log.error("contatos.tarefas_falharam", tarefas=nome, tipo=type(defeito).__name__)


def aprovacoes(pessoa: User) -> Iterator[Tarefa]:
    """Requests of others that this person may decide."""
    if not pessoa.has_perm("acesso.decidir_aprovacao"):
        return
    abertas = Aprovacao.objects.filter(situacao=Aprovacao.Situacao.PENDENTE, expira_em__gt=timezone.now())
    pedidos = abertas.exclude(solicitada_por=pessoa).values_list("permissao", flat=True)[: TETO + 1]
    quantas = sum(not permissao or pessoa.has_perm(permissao) for permissao in pedidos)
    if quantas:
        espera = "aprovação espera" if quantas == 1 else "aprovações esperam"
        yield Tarefa(f"{numero(quantas)} {espera} a sua decisão", "/admin/acesso/aprovacao/")


def erros_da_fila(pessoa: User) -> Iterator[Tarefa]:
    """Messages to other systems that stopped."""
    if not pessoa.has_perm("filas.reprocessar_mensagem"):
        return
    quantas = Mensagem.objects.filter(situacao=Mensagem.Situacao.ERRO).order_by()[: TETO + 1].count()
    if quantas:
        parou = "mensagem parou" if quantas == 1 else "mensagens pararam"
        yield Tarefa(f"{numero(quantas)} {parou} na fila de integrações", "/admin/filas/mensagem/?situacao=4")


def execucoes(pessoa: User) -> Iterator[Tarefa]:
    """Routines that wait for an approval, and those that went wrong since yesterday."""
    if not pessoa.has_perm("rotinas.view_execucao"):
        return
    situacao = Execucao.Situacao
    esperam = Execucao.objects.filter(situacao=situacao.AGUARDA_APROVACAO).order_by()[: TETO + 1].count()
    if esperam:
        espera = "execução de rotina aguarda" if esperam == 1 else "execuções de rotinas aguardam"
        yield Tarefa(f"{numero(esperam)} {espera} aprovação", "/admin/rotinas/execucao/")
    ontem = timezone.now() - timedelta(days=1)
    ruins = Execucao.objects.filter(situacao__in=[situacao.ERRO, situacao.INTERROMPIDA], criada_em__gte=ontem)
    if falharam := ruins.order_by()[: TETO + 1].count():
        falhou = "execução de rotina falhou" if falharam == 1 else "execuções de rotinas falharam"
        yield Tarefa(f"{numero(falharam)} {falhou} desde ontem", "/admin/rotinas/execucao/")


def numero(quantas: int) -> str:
    return f"mais de {TETO:,}".replace(",", ".") if quantas > TETO else f"{quantas:,}".replace(",", ".")


def _url(caminho: str) -> str:
    return f"{settings.RETAGUARDA_URL.rstrip('/')}{caminho}"


def continuam(fatos: Sequence[str]) -> set[str]:
    """A letter that did not go on its day is of no use on another."""
    hoje = f"{NOME}:{timezone.localdate():%Y-%m-%d}:"
    return {fato for fato in fatos if fato.startswith(hoje)}


MODELO: Final = Modelo(
    codigo="pendencias",
    titulo="Pendências do dia, para a equipe",
    descricao="Uma por pessoa e por dia, de manhã, só quando há algo à espera dela: aprovações, operações paradas, "
    "execuções, mensagens que não foram.",
    campos={"quantas": "quantas são", "lista": "uma por linha, com o endereço da página"},
    exemplo={
        "nome": "Ana Souza", "quantas": "2 pendências",
        "lista": "- 3 aprovações esperam a sua decisão\n  https://retaguarda.exemplo.com.br/admin/acesso/aprovacao/\n"
        "- 12 operações do PDV estão com erro\n  https://retaguarda.exemplo.com.br/admin/replicacao/operacaopdv/",
    },
    assunto="{{quantas}} à sua espera",
    corpo="Bom dia, {{primeiro_nome}}.\n\nO que espera por você hoje:\n\n{{lista}}",
    so_email=True,
)  # fmt: skip

FONTE: Final = Fonte(NOME, "Pendências da equipe", ler, continuam)
