"""Keep the list of what does not agree. Each step is one transaction, alone under one lock: killed, it is done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ato, ator_usuario, registrar_varios
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.models import JanelaPix, PixRecebido
from erp.rotinas.services.pedidos import solicitar_execucao
from filas.faixas import extremos, primeiro_id_desde
from pdv.conciliacao.fontes import CONFIRMADO, ESCREVENDO, FONTES, LOTE, REVER, VENCIDOS, Fonte, cortar
from pdv.conciliacao.models import ABERTO, DISPENSADO, Achado, Marca
from pdv.conciliacao.regras.abertas import DESFEITOS, LINHAS, NAO_LANCADAS, PENDENCIAS
from pdv.conciliacao.regras.cobrancas import COBRANCAS
from pdv.conciliacao.regras.comum import (
    COLUNAS,
    FOLGA_DA_LINHA,
    FOLGA_DO_CARTAO,
    FOLGA_DO_PIX,
    JANELA,
    Familia,
    Parametros,
)
from pdv.conciliacao.regras.recebiveis import CARTOES, PIXES
from pdv.conciliacao.regras.vendas import VENDAS
from pdv.conciliacao.tipos import PAR_DE

Cerca = Callable[[], None]
CAMINHO: Final = "Conciliacao/Conferir"
GUARDADOS: Final = timedelta(days=180)
DISPENSADOS_POR_VEZ: Final = 1_000
VARRIDAS: Final = 10_000  # sales of the window looked at again in a run, whatever happened to them
_POR_ALVO: Final = (VENDAS, CARTOES, PIXES, COBRANCAS)
_INTEIRAS: Final = (PENDENCIAS, NAO_LANCADAS, DESFEITOS, LINHAS)
_LISTA: Final = ", ".join(COLUNAS)
_CONFERIDAS: Final = tuple(c for c in COLUNAS if c not in ("tipo", "alvo"))
_GRAVAR: Final = """
WITH atuais AS MATERIALIZED ({regra}),
gravados AS (
    INSERT INTO conciliacao_achado AS a ({lista}, par, visto_em)
    SELECT DISTINCT ON (tipo, alvo) {lista}, p.par, %(agora)s FROM atuais
    JOIN unnest(%(tipos)s::text[], %(pares)s::text[]) AS p(qual, par) ON p.qual = atuais.tipo ORDER BY tipo, alvo
    ON CONFLICT (tipo, alvo) DO UPDATE SET {mudar}, resolvido_em = NULL, dispensado_em = NULL,
        visto_em = CASE WHEN a.resolvido_em IS NULL THEN a.visto_em ELSE excluded.visto_em END
    WHERE a.resolvido_em IS NOT NULL OR ({velhas}) IS DISTINCT FROM ({novas})
    RETURNING a.visto_em = %(agora)s AS novo
), resolvidos AS (
    UPDATE conciliacao_achado a SET resolvido_em = %(agora)s
    WHERE a.resolvido_em IS NULL AND a.tipo = ANY(%(tipos)s) {escopo}
      AND NOT EXISTS (SELECT 1 FROM atuais t WHERE t.tipo = a.tipo AND t.alvo = a.alvo) RETURNING 1
)
SELECT (SELECT count(*) FROM gravados WHERE novo), (SELECT count(*) FROM resolvidos)
"""


class Resumo(NamedTuple):
    """What came of it; `ha_mais`: the time was over first, and the next run goes on from there."""

    novos: int
    resolvidos: int
    ha_mais: bool


def conferir(*, segundos: float = 60.0, cerca: Cerca = lambda: None, agora: datetime | None = None) -> Resumo:
    """Bring the list up to date with everything that happened since the last time.

    1. The small sets, whole. 2. What each source has that is new, in lots. 3. The days on which cards fell due.
    4. What is open, in turn; and some of the sales of the window, in turn, for what changed without leaving a row.
    Each lot moves its mark in its own transaction; two at once go one after the other, and the second finds it done.
    """
    agora = agora or timezone.now()
    fim = time.monotonic() + segundos
    dados = _parametros(agora)
    novos = resolvidos = 0
    passos = _passos(dados)
    for passo in passos:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('pdv.conciliacao', 0))")
            a_mais, a_menos = passo(cursor)
            cerca()
        novos, resolvidos = novos + a_mais, resolvidos + a_menos
        if time.monotonic() >= fim:
            return Resumo(novos, resolvidos, next(passos, None) is not None)
    return Resumo(novos, resolvidos, False)


def pedir(*, usuario: User) -> None:
    """Ask for a run as soon as a worker is free. `ErroDefinitivo` ROTINA_JA_PEDIDA when one waits already."""
    solicitar_execucao(caminho=CAMINHO, por=usuario, motivo="pedida na página da conciliação")


@sensivel("conciliacao.exportada")
@transaction.atomic
def registrar_exportacao(*, usuario: User, filtros: str) -> None:
    """Who took the list away, and what of it."""
    auditar(
        acao="conciliacao.exportada",
        ator=ator_usuario(usuario),
        objeto="conciliacao.Achado",
        depois={"filtros": filtros},
    )


@sensivel("conciliacao.dispensada")
@transaction.atomic
def dispensar(*, achados: QuerySet[Achado], usuario: User, motivo: str) -> int:
    """Take out of the list what a person knows to be right as it is, or settled elsewhere; returns how many.

    What changes of it afterwards brings it back (`gravar`). What is resolved, or dismissed already, is left alone.
    """
    feitos = _marcar(achados.filter(ABERTO), timezone.now(), ator_usuario(usuario).identificador, motivo)
    return _auditar_varios("conciliacao.dispensada", feitos, usuario, motivo)


@sensivel("conciliacao.reaberta")
@transaction.atomic
def reabrir(*, achados: QuerySet[Achado], usuario: User, motivo: str) -> int:
    """Put back in the list what was dismissed; returns how many."""
    feitos = _marcar(achados.filter(DISPENSADO), None, "", "")
    return _auditar_varios("conciliacao.reaberta", feitos, usuario, motivo)


def _marcar(achados: QuerySet[Achado], em: datetime | None, por: str, motivo: str) -> list[Achado]:
    presos = list(achados.select_for_update(of=("self",)).order_by("pk")[: DISPENSADOS_POR_VEZ + 1])
    if len(presos) > DISPENSADOS_POR_VEZ:
        raise ErroDefinitivo(
            "MUITAS_LINHAS", f"São mais de {DISPENSADOS_POR_VEZ} linhas.", "Escolha menos de cada vez."
        )
    ids = [achado.pk for achado in presos]
    Achado.objects.filter(pk__in=ids).update(dispensado_em=em, dispensado_por=por, motivo=motivo)
    return presos


def _auditar_varios(acao: str, achados: Sequence[Achado], usuario: User, motivo: str) -> int:
    atos = (
        Ato(acao, str(a.pk), depois={"tipo": a.tipo, "alvo": a.alvo, "valor": a.valor}, motivo=motivo) for a in achados
    )
    return registrar_varios(atos, ator=ator_usuario(usuario), objeto="conciliacao.Achado")


Passo = Callable[[Any], tuple[int, int]]


def _passos(dados: Parametros) -> Iterator[Passo]:
    for familia in _INTEIRAS:
        yield lambda cursor, f=familia: gravar(cursor, f, dados)  # type: ignore[misc]  # bound now
    for fonte in FONTES:
        ha_mais = [True]
        while ha_mais[0]:
            yield lambda cursor, f=fonte, h=ha_mais: _ler(cursor, f, dados, h)  # type: ignore[misc]  # bound now
    ha_mais = [True]
    while ha_mais[0]:
        yield lambda cursor, h=ha_mais: _vencidos(cursor, dados, h)  # type: ignore[misc]  # bound now
    for familia in _POR_ALVO:
        yield lambda cursor, f=familia: _rever(cursor, f, dados)  # type: ignore[misc]  # bound now
    for _ in range(VARRIDAS // LOTE):
        yield lambda cursor: _varrer(cursor, dados)
    yield lambda cursor: _limpar(cursor, dados)


def gravar(cursor: Any, familia: Familia, dados: Parametros, ids: Sequence[int] = ()) -> tuple[int, int]:
    """Compute a family (of the subjects `ids`, where it goes by subject) and bring its rows up to date: new, resolved."""
    if familia.por_alvo and not ids:
        return 0, 0
    sql = _GRAVAR.format(
        regra=familia.sql, lista=_LISTA, mudar=", ".join(f"{c} = excluded.{c}" for c in _CONFERIDAS),
        velhas=", ".join(f"a.{c}" for c in _CONFERIDAS), novas=", ".join(f"excluded.{c}" for c in _CONFERIDAS),
        escopo="AND a.alvo = ANY(%(ids)s)" if familia.por_alvo else "",
    )  # fmt: skip
    tipos = [t.value for t in familia.tipos]
    cursor.execute(sql, {**dados, "ids": list(ids), "tipos": tipos, "pares": [PAR_DE[t].value for t in familia.tipos]})
    novos, resolvidos = cursor.fetchone()
    return int(novos), int(resolvidos)


def _ler(cursor: Any, fonte: Fonte, dados: Parametros, ha_mais: list[bool]) -> tuple[int, int]:
    marca = _marca(fonte.nome)
    if marca is None:
        marca = Marca.objects.create(nome=fonte.nome, valor=_inicio(fonte, dados["agora"]))
    cursor.execute(ESCREVENDO)  # before the rows are read
    (escrevendo,) = cursor.fetchone()
    ate: datetime = min(dados["agora"], escrevendo or dados["agora"]) - CONFIRMADO
    if fonte.espera != "confirmado":
        ate = min(ate, dados[fonte.espera])  # type: ignore[literal-required]  # a name of it
    cursor.execute(fonte.sql, {**dados, "desde": marca.valor})
    linhas = cursor.fetchall()
    ultimo, alvos = cortar(linhas, ate)
    ha_mais[0] = bool(linhas) and ultimo == linhas[-1][0] and len(linhas) >= LOTE
    if ultimo is None:
        return 0, 0
    feito = gravar(cursor, fonte.familia, dados, alvos)
    _mover(marca, ultimo)
    return feito


def _vencidos(cursor: Any, dados: Parametros, ha_mais: list[bool]) -> tuple[int, int]:
    """The receivables of cards of the next day that nobody looked at yet."""
    limite = dados["cartao_ate"].toordinal()
    marca = _marca("vencidos") or Marca.objects.create(nome="vencidos", valor=limite - JANELA.days)
    ha_mais[0] = marca.valor + 1 < limite
    if marca.valor >= limite:
        return 0, 0
    cursor.execute(VENCIDOS, {"dia": date.fromordinal(marca.valor + 1)})
    feito = gravar(cursor, CARTOES, dados, [linha[0] for linha in cursor.fetchall()])
    _mover(marca, marca.valor + 1)
    return feito


def _rever(cursor: Any, familia: Familia, dados: Parametros) -> tuple[int, int]:
    """Open rows in turn, `LOTE` in a run: what agrees now by a way that no source tells."""
    nome = f"rever_{familia.nome}"
    marca = _marca(nome) or Marca.objects.create(nome=nome)
    tipos = [t.value for t in familia.tipos]
    cursor.execute(REVER, {"desde": marca.valor, "tipos": tipos, "limite": LOTE})
    linhas = cursor.fetchall()
    _mover(marca, linhas[-1][0] if len(linhas) == LOTE else 0)
    return gravar(cursor, familia, dados, sorted({alvo for _, alvo in linhas}))


def _varrer(cursor: Any, dados: Parametros) -> tuple[int, int]:
    """Sales of the window in turn, whether or not anything is known to have happened to them."""
    fonte = FONTES[0]
    marca = _marca("varrer") or Marca.objects.create(nome="varrer")
    lida = _marca(fonte.nome)
    inicio = max(marca.valor, _inicio(fonte, dados["agora"]))
    cursor.execute(fonte.sql, {**dados, "desde": inicio})
    linhas = [linha for linha in cursor.fetchall() if lida is not None and linha[0] <= lida.valor]
    _mover(marca, linhas[-1][0] if len(linhas) == LOTE else 0)
    return gravar(cursor, fonte.familia, dados, sorted({alvo for _, _, alvo in linhas if alvo is not None}))


def _limpar(cursor: Any, dados: Parametros) -> tuple[int, int]:
    velhos = Achado.objects.filter(resolvido_em__lt=dados["agora"] - GUARDADOS).values("pk")[:LOTE]
    Achado.objects.filter(pk__in=list(velhos.values_list("pk", flat=True))).delete()
    Marca.objects.update_or_create(nome="conferido", defaults={"mudou_em": dados["agora"]})
    return 0, 0


def _marca(nome: str) -> Marca | None:
    return Marca.objects.filter(nome=nome).first()


def _mover(marca: Marca, valor: int) -> None:
    Marca.objects.filter(pk=marca.pk).update(valor=valor, mudou_em=timezone.now())


def _inicio(fonte: Fonte, agora: datetime) -> int:
    limites = extremos(fonte.modelo)
    if limites is None:
        return 0
    return (
        primeiro_id_desde(fonte.modelo, fonte.campo, agora - JANELA, limites) - 1
        if fonte.desde_a_janela
        else limites.fim
    )


def _parametros(agora: datetime) -> Parametros:
    lidas = list(JanelaPix.objects.values_list("lida_ate", flat=True))
    primeiro = PixRecebido.objects.order_by("horario").values_list("horario", flat=True).first() if lidas else None
    return {
        "ids": [], "agora": agora, "fuso": settings.TIME_ZONE, "nota_ate": agora - settings.PDV_NOTA_TOLERANCIA,
        "espera_ate": agora - settings.PDV_ESPERA_MAXIMA, "cartao_ate": timezone.localdate(agora) - FOLGA_DO_CARTAO,
        "linha_ate": agora - FOLGA_DA_LINHA, "pix_ate": agora - FOLGA_DO_PIX, "pix_lido_de": primeiro,
        "pix_lido_ate": min(lidas) - FOLGA_DO_PIX if primeiro else None, "contas_pix": _contas_pix() if primeiro else [],
    }  # fmt: skip


def _contas_pix() -> list[int]:
    """The accounts that the tills' Pix that the bank told us of went into: of others, it tells us nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT l.conta_id FROM (SELECT e2eid FROM cobrancas_pix WHERE cobranca_id IS NULL
                   ORDER BY id DESC LIMIT 500) p
               JOIN hiperpdv_finalizador_operacao_pdv f ON f.end_to_end_id = p.e2eid AND f.end_to_end_id <> ''
               JOIN hiperpdv_operacao_pdv o ON o.id = f.operacao_id
               JOIN pdv_geracao g ON g.ponto_venda_id = o.ponto_venda_id AND g.instalacao = o.instalacao
                   AND g.id_operacao = o.id_operacao AND g.estornada_em IS NULL
               JOIN financeiro_lancamento l ON l.origem = 1 AND l.origem_id = g.id AND l.documento = p.e2eid"""
        )
        return [linha[0] for linha in cursor.fetchall()]
