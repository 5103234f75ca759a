"""Send what was asked for and ask about what waits: claim and commit, call in threads, write.

A claim is a lease: `consultar_em` goes ahead and `falhas` counts the attempt, before anything leaves. Killed after a
call, the request is due again when the lease ends; what may have been sent is looked for before it is sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from traceback import extract_tb
from typing import Final, NamedTuple

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from erp.assinaturas.leituras import Lido, problema_do_arquivo
from erp.assinaturas.maquina import Passo
from erp.assinaturas.models import ArquivoAssinatura, Assinatura, EventoAssinatura
from erp.assinaturas.portas import Pedido, PortaDeAssinaturas, Remota, Signatario
from erp.assinaturas.portas import porta as porta_de
from erp.assinaturas.services.espera import devolver, falhar, seguir, travar
from erp.assinaturas.services.registro import Registrado, registrar
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor, FalhaPassageira, ProvedorPausado

log = structlog.get_logger(__name__)
LOTE: Final = 200
RESERVA: Final = timedelta(minutes=20)
SEM_RESPOSTA: Final = 10  # failures in a row: nobody is there
RECUSAS: Final = frozenset(
    {400, 413, 415, 422}
)  # what is said of the document itself: sending it again changes nothing
Cerca = Callable[[], None]
# What one answer may cause. A connection that broke, a lock that was waited for, a fence that was lost: not of these.
DEFEITOS: Final = (
    IntegrityError, DataError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, ObjectDoesNotExist,
)  # fmt: skip


class Feita(NamedTuple):
    """One request asked about: what came, or how it failed, and when it was asked. `arquivo` is a signed PDF, judged."""

    assinatura: Assinatura
    resposta: Remota | FalhaDoProvedor
    em: datetime
    arquivo: bytes | None = None
    falta: str = ""


class Resumo(NamedTuple):
    """What a batch came to."""

    consultadas: int = 0
    enviadas: int = 0
    mudaram: int = 0
    guardados: int = 0  # signed files
    falhas: tuple[Feita, ...] = ()
    devolvidas: int = 0  # paused, or it does not answer: nothing was asked, and this was no attempt


def pegar(
    porta: PortaDeAssinaturas, *, ate: datetime, limite: int = LOTE, ids: Iterable[int] | None = None
) -> list[Assinatura]:
    """Claim the requests due by `ate`, oldest first; what somebody else holds is left. Commits by itself.

    The last error is cleared: while it is empty, no answer came since the claim, and nobody may give the request up.
    """
    reserva = timezone.now() + RESERVA
    escolhidos = list(ids) if ids is not None else None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE assinaturas_assinatura SET consultar_em = %s, falhas = falhas + 1, erro = '' WHERE id IN (
                   SELECT id FROM assinaturas_assinatura WHERE provedor = %s AND consultar_em <= %s
                     AND (%s::bigint[] IS NULL OR id = ANY(%s)) ORDER BY consultar_em, id LIMIT %s FOR UPDATE SKIP LOCKED)
               RETURNING id""",
            [reserva, porta.nome, ate, escolhidos, escolhidos, limite],
        )
        pegas = [linha[0] for linha in cursor.fetchall()]
    assinaturas = list(Assinatura.objects.filter(pk__in=pegas).order_by("pk"))
    for assinatura in assinaturas:
        assinatura.consultar_em = reserva  # ours, whatever somebody wrote since
    return assinaturas


def perguntar(porta: PortaDeAssinaturas, assinaturas: Sequence[Assinatura]) -> list[Feita]:
    """Call the provider about each, `porta.simultaneas` at a time, outside any transaction.

    A provider that does not answer, or that does not let us in, is left alone, and nothing is asked when the lease is
    about to end: those not asked come back as in a pause.
    """
    folego, pedidos = _Folego(), pedidos_de(assinaturas)
    fila: SimpleQueue[Assinatura] = SimpleQueue()
    for assinatura in assinaturas:
        fila.put(assinatura)
    feitas: list[Feita] = []

    def esvaziar() -> None:
        try:
            while True:
                assinatura = fila.get_nowait()
                if folego.acabou():
                    parada = ProvedorPausado("INTERROMPIDO", "não se perguntou por ela")
                    feitas.append(Feita(assinatura, parada, timezone.now()))
                    continue
                feitas.append(_uma(porta, assinatura, pedidos))
                folego.anotar(feitas[-1].resposta)
        except Empty:
            return

    def em_linha() -> None:
        try:
            esvaziar()
        finally:
            connection.close()  # the client writes its counts by this thread's own

    linhas = min(porta.simultaneas, len(assinaturas))
    if linhas <= 1:
        esvaziar()
        return feitas
    with ThreadPoolExecutor(linhas) as turma:
        for pronta in [turma.submit(em_linha) for _ in range(linhas)]:
            pronta.result()
    return feitas


