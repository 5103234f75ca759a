"""Sending: a note goes only once the other side answered for every row of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from erp.provedores.erros import FalhaDoProvedor
from erp.rotinas.contexto import Contexto
from erp.sincronizacao.models import Conflito, VendaAEnviar
from erp.sincronizacao.vendas.entrega import SECOES, Pacote, entregar_linhas
from erp.sincronizacao.vendas.ligacao import TABELAS, ligar, notar_antigas
from erp.sincronizacao.vendas.pacotes import ler_linhas

ENTIDADE: Final = "vendas"
LINHAS: Final = 200  # of a package, of each kind: notes have their XML
NOTAS_POR_VEZ: Final = 100
RECUSADAS_POR_RODADA: Final = 500


class Remessa(NamedTuple):
    """Notes of one till and installation, and the rows that they name."""

    notas: list[VendaAEnviar]
    linhas: dict[int, list[int]]


def enviar_vendas(contexto: Contexto) -> None:
    """Send all that is noted, till by till; one whose packages are refused is told, and the others go on.

    Killed between the answer and the commit, the same rows go again, and the other side answers `existente`.
    """
    ligar()
    while notar_antigas():
        contexto.confirmar()
    _pedir_recusadas()
    for pk in _com_notas():
        ponto_venda = PontoVenda.objects.get(pk=pk)
        try:
            _do_ponto_venda(ponto_venda, contexto)
        except FalhaDoProvedor as falha:
            contexto.falhar(PontoVenda._meta.label_lower, str(ponto_venda.codigo), str(falha))
            if falha.status == 0:
                return  # nobody there: the other tills would only wait for the same


def _com_notas() -> list[int]:
    return sorted(VendaAEnviar.objects.values_list("ponto_venda_id", flat=True).distinct())


def _do_ponto_venda(ponto_venda: PontoVenda, contexto: Contexto) -> None:
    while remessa := _proxima(ponto_venda.pk):
        recusas: dict[str, dict[str, str]] = {}
        aceitas: list[str] = []
        for pacote in _pacotes(remessa):
            for tipo, secao, pk, resultado in entregar_linhas(ponto_venda.codigo, remessa.notas[0].instalacao, pacote):
                chave = f"{tipo}.{pk}"
                contexto.contar(f"{secao}: {resultado['resultado']}")
                if resultado["resultado"] in ("rejeitada", "divergente"):
                    recusas[chave] = _recusa(ponto_venda, resultado)
                else:
                    aceitas.append(chave)
        _encerrar(remessa, aceitas, recusas, contexto)


def _proxima(ponto_venda_id: int) -> Remessa | None:
    """The oldest notes of one installation, up to a good package."""
    notas = list(VendaAEnviar.objects.filter(ponto_venda_id=ponto_venda_id).order_by("pk")[:NOTAS_POR_VEZ])
    if not notas:
        return None
    instalacao: UUID = notas[0].instalacao
    escolhidas: list[VendaAEnviar] = []
    linhas: dict[int, dict[int, None]] = {tipo: {} for tipo, _ in SECOES}
    for nota in notas:
        if nota.instalacao != instalacao or max(map(len, linhas.values())) >= LINHAS:
            break
        escolhidas.append(nota)
        linhas[nota.tipo].update(dict.fromkeys(nota.linhas))
    return Remessa(escolhidas, {tipo: list(ids) for tipo, ids in linhas.items()})


def _pacotes(remessa: Remessa) -> Iterator[Pacote]:
    """The rows as they are now, in packages of LINHAS of each kind. Rows that left staging are not there to be sent."""
    maior = max(map(len, remessa.linhas.values()))
    for inicio in range(0, maior, LINHAS):
        turnos, operacoes, notas = (
            ler_linhas(tipo, remessa.linhas[tipo][inicio : inicio + LINHAS]) for tipo, _ in SECOES
        )
        if turnos or operacoes or notas:
            yield turnos, operacoes, notas


def _recusa(ponto_venda: PontoVenda, resultado: Mapping[str, Any]) -> dict[str, str]:
    """What of which till, and why."""
    qual = next((resultado[n] for n in ("id_operacao", "numero", "id_turno") if resultado.get(n) is not None), "")
    return {"ponto_venda": str(ponto_venda.codigo), "numero": str(qual)[:40], "motivo": _porque(resultado)}


def _porque(resultado: Mapping[str, Any]) -> str:
    if resultado["resultado"] == "divergente":
        return "O ERP tem outro conteúdo sob o mesmo número: alguém decide lá, na página das divergências."
    return f"{resultado.get('codigo', '')}: {resultado.get('mensagem', '')}"[:500].replace("\0", "")


def _encerrar(
    remessa: Remessa, aceitas: Sequence[str], recusas: Mapping[str, dict[str, str]], contexto: Contexto
) -> None:
    """The notes go, and what was refused stays to be seen, in one transaction. A note that came meanwhile is another."""
    with transaction.atomic():
        abertos = Conflito.objects.filter(entidade=ENTIDADE, situacao=Conflito.Situacao.ABERTO)
        abertos.filter(chave__in=aceitas).update(
            situacao=Conflito.Situacao.RESOLVIDO, resolvido_em=timezone.now(), resolucao="o ERP aceitou"
        )
        ja = {c.chave: c for c in abertos.select_for_update().filter(chave__in=list(recusas)).order_by("pk")}
        for chave, recusa in sorted(recusas.items()):
            conflito = ja.get(chave) or Conflito(entidade=ENTIDADE, chave=chave, tipo=Conflito.Tipo.RECUSADO)
            conflito.mensagem = recusa["motivo"]
            conflito.aqui = {"ponto_venda": recusa["ponto_venda"], "numero": recusa["numero"]}
            conflito.save()
        VendaAEnviar.objects.filter(pk__in=[nota.pk for nota in remessa.notas]).delete()
        contexto.confirmar()


@transaction.atomic
def _pedir_recusadas() -> None:
    """What the other side refused is offered again, once: a till registered, a divergence decided there."""
    abertos = Conflito.objects.filter(entidade=ENTIDADE, situacao=Conflito.Situacao.ABERTO).order_by("pk")
    por_tipo: dict[int, list[int]] = {tipo: [] for tipo, _ in SECOES}
    for chave in abertos.values_list("chave", flat=True)[:RECUSADAS_POR_RODADA]:
        qual, _, pk = chave.partition(".")
        por_tipo[int(qual)].append(int(pk))
    for _, modelo, tipo in TABELAS:
        linhas = modelo._default_manager.filter(pk__in=por_tipo[tipo]).order_by("pk")
        notas: dict[tuple[int, UUID], list[int]] = {}
        for linha in linhas.values_list("ponto_venda_id", "instalacao", "pk"):
            notas.setdefault(linha[:2], []).append(linha[2])
        VendaAEnviar.objects.bulk_create(
            VendaAEnviar(ponto_venda_id=dono, instalacao=instalacao, tipo=tipo, linhas=novas)
            for (dono, instalacao), ids in notas.items()
            if (novas := _sem_nota(VendaAEnviar(ponto_venda_id=dono, instalacao=instalacao, tipo=tipo, linhas=ids)))
        )


def _sem_nota(nota: VendaAEnviar) -> list[int]:
    """Of the rows of this note, those that no other waits to send: a till that takes nothing is not noted at each run."""
    esperam = VendaAEnviar.objects.filter(
        ponto_venda_id=nota.ponto_venda_id, instalacao=nota.instalacao, tipo=nota.tipo, linhas__overlap=nota.linhas
    )
    notadas = {pk for linhas in esperam.values_list("linhas", flat=True) for pk in linhas}
    return [pk for pk in nota.linhas if pk not in notadas]
