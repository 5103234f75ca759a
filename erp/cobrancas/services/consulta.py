"""Ask providers about what waits: claim and commit, call in threads, write. Used by the routine and by people.

A claim is a lease: `consultar_em` goes ahead and `falhas` counts the attempt, before anything leaves. Killed after a
call, the charge is due again when the lease ends; a link that may have been made is looked for before it is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, NamedTuple

import structlog
from django.db import connection, transaction
from django.utils import timezone

from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.leituras import Lido
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, EventoCobranca
from erp.cobrancas.portas import Criada, Pedido, PortaDeCobrancas, Remota
from erp.cobrancas.portas import porta as porta_de
from erp.cobrancas.services.alarmes import alarmar
from erp.cobrancas.services.defeitos import DEFEITOS, como_falha
from erp.cobrancas.services.espera import devolver, falhar, seguir, travar
from erp.cobrancas.services.pagadores import carne_de
from erp.cobrancas.services.registro import Registrado, registrar
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor, FalhaPassageira, ProvedorPausado

log = structlog.get_logger(__name__)
LOTE: Final = 500
RESERVA: Final = timedelta(minutes=20)
SEM_RESPOSTA: Final = 10  # failures in a row: nobody is there
Cerca = Callable[[], None]


class Feita(NamedTuple):
    """One charge asked about: what came, or how it failed, and when it was asked (what is answered was so then)."""

    cobranca: Cobranca
    resposta: Criada | Remota | FalhaDoProvedor
    em: datetime


class Resumo(NamedTuple):
    """What a batch came to."""

    consultadas: int = 0
    enviadas: int = 0
    mudaram: int = 0
    registrados: tuple[Registrado, ...] = ()
    falhas: tuple[Feita, ...] = ()
    devolvidas: int = 0  # paused, or it does not answer: nothing was asked, and this was no attempt


def pegar(
    porta: PortaDeCobrancas, *, ate: datetime, limite: int = LOTE, ids: Iterable[int] | None = None
) -> list[Cobranca]:
    """Claim the charges due by `ate`, oldest first; what somebody else holds is left. Commits by itself.

    The last error is cleared: while it is empty, no answer came since the claim, and nobody may give the charge up.
    """
    reserva = timezone.now() + RESERVA
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE cobrancas_cobranca SET consultar_em = %s, falhas = falhas + 1, erro = '' WHERE id IN (
                   SELECT id FROM cobrancas_cobranca WHERE provedor = %s AND tipo = %s AND consultar_em <= %s
                     AND (%s::bigint[] IS NULL OR id = ANY(%s)) ORDER BY consultar_em, id LIMIT %s FOR UPDATE SKIP LOCKED)
               RETURNING id""",
            [
                reserva, porta.nome, porta.tipo, ate,
                *([list(ids)] * 2 if ids is not None else [None, None]), limite,
            ],
        )  # fmt: skip
        pegas = [linha[0] for linha in cursor.fetchall()]
    cobrancas = list(Cobranca.objects.filter(pk__in=pegas).order_by("pk"))
    for cobranca in cobrancas:
        cobranca.consultar_em = reserva  # ours, whatever somebody wrote since: by it `espera` knows what is still ours
    return cobrancas


def perguntar(porta: PortaDeCobrancas, cobrancas: Sequence[Cobranca]) -> list[Feita]:
    """Call the provider about each, `porta.simultaneas` at a time, outside any transaction.

    A provider that does not answer is left alone after a while, and nothing is asked when the lease is about to end:
    those not asked come back as in a pause.
    """
    folego = _Folego()

    def uma(cobranca: Cobranca) -> Feita:
        if folego.acabou():
            return Feita(cobranca, ProvedorPausado("INTERROMPIDO", "não se perguntou por ela"), timezone.now())
        feita = _uma(porta, cobranca)
        folego.anotar(feita.resposta)
        return feita

    if len(cobrancas) == 1 or porta.simultaneas == 1:
        return [uma(cobranca) for cobranca in cobrancas]
    fila: SimpleQueue[Cobranca] = SimpleQueue()
    for cobranca in cobrancas:
        fila.put(cobranca)
    feitas: list[Feita] = []
    erros: list[BaseException] = []

    def perguntar_sempre() -> None:
        try:
            while True:
                feitas.append(uma(fila.get_nowait()))
        except Empty:
            pass
        except BaseException as erro:  # a defect of ours: told by the thread that waits for this one
            erros.append(erro)
        finally:
            connection.close()  # the client writes its counts by this thread's own

    linhas = [Thread(target=perguntar_sempre, daemon=True) for _ in range(min(porta.simultaneas, len(cobrancas)))]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    if erros:
        raise erros[0]
    return feitas