def gravar(feitas: Sequence[Feita], *, cerca: Cerca = lambda: None) -> Resumo:
    """Write what came: what says nothing new, in one statement; the others one by one, each in its transaction."""
    agora = timezone.now()
    pausadas = [f.assinatura for f in feitas if isinstance(f.resposta, ProvedorPausado)]
    falhas = [
        f for f in feitas if isinstance(f.resposta, FalhaDoProvedor) and not isinstance(f.resposta, ProvedorPausado)
    ]
    lidas = [f for f in feitas if isinstance(f.resposta, Remota)]
    iguais = [f.assinatura for f in lidas if _sem_novidade(f)]
    registrados = []
    for feita in [f for f in lidas if not _sem_novidade(f)] + [f for f in falhas if _recusada(f)]:
        try:
            with transaction.atomic():
                registrados.append((feita, _registrar(feita, agora)))
                cerca()
        except DEFEITOS as defeito:  # only this one stops
            falhas.append(feita._replace(resposta=_como_falha(defeito)))
            continue
        _desfazer(feita, registrados[-1][1])
    adiadas = [f for f in falhas if not _recusada(f)]
    with transaction.atomic():
        travar(a.pk for a in (*iguais, *(f.assinatura for f in adiadas), *pausadas))
        seguir(iguais, agora)
        for falha in adiadas:
            assert isinstance(falha.resposta, FalhaDoProvedor)
            falhar(falha.assinatura, falha.resposta, agora)
        devolver(pausadas, agora)
        cerca()
    enviadas = sum(not f.assinatura.id_provedor and isinstance(f.resposta, Remota) for f, _ in registrados)
    mudaram, guardados = sum(r.mudou for _, r in registrados), sum(r.guardou for _, r in registrados)
    return Resumo(len(lidas) - enviadas, enviadas, mudaram, guardados, tuple(falhas), len(pausadas))


def pedidos_de(assinaturas: Iterable[Assinatura]) -> dict[int, Pedido]:
    """What the provider is asked for, of those that it does not have yet, by their id."""
    novas = {a.pk: a for a in assinaturas if not a.id_provedor}
    arquivos = ArquivoAssinatura.objects.filter(assinatura__in=novas, tipo=ArquivoAssinatura.Tipo.ENVIADO)
    return {
        arquivo.assinatura_id: Pedido(
            (a := novas[arquivo.assinatura_id]).referencia, a.titulo, arquivo.bytes,
            tuple(Signatario(quem["nome"], quem["email"]) for quem in a.signatarios),
        )
        for arquivo in arquivos
    }  # fmt: skip


class _Folego:
    """How long a batch goes on. Threads share it; one failure counted more or less changes nothing."""

    def __init__(self) -> None:
        self._fim = time.monotonic() + RESERVA.total_seconds() / 2
        self._seguidas = 0

    def acabou(self) -> bool:
        return self._seguidas >= SEM_RESPOSTA or time.monotonic() >= self._fim

    def anotar(self, resposta: object) -> None:
        if isinstance(resposta, FalhaDefinitiva) and resposta.status in (401, 403):  # the others would hear the same
            self._seguidas = SEM_RESPOSTA
        calado = isinstance(resposta, FalhaPassageira) and resposta.codigo != "RESPOSTA_ILEGIVEL"
        self._seguidas = self._seguidas + 1 if calado else (self._seguidas if self.acabou() else 0)


def _uma(porta: PortaDeAssinaturas, assinatura: Assinatura, pedidos: Mapping[int, Pedido]) -> Feita:
    em = timezone.now()
    try:
        if assinatura.id_provedor:
            remota = porta.consultar(assinatura.id_provedor)
        else:
            remota = _enviar(porta, pedidos[assinatura.pk], procurar=assinatura.falhas > 1)
        if remota.passo != Passo.ASSINADA or assinatura.sha256_assinado:
            return Feita(assinatura, remota, em)
        return Feita(assinatura, remota, em, *_baixar(porta, assinatura, remota))
    except FalhaDoProvedor as erro:
        return Feita(assinatura, erro, em)
    except DEFEITOS as defeito:  # or it would throw away all that the others were answered
        return Feita(assinatura, _como_falha(defeito), em)


