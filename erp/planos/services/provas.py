"""Notices asked of `erp.contatos`, and what it delivered turned into proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from auditoria.services import Ator
from erp.contatos.selectors import conhecidos, entregas
from erp.contatos.services import avisar
from erp.contatos.valores import Aviso, Entrega
from erp.financeiro.baixas import formatar
from erp.planos.mensagens import AVISO_CANCELAMENTO, SUSPENSO
from erp.planos.models import AvisoContratacao, Contratacao
from erp.planos.rules import Prazo
from erp.planos.selectors.avisos import FONTE, PREFIXO, fato_do_aviso
from erp.planos.selectors.debitos import Debito

CONTATOS = Ator("sistema", "contatos")
_FINALIDADES = frozenset(AvisoContratacao.Finalidade.values)


def pedir_avisos(debitos: Iterable[tuple[Debito, Prazo]]) -> int:
    """Ask for the notice that is due of each debt; one asked already is not asked again. Returns how many are new."""
    return avisar([_aviso(debito, prazo) for debito, prazo in debitos], fonte=FONTE).novos


def ja_pedidos(debitos: Sequence[Debito], estados: Mapping[int, Prazo]) -> set[int]:
    """The contracts whose notice that is due was asked before: it waits to be delivered, or could not go."""
    fatos = {
        fato_do_aviso(d, proximo): d.contratacao_id for d in debitos if (proximo := estados[d.contratacao_id].proximo)
    }
    return {fatos[fato] for fato in conhecidos(fatos)}


def contar_suspensao(debitos: Iterable[Debito], dia: date) -> int:
    """Tell who was suspended on `dia`."""
    return avisar([_suspenso(debito, dia) for debito in debitos], fonte=FONTE).novos


def colher(debitos: Sequence[Debito]) -> int:
    """Take in the deliveries of the notices asked for these debts, so that the routine judges by what is known now."""
    fatos = [fato_do_aviso(d, numero) for d in debitos for numero in range(1, d.avisos_exigidos + 1)]
    return gravar_provas(list(entregas(fatos).values()))


def gravar_provas(provas: Sequence[Entrega]) -> int:
    """A delivery of a contract's notice is its proof, once. Called by contatos at each delivery. Returns how many are new."""
    linhas = [linha for prova in provas if (linha := _linha(prova))]
    conhecidos = set(
        Contratacao.objects.filter(pk__in={linha.contratacao_id for linha in linhas}).values_list("pk", flat=True)
    )
    linhas = [linha for linha in linhas if linha.contratacao_id in conhecidos]
    with transaction.atomic():
        ja = set(
            AvisoContratacao.objects.filter(fato__in=[linha.fato for linha in linhas]).values_list("fato", flat=True)
        )
        novas = [linha for linha in linhas if linha.fato not in ja]
        AvisoContratacao.objects.bulk_create(novas, batch_size=1000, ignore_conflicts=True)
    return len(novas)


def ouvir(provas: Sequence[Entrega]) -> None:
    """What `erp.contatos` calls, in its own transaction."""
    gravar_provas(provas)


def _linha(prova: Entrega) -> AvisoContratacao | None:
    """`contratacao:<id>:<finalidade>:…`; None for a fact that is not one of ours."""
    partes = prova.fato.split(":")
    if len(partes) < 4 or not partes[1].isdecimal() or partes[2] not in _FINALIDADES:
        return None
    return AvisoContratacao(
        contratacao_id=int(partes[1]),
        finalidade=partes[2],
        fato=prova.fato,
        enviado_em=prova.em,
        canal=prova.canal,
        referencia=f"mensagem {prova.comunicado_id}, {prova.token}",
        registrado_por=str(CONTATOS),
        registrado_em=timezone.now(),
    )


def _aviso(debito: Debito, prazo: Prazo) -> Aviso:
    return Aviso(
        fato=fato_do_aviso(debito, prazo.proximo),
        modelo=AVISO_CANCELAMENTO.codigo,
        codigo_cliente=debito.titular_id,
        dados={
            **_dados(debito),
            "aviso": str(prazo.proximo),
            "avisos": str(prazo.exigidos),
            "prazo": str(debito.dias_entre_avisos),
        },
    )


def _suspenso(debito: Debito, dia: date) -> Aviso:
    return Aviso(
        fato=f"{PREFIXO}{debito.contratacao_id}:{AvisoContratacao.Finalidade.SUSPENSAO}:{debito.titulo_id}:{dia:%Y%m%d}",
        modelo=SUSPENSO.codigo,
        codigo_cliente=debito.titular_id,
        dados={**_dados(debito), "dia": f"{dia:%d/%m/%Y}"},
    )


def _dados(debito: Debito) -> dict[str, str]:
    return {
        "contrato": str(debito.numero),
        "parcelas": str(debito.parcelas),
        "vencido": f"R$ {formatar(debito.vencido)}",
        "desde": f"{debito.mais_antigo:%d/%m/%Y}",
    }
