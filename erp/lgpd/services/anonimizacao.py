"""Forgetting a person: all of it or nothing, once, with a receipt.

1. Hold the person (advisory, by the digest), then what each app holds its own by. Two at once: the second finds it done.
2. Read anew who the person is, and what forbids it; anything does: nothing changes.
3. Each source changes what it may, in the order of the locks; what a law wants kept is counted and named.
4. The keys are destroyed: what the trail holds encrypted is read no more, and the chain still verifies.
5. The receipt and its event, which say nothing of who it was. Commit. Killed before it, nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from auditoria.pessoas.cifra import destruir
from auditoria.rules import mascarar_texto
from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.lgpd.fontes import Bloqueio, Fonte, Troca, fontes, na_ordem, novos_codigos, travas
from erp.lgpd.models import Anonimizacao
from erp.lgpd.pessoa import Pessoa, procurar
from erp.lgpd.trocas import registrar_linhas

ESPERA: Final = "5s"
_CLASSE: Final = 0x4C475044  # "LGPD"


class Parte(NamedTuple):
    """One place: how many rows, and what is done to them, or by which law they stay."""

    nome: str
    titulo: str
    linhas: int
    texto: str


class Previa(NamedTuple):
    mudam: list[Parte]
    ficam: list[Parte]
    bloqueios: list[Bloqueio]

    @property
    def pode(self) -> bool:
        return not self.bloqueios


class Impedida(ErroDefinitivo):
    """Something forbids it now: which, and the way out."""

    def __init__(self, bloqueios: list[Bloqueio]) -> None:
        self.bloqueios = bloqueios
        super().__init__(
            "ANONIMIZACAO_IMPEDIDA",
            " ".join(b.texto for b in bloqueios),
            " ".join(dict.fromkeys(b.saida for b in bloqueios)),
        )


def prever(pessoa: Pessoa) -> Previa:
    """What anonymising would change, what would stay and why, and what forbids it. Writes nothing."""
    mudam = [Parte(f.nome, f.titulo, n, f.o_que) for f in fontes() if (n := f.a_mudar(pessoa))]
    return Previa(mudam, _ficam(pessoa), _bloqueios(pessoa))


@sensivel("lgpd.pessoa_anonimizada", "lgpd.linhas_anonimizadas")
def anonimizar(texto: str, *, ator: Ator, motivo: str, junto: Callable[[], None] = lambda: None) -> Anonimizacao:
    """Forget who has this document (or customer's code); the receipt. `junto` runs in the transaction (a form spent).

    A second time, with nothing left to change, gives the first receipt. Raises `Impedida`, and `ErroDefinitivo` when
    somebody holds a row for too long: then nothing changed.
    """
    try:
        with transaction.atomic():
            junto()
            return _anonimizar(texto, ator, motivo)
    except OperationalError as erro:
        if "lock" not in str(erro) and "deadlock" not in str(erro):
            raise
        raise ErroDefinitivo(
            "PESSOA_EM_USO",
            "Alguém está usando os dados desta pessoa agora. Nada mudou.",
            "Tente de novo em um minuto.",
        ) from None


def _anonimizar(texto: str, ator: Ator, motivo: str) -> Anonimizacao:
    pessoa = _travada(procurar(texto))
    if bloqueios := _bloqueios(pessoa):
        raise Impedida(bloqueios)
    ficam = _ficam(pessoa)
    troca = Troca(pessoa, novos_codigos(pessoa), ator)
    mudaram = [parte for fonte in na_ordem() if (parte := _mudar(fonte, troca)) is not None]
    chaves = destruir(pessoa.nome_da_chave)
    anterior = Anonimizacao.objects.filter(indice__in=pessoa.indices()).order_by("-pk").first()
    if anterior is not None and not mudaram and not chaves:
        return anterior
    recibo = Anonimizacao.objects.create(
        indice=pessoa.indices()[0], feita_em=timezone.now(), feita_por=str(ator), motivo=mascarar_texto(motivo)[:500],
        mudou=_em_json(mudaram), ficou=_em_json(ficam), chaves=chaves,
    )  # fmt: skip
    registrar(
        acao="lgpd.pessoa_anonimizada", ator=ator, objeto="lgpd.Anonimizacao", objeto_id=str(recibo.pk), motivo=motivo,
        depois={
            "recibo": recibo.numero, "mudou": {p.nome: p.linhas for p in mudaram},
            "ficou": {p.nome: p.linhas for p in ficam}, "chaves_destruidas": chaves,
        },
    )  # fmt: skip
    return recibo


def _travada(pessoa: Pessoa) -> Pessoa:
    """Nobody else anonymises the person nor writes it into the register; who it is, read again under the locks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [ESPERA])
        numero = int.from_bytes(pessoa.indices()[0][:4], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CLASSE, numero])
    for travar in travas():
        travar(pessoa)
    return procurar(pessoa.documento or pessoa.codigos[0])


def _mudar(fonte: Fonte, troca: Troca) -> Parte | None:
    quantas = fonte.anonimizar(troca) if fonte.anonimizar else 0
    if not quantas:
        return None
    registrar_linhas(fonte.consulta(troca.pessoa).model, quantas, troca)
    return Parte(fonte.nome, fonte.titulo, quantas, fonte.o_que)


def _ficam(pessoa: Pessoa) -> list[Parte]:
    return [Parte(f.nome, f.titulo, n, f.base) for f in fontes() if (n := f.a_ficar(pessoa))]


def _bloqueios(pessoa: Pessoa) -> list[Bloqueio]:
    return [bloqueio for fonte in fontes() for bloqueio in fonte.bloqueios(pessoa)]


def _em_json(partes: list[Parte]) -> list[dict[str, object]]:
    return [{"fonte": p.nome, "titulo": p.titulo, "linhas": p.linhas, "texto": p.texto} for p in partes]