def _enviar(porta: PortaDeAssinaturas, pedido: Pedido, *, procurar: bool) -> Remota:
    """Hand over and ask, each once: on an attempt after the first, what is there already is looked for before."""
    achada = _procurar(porta, pedido.referencia) if procurar else None
    if achada is not None and achada.pedida:
        return achada
    if achada is not None:
        return porta.pedir(achada.id_provedor, pedido)
    entregue = porta.enviar(pedido)
    try:
        return porta.pedir(entregue, pedido)
    except ProvedorPausado as erro:  # the file is there: this was an attempt, and the next one looks for it
        raise FalhaPassageira(erro.codigo, erro.mensagem) from erro


def _procurar(porta: PortaDeAssinaturas, referencia: str) -> Remota | None:
    """What a search refuses says nothing of the document, which may be with who signs."""
    try:
        return porta.procurar(referencia)
    except FalhaDefinitiva as erro:
        if erro.status not in RECUSAS:
            raise
        raise FalhaPassageira(erro.codigo, erro.mensagem, status=erro.status) from erro


def _baixar(porta: PortaDeAssinaturas, assinatura: Assinatura, remota: Remota) -> tuple[bytes | None, str]:
    """The signed file, or why there is none yet: that it was signed is written down all the same."""
    try:
        arquivo = porta.baixar(remota.id_provedor)
    except FalhaDoProvedor as erro:
        return None, f"assinado, mas o arquivo não veio: {erro}"
    problema = problema_do_arquivo(arquivo, assinatura.sha256_enviado)
    return (None, f"assinado, mas {problema}") if problema else (arquivo, "")


def _sem_novidade(feita: Feita) -> bool:
    resposta, a = feita.resposta, feita.assinatura
    if not isinstance(resposta, Remota) or feita.arquivo is not None or feita.falta:
        return False
    return bool(a.id_provedor) and resposta.lida == a.lida


def _recusada(feita: Feita) -> bool:
    """The provider does not take the document: a person sends another one."""
    erro = feita.resposta
    return not feita.assinatura.id_provedor and isinstance(erro, FalhaDefinitiva) and erro.status in RECUSAS


def _registrar(feita: Feita, agora: datetime) -> Registrado:
    fonte, resposta = EventoAssinatura.Fonte.CONSULTA, feita.resposta
    if isinstance(resposta, FalhaDoProvedor):
        lido = Lido(
            f"recusada {feita.em.isoformat()}", Passo.ERRO, feita.em, fonte, texto=f"o provedor não aceitou: {resposta}"
        )
        return registrar(feita.assinatura.pk, [lido], agora=agora)
    em = resposta.em or feita.em
    texto = resposta.aviso or ("" if feita.assinatura.id_provedor else "o provedor recebeu o documento")
    lido = Lido(
        f"consulta {resposta.lida} {em.isoformat()}", resposta.passo, em, fonte, resposta.lida, texto=texto,
        bruto=resposta.bruto,
    )  # fmt: skip
    return registrar(
        feita.assinatura.pk, [lido], id_provedor=resposta.id_provedor, url=resposta.url, arquivo=feita.arquivo,
        falta=feita.falta, agora=agora,
    )  # fmt: skip


def _desfazer(feita: Feita, registrado: Registrado) -> None:
    """Cancelled here while it was being sent: so it is there too. Outside any transaction; the contradiction is shown."""
    if feita.assinatura.id_provedor or registrado.passo != Passo.CANCELADA or not isinstance(feita.resposta, Remota):
        return
    try:
        porta_de(feita.assinatura.provedor).cancelar(feita.resposta.id_provedor)
    except FalhaDoProvedor as erro:
        log.warning("assinaturas.nao_cancelada_la", assinatura=feita.assinatura.pk, codigo=erro.codigo)


def _como_falha(defeito: Exception) -> FalhaDefinitiva:
    """What a person is told. The defect's own text may hold personal data: only where it happened is logged."""
    passos = extract_tb(defeito.__traceback__)
    onde = f"{passos[-1].filename}:{passos[-1].lineno}" if passos else ""
    log.error("assinaturas.defeito", tipo=type(defeito).__name__, onde=onde)
    return FalhaDefinitiva("NAO_SE_GRAVOU", f"o que o provedor respondeu não se pôde gravar ({type(defeito).__name__})")