def gravar(feitas: Sequence[Feita], *, cerca: Cerca = lambda: None) -> Resumo:
    """Write what came: what says nothing new, in one statement; the others one by one, each in its transaction."""
    agora = timezone.now()
    pausadas = [f.cobranca for f in feitas if isinstance(f.resposta, ProvedorPausado)]
    falhas = [
        f for f in feitas if isinstance(f.resposta, FalhaDoProvedor) and not isinstance(f.resposta, ProvedorPausado)
    ]
    iguais = [f.cobranca for f in feitas if _sem_novidade(f)]
    sem_novas = {
        *(cobranca.pk for cobranca in iguais),
        *(f.cobranca.pk for f in falhas),
        *(cobranca.pk for cobranca in pausadas),
    }
    novas = [f for f in feitas if f.cobranca.pk not in sem_novas]
    registrados, irmas = [], 0
    for feita in list(novas):
        try:
            irmas += _enviar_irmas(feita, agora, cerca)
            with transaction.atomic():
                registrados.append(_registrar(feita, agora))
                cerca()
            _desfazer(feita, registrados[-1])
        except DEFEITOS as defeito:  # only this one stops
            novas.remove(feita)
            falhas.append(feita._replace(resposta=como_falha(defeito)))
    with transaction.atomic():
        travar(cobranca.pk for cobranca in (*iguais, *(f.cobranca for f in falhas), *pausadas))
        seguir(iguais, agora)
        for falha in falhas:
            assert isinstance(falha.resposta, FalhaDoProvedor)
            falhar(falha.cobranca, falha.resposta, agora)
        devolver(pausadas, agora)
        cerca()
    enviadas = sum(isinstance(f.resposta, Criada) for f in novas)
    consultadas, mudaram = len(feitas) - enviadas - len(falhas) - len(pausadas), sum(r.mudou for r in registrados)
    return Resumo(consultadas, enviadas + irmas, mudaram, tuple(registrados), tuple(falhas), len(pausadas))


def pedido_de(cobranca: Cobranca) -> Pedido:
    """What the provider is asked for. Raises ErroDefinitivo when who pays a carnê is not in the register any more."""
    return Pedido(str(cobranca.uuid), cobranca.descricao, cobranca.valor, cobranca.vencimento, carne_de(cobranca))


class _Folego:
    """How long a batch goes on. Threads share it; one failure counted more or less changes nothing."""

    def __init__(self) -> None:
        self._fim = time.monotonic() + RESERVA.total_seconds() / 2
        self._seguidas = 0

    def acabou(self) -> bool:
        return self._seguidas >= SEM_RESPOSTA or time.monotonic() >= self._fim

    def anotar(self, resposta: object) -> None:
        calado = isinstance(resposta, FalhaPassageira) and resposta.codigo != "RESPOSTA_ILEGIVEL"
        self._seguidas = self._seguidas + 1 if calado else 0


def _sem_novidade(feita: Feita) -> bool:
    resposta = feita.resposta
    return isinstance(resposta, Remota) and resposta.lida == feita.cobranca.lida and not resposta.volte_logo


