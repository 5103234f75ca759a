"""What customers are reminded of: their titles that fall due, before and after, by the steps of the régua.

Set-based: one statement reads the titles of the few due dates that a step falls on, by the index of due dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from clientes.models import Cliente
from erp.cadastros.formatos import texto_reais
from erp.contatos.models import PassoDaRegua
from erp.contatos.models.regua import ANTES, DEPOIS, NO_DIA
from erp.contatos.recorrencia import dias_a_procurar, passo_devido
from erp.contatos.registro import Fonte, Modelo, registrar_fonte, registrar_modelo
from erp.contatos.valores import Aviso
from erp.financeiro.contratos import SQL_SALDO_ABERTO
from erp.financeiro.models import EspecieTitulo

NOME: Final = "titulos"
ENTRE: Final = 200  # titles that the preview looks at


class Devido(NamedTuple):
    """An open title of a customer, as a reminder tells of it."""

    titulo_id: int
    codigo_cliente: str
    especie: str
    documento: str
    parcela: int
    parcelas: int
    vencimento: date
    aberto: Decimal


def ler(dia: date) -> Iterator[Aviso]:
    """For each open title of a customer, the step of the régua that is due on `dia`, if any; at most one.

    A step that no run told on its day is told up to `CONTATOS_ATRASO_MAXIMO` days late, as long as it is still true.
    """
    passos = list(PassoDaRegua.objects.filter(ativo=True).order_by("dias").values_list("dias", flat=True))
    atraso = settings.CONTATOS_ATRASO_MAXIMO
    vencimentos = [dia - timedelta(days=dias) for dias in dias_a_procurar(passos, atraso)]
    for titulo in _abertos(vencimentos):
        passo = passo_devido((dia - titulo.vencimento).days, passos, atraso)
        if passo is not None:
            yield _aviso(titulo, passo)


def continuam(fatos: Sequence[str]) -> set[str]:
    """Those whose title still has something to pay."""
    por_titulo: dict[int, list[str]] = {}
    for fato in fatos:
        por_titulo.setdefault(int(fato.split(":")[1]), []).append(fato)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id FROM financeiro_titulo t WHERE t.id = ANY(%s) AND {SQL_SALDO_ABERTO} > 0", [list(por_titulo)]
        )
        return {fato for (titulo_id,) in cursor.fetchall() for fato in por_titulo[titulo_id]}


def amostras(quantas: int) -> list[Mapping[str, str]]:
    """Real titles for the preview: of customers of the register, the first of those that fall due from today on."""
    hoje = timezone.localdate()
    proximos = list(islice(_abertos(hoje + timedelta(days=n) for n in range(31)), ENTRE))
    conhecidos = set(Cliente.objects.filter(pk__in=[t.codigo_cliente for t in proximos]).values_list("pk", flat=True))
    achados = [t for t in proximos if t.codigo_cliente in conhecidos]
    return [{"codigo_cliente": t.codigo_cliente, **campos(t)} for t in achados[:quantas]]


def campos(titulo: Devido) -> dict[str, str]:
    """What the templates are filled in with. The due date is told as a date, which no delay makes false."""
    parcela = f" {titulo.parcela}/{titulo.parcelas}" if titulo.parcelas > 1 else ""
    return {
        "titulo": f"{EspecieTitulo(titulo.especie).label}{f' {titulo.documento}' if titulo.documento else ''}{parcela}",
        "valor": texto_reais(titulo.aberto),
        "vencimento": f"{titulo.vencimento:%d/%m/%Y}",
    }


def _aviso(titulo: Devido, passo: int) -> Aviso:
    ate = None if passo > 0 else timezone.make_aware(datetime.combine(titulo.vencimento, time.max))
    return Aviso(
        fato=f"titulo:{titulo.titulo_id}:vence:{passo}",
        modelo=PassoDaRegua(dias=passo).modelo,
        codigo_cliente=titulo.codigo_cliente,
        dados=campos(titulo),
        valido_ate=ate,
    )


def _abertos(vencimentos: Iterable[date]) -> Iterator[Devido]:
    """Receivables of customers with something to pay, one statement for each due date; in memory, one day's at a time.

    Inverses and what was reversed have nothing open. Who has no code is nobody we can write to.
    """
    for vencimento in vencimentos:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT * FROM (
                        SELECT t.id, t.codigo_cliente, t.especie, t.documento, t.parcela, t.parcelas, t.vencimento,
                               {SQL_SALDO_ABERTO} AS aberto
                        FROM financeiro_titulo t
                        WHERE t.vencimento = %s AND t.sentido = 'R' AND t.codigo_cliente <> '' AND t.sequencia >= 0) x
                    WHERE aberto > 0 ORDER BY id""",
                [vencimento],
            )
            linhas = cursor.fetchall()
        yield from map(Devido._make, linhas)


_CAMPOS: Final = {
    "titulo": "o que se paga: mensalidade de plano P123 2/12",
    "valor": "o que falta pagar, em reais",
    "vencimento": "o dia do vencimento",
}
_EXEMPLO: Final = {
    "nome": "Maria da Silva", "titulo": "Mensalidade de plano P123 2/12", "valor": "89,90", "vencimento": "10/12/2026"
}  # fmt: skip

MODELOS: Final = tuple(
    Modelo(codigo, titulo, descricao, _CAMPOS, _EXEMPLO, assunto, corpo, amostras=amostras)
    for codigo, titulo, descricao, assunto, corpo in (
        (
            ANTES, "Título a vencer", "Antes do vencimento, nos dias que a régua de cobrança diz.",
            "Lembrete: {{titulo}} vence em {{vencimento}}",
            "Olá, {{primeiro_nome}}.\n\nLembramos que {{titulo}}, de R$ {{valor}}, vence em {{vencimento}}.\n\n"
            "Se já pagou, obrigado: desconsidere esta mensagem.",
        ),
        (
            NO_DIA, "Título que vence hoje", "No dia do vencimento, se a régua de cobrança tiver o dia zero.",
            "Vence hoje: {{titulo}}",
            "Olá, {{primeiro_nome}}.\n\n{{titulo}}, de R$ {{valor}}, vence hoje, {{vencimento}}.\n\n"
            "Se já pagou, obrigado: desconsidere esta mensagem.",
        ),
        (
            DEPOIS, "Título vencido", "Depois do vencimento, nos dias que a régua de cobrança diz.",
            "Em aberto: {{titulo}}, vencido em {{vencimento}}",
            "Olá, {{primeiro_nome}}.\n\n{{titulo}}, vencido em {{vencimento}}, tem R$ {{valor}} em aberto.\n\n"
            "Se já pagou, obrigado: desconsidere esta mensagem. Se houver algum engano, fale conosco.",
        ),
    )
)  # fmt: skip
FONTE: Final = Fonte(NOME, "Vencimentos de títulos", ler, continuam)


def registrar() -> None:
    """Make the source and its templates known to `erp.contatos`."""
    for modelo in MODELOS:
        registrar_modelo(modelo)
    registrar_fonte(FONTE)
