"""What the demonstration prints: errors with their way out, till x (said, staged, posted), the ledgers' sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from rich.console import Console
from rich.table import Table

from bench.demonstracao.consertos import Erro
from bench.reconciliacao import ChaveOperacao, Somas
from bench.terminal import VENDA, Terminal
from erp.cadastros.models import Finalizador
from pdv.conferencia.models import DiaConferido

ZERO = Decimal(0)
ACEITOS = {"IGNORADA"}  # a person decided it, with a reason
# Of real documents, which are as they are: cancelled or denied beside a sale that stands, or never signed nor transmitted.
DAS_IMPORTADAS = {"NOTA_SEM_VALOR", "CONTINGENCIA_VENCIDA"}
IGUAL, DIFERENTE = "[green]✔[/]", "[red]✘[/]"
_CONTAGENS = ("dito", "recebido", "lançado", "ignorado")
_STAGING = """
SELECT id_ponto_venda, count(*), coalesce(sum(valor_total) FILTER (WHERE operacao = 1), 0) FROM hiperpdv_operacao_pdv GROUP BY 1
"""
_STAGING_POR_FINALIZADOR = """
SELECT o.id_ponto_venda, f.id_finalizador, sum(f.valor - f.valor_troco) FROM hiperpdv_finalizador_operacao_pdv f
JOIN hiperpdv_operacao_pdv o ON o.id = f.operacao_id
WHERE o.operacao IN (1, 7) AND NOT o.cancelado AND o.situacao_replicacao <> 0 AND NOT EXISTS (
    SELECT 1 FROM hiperpdv_operacao_pdv c WHERE c.ponto_venda_id = o.ponto_venda_id AND c.instalacao = o.instalacao
    AND c.id_operacao_origem = o.id_operacao AND c.operacao = 6 AND c.situacao_replicacao = 9 AND NOT c.cancelado)
AND NOT EXISTS (
    SELECT 1 FROM cadastros_finalizador x JOIN cadastros_condicaofinalizador y ON y.finalizador_id = x.id
    WHERE x.codigo = f.id_finalizador AND x.especie = 'vale' AND y.adquirente_id IS NULL)