def _uma(porta: PortaDeCobrancas, cobranca: Cobranca) -> Feita:
    em = timezone.now()
    try:
        if cobranca.id_provedor:
            return Feita(cobranca, porta.consultar(cobranca.id_provedor), em)
        pedido = pedido_de(cobranca)
        feita_antes = porta.procurar(pedido) if cobranca.falhas > 1 else None
        return Feita(cobranca, _por_ler(feita_antes) if feita_antes else porta.criar(pedido), em)
    except FalhaDoProvedor as erro:
        return Feita(cobranca, erro, em)
    except ErroDefinitivo as erro:  # the register changed since it was asked for
        return Feita(cobranca, FalhaDefinitiva(erro.codigo, str(erro)), em)
    except DEFEITOS as defeito:  # or it would throw away all that the others were answered
        return Feita(cobranca, como_falha(defeito), em)


def _por_ler(achada: Criada) -> Criada:
    """What was made before may have been paid since: its state is not taken as read, so that the next query has news."""
    return achada._replace(lida="", irmas=tuple(irma._replace(lida="") for irma in achada.irmas))


def _registrar(feita: Feita, agora: datetime) -> Registrado:
    cobranca, resposta, pedida_em = feita
    fonte = EventoCobranca.Fonte.CONSULTA
    if isinstance(resposta, Criada):
        return _enviada(cobranca.pk, resposta, pedida_em, agora)
    assert isinstance(resposta, Remota)  # failures are written elsewhere
    em = resposta.em or pedida_em
    lido = Lido(
        f"consulta {resposta.lida} {em.isoformat()}", resposta.passo, em, fonte, resposta.lida, bruto=resposta.bruto,
        texto=resposta.aviso, pagos=resposta.pagos, devolvidos=resposta.devolvidos, volte_logo=resposta.volte_logo,
    )  # fmt: skip
    feito = registrar(cobranca.pk, [lido], agora=agora)
    if resposta.aviso:
        alarmar(cobranca, AlarmeCobranca.Tipo.CONTRADICAO, resposta.aviso, agora=agora)
    return feito


def _enviada(cobranca_id: int, criada: Criada, pedida_em: datetime, agora: datetime) -> Registrado:
    Cobranca.objects.filter(pk=cobranca_id, id_provedor="").update(
        id_provedor=criada.id_provedor, url=criada.url, copia_e_cola=criada.copia_e_cola, id_grupo=criada.grupo
    )
    enviada = Lido(
        f"enviada {criada.id_provedor}", Passo.ENVIADA, pedida_em, EventoCobranca.Fonte.CONSULTA, criada.lida,
        bruto=criada.bruto, texto="o provedor fez a cobrança",
    )  # fmt: skip
    feito = registrar(cobranca_id, [enviada], agora=agora)
    if feito.passo == Passo.CANCELADA:
        texto = "o provedor a fez depois de cancelada aqui; pedimos que a cancele: confira lá"
        alarmar(Cobranca(pk=cobranca_id), AlarmeCobranca.Tipo.CONTRADICAO, texto, agora=agora)
    return feito


def _desfazer(feita: Feita, registrado: Registrado) -> None:
    """Cancelled here while it was being made: so it is there too. Outside any transaction; if it fails, the alarm stays."""
    criada, cobranca = feita.resposta, feita.cobranca
    if not isinstance(criada, Criada) or registrado.passo != Passo.CANCELADA:
        return
    try:
        for uma in (criada, *criada.irmas):
            porta_de(cobranca.provedor, cobranca.tipo).cancelar(uma.id_provedor, uma.grupo, uma.parcela)
    except FalhaDoProvedor as erro:
        log.warning("cobrancas.nao_cancelada_la", cobranca=cobranca.pk, codigo=erro.codigo)


def _enviar_irmas(feita: Feita, agora: datetime, cerca: Cerca) -> int:
    """The other parcels of a carnê, one by one, before the first: until it has its number, all of them come again."""
    if not isinstance(feita.resposta, Criada) or not feita.resposta.irmas:
        return 0
    grupo = Cobranca.objects.filter(provedor=feita.cobranca.provedor, grupo=feita.cobranca.grupo)
    por_parcela = dict(grupo.values_list("parcela", "pk"))
    for irma in feita.resposta.irmas:
        if irma.parcela in por_parcela:
            with transaction.atomic():
                _enviada(por_parcela[irma.parcela], irma, feita.em, agora)
                cerca()
    return len(feita.resposta.irmas)