GROUP BY 1, 2
"""
_LANCADO = """
SELECT p.codigo, coalesce(sum(g.valor_total) FILTER (WHERE g.operacao = 1), 0) FROM pdv_geracao g
JOIN cadastros_pontovenda p ON p.id = g.ponto_venda_id WHERE g.estornada_em IS NULL GROUP BY 1
"""


def mostrar_erros(erros: Sequence[Erro], tela: Console) -> None:
    tabela = Table(title=f"{len(erros)} operações com erro", show_lines=True)
    for titulo in ("PDV", "operação", "código", "o que houve", "saída"):
        tabela.add_column(titulo, overflow="fold")
    for erro in erros:
        codigos = "\n".join(dict.fromkeys(codigo for codigo, _ in erro.problemas))
        tabela.add_row(str(erro.pdv), str(erro.numero), codigos, erro.mensagem, erro.saidas)
    tela.print(tabela)


def mostrar_quadro(tela: Console, *, importadas: bool) -> list[str]:
    """The board that staff see: per till and day, till = received = posted = fiscal. Returns the days that do not check.

    A day with operations ignored, each with its reason, is one that somebody decided; it is shown, and is no difference.
    Nor is, with `importadas`, what a real document says of itself.
    """
    aceitos = ACEITOS | DAS_IMPORTADAS if importadas else ACEITOS
    tabela = Table(title="Quadro da conferência: cada PDV, cada dia")
    for titulo in (
        "PDV",
        "dia",
        "no PDV",
        "recebidas",
        "lançadas",
        "notas",
        "no PDV R$",
        "lançado R$",
        "notas R$",
        "situação",
    ):
        tabela.add_column(titulo, justify="left" if titulo in ("dia", "situação") else "right")
    faltas = []
    for d in DiaConferido.objects.select_related("ponto_venda").order_by("dia", "ponto_venda__codigo"):
        motivos = {m["codigo"]: m["quantidade"] for m in d.motivos}
        dito = ", ".join(f"{quantos} {codigo}" for codigo, quantos in motivos.items())
        tabela.add_row(
            str(d.ponto_venda.codigo), f"{d.dia:%d/%m/%Y}", str(d.pdv_quantidade), str(d.recebido_quantidade),
            str(d.lancado_quantidade), str(d.fiscal_quantidade), reais(d.pdv_valor), reais(d.lancado_valor),
            reais(d.fiscal_valor), f"{d.get_situacao_display()} {dito}".strip(),
        )  # fmt: skip
        if d.situacao != DiaConferido.Situacao.CONFERE and set(motivos) - aceitos:
            faltas.append(f"o dia {d.dia:%d/%m/%Y} do PDV {d.ponto_venda.codigo} não confere: {dito}")
    tela.print(tabela)
    return faltas


def mostrar_conferencia(
    terminais: Sequence[Terminal], ignoradas: frozenset[ChaveOperacao], lancado: Somas, tela: Console
) -> None:
    """Till x (said, staged, posted), in count and in the money of its sales, cancelled ones too; what was ignored apart."""
    tabela = Table("PDV", title="Conferência por PDV: operações e valor das vendas")
    for titulo in (*_CONTAGENS, *(f"{nome} R$" for nome in _CONTAGENS), ""):
        tabela.add_column(titulo, justify="right")
    recebido = {pdv: (quantas, valor) for pdv, quantas, valor in _linhas(_STAGING)}
    valores_lancados = dict(_linhas(_LANCADO))
    for terminal in terminais:
        vendas = [o for o in terminal.operacoes if o.especie == VENDA]
        dito = (len(terminal.operacoes), sum((o.total for o in vendas), ZERO))
        fora = [o for o in terminal.operacoes if o.chave in ignoradas]
        ignorado = (len(fora), sum((o.total for o in fora if o.especie == VENDA), ZERO))
        posto = (lancado.operacoes[terminal.pdv], valores_lancados.get(terminal.pdv, ZERO))
        staging = recebido.get(terminal.pdv, (0, ZERO))
        certo = dito == staging == (posto[0] + ignorado[0], posto[1] + ignorado[1])
        quantos = (dito[0], staging[0], posto[0], ignorado[0])
        valores = (dito[1], staging[1], posto[1], ignorado[1])
        tabela.add_row(str(terminal.pdv), *map(str, quantos), *map(reais, valores), IGUAL if certo else DIFERENTE)
    tela.print(tabela)


def mostrar_finalizadores(certo: Somas, lancado: Somas, tela: Console) -> None:
    tabela = Table(title="Vendas e recebimentos por finalizador, líquidos de troco, sem ignoradas nem canceladas")
    for titulo in ("PDV", "finalizador", "PDV diz R$", "recebido R$", "lançado R$", ""):
        tabela.add_column(titulo, justify="left" if titulo == "finalizador" else "right")
    nomes = dict(Finalizador.objects.values_list("codigo", "nome"))
    recebido = {(pdv, codigo): valor for pdv, codigo, valor in _linhas(_STAGING_POR_FINALIZADOR)}
    for pdv, codigo in sorted(set(certo.finalizadores) | set(lancado.finalizadores) | set(recebido)):
        valores = [lado.get((pdv, codigo), ZERO) for lado in (certo.finalizadores, recebido, lancado.finalizadores)]
        igual = IGUAL if len(set(valores)) == 1 else DIFERENTE
        tabela.add_row(str(pdv), f"{codigo} {nomes.get(codigo, '?')}", *map(reais, valores), igual)
    tela.print(tabela)


def mostrar_razoes(certo: Somas, lancado: Somas, tela: Console) -> None:
    """The sum of each ledger, against the same computed from the tills' databases alone."""
    tabela = Table(title="Razões: lançado contra o calculado só com os bancos dos PDVs")
    for titulo in ("razão", "calculado", "lançado", ""):
        tabela.add_column(titulo, justify="left" if titulo == "razão" else "right")
    linhas = [("estoque, saldo em unidades", _soma(certo.estoque), _soma(lancado.estoque))]
    for conta in sorted(set(certo.contas) | set(lancado.contas)):
        linhas.append((f"conta {conta}", certo.contas.get(conta, ZERO), lancado.contas.get(conta, ZERO)))
    for chave in sorted(set(certo.a_receber) | set(lancado.a_receber)):
        titulo = f"a receber, filial {chave[0]}, {chave[1]}"
        linhas.append((titulo, certo.a_receber.get(chave, ZERO), lancado.a_receber.get(chave, ZERO)))
    linhas += [
        ("parcelas a receber, quantas", Decimal(certo.parcelas.total()), Decimal(lancado.parcelas.total())),
        ("títulos recebidos nos PDVs", _soma(certo.abatido), _soma(lancado.abatido)),
        ("vales a usar", _soma(certo.vales), _soma(lancado.vales)),
        ("taxas a pagar", _soma(certo.taxas), _soma(lancado.taxas)),
        ("documentos fiscais, quantos", Decimal(certo.documentos.total()), Decimal(lancado.documentos.total())),
        ("documentos fiscais, valor", _soma(certo.fiscal), _soma(lancado.fiscal)),
        ("documentos fiscais, IBS e CBS", _soma(certo.tributos), _soma(lancado.tributos)),
    ]
    for titulo, esperado, achado in linhas:
        tabela.add_row(titulo, numero(esperado), numero(achado), IGUAL if esperado == achado else DIFERENTE)
    tela.print(tabela)


def reais(valor: Decimal) -> str:
    """1234.5 -> '1.234,50'."""
    return f"{valor:,.2f}".translate(str.maketrans(",.", ".,"))


def numero(valor: Decimal) -> str:
    """Cents of money, whole counts, the four decimals of stock: as many as it has."""
    return f"{valor:,}".translate(str.maketrans(",.", ".,"))


def _soma(valores: Mapping[Any, Decimal]) -> Decimal:
    somados: Iterable[Decimal] = valores.values()
    return sum(somados, ZERO)


def _linhas(consulta: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(consulta)
        linhas: list[tuple[Any, ...]] = cursor.fetchall()
    return linhas
