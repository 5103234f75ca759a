"""The month reconciled: what the book says, what the retaguarda holds, and every cent, minute and letter that differs.

`esperado` adds up paper; `achado` adds up tables by SQL. Neither knows how the other came to its sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from bench.demonstracao.correio import Correio
from bench.demonstracao.equipe_do_mes import Cemiterios, Equipe
from bench.demonstracao.livro import ATIVO, CANCELADO, SUSPENSO, ZERO, Livro

Somas = dict[str, dict[Any, Any]]
TITULOS = {
    "situacao": "situação do contrato {}",
    "mudancas": "mudança de contrato ({}, em {})",
    "emitido": "parcelas emitidas do contrato {}",
    "cancelado": "parcelas estornadas do contrato {}",
    "abatido": "parcelas pagas do contrato {}",
    "vencido": "vencido em aberto do contrato {}",
    "conta": "dinheiro na conta {}",
    "jazigos": "manutenção de jazigo J{}, competência {}",
    "minutos": "folhas de ponto de {}, minutos de {}",
    "folhas": "folhas de ponto de {}",
    "rotas": "visitas na rota de {} em {}",
    "cartas": "cartas entregues, {}",
    "etiquetas": "etiqueta do cliente …{}",
    "execucoes": "execuções de {}",
}
_SITUACOES = {1: ATIVO, 2: SUSPENSO, 3: CANCELADO}


@dataclass(frozen=True)
class Mes:
    """What the month was made of; `rodadas` is how often each routine had its hour."""

    comeco: date
    fim: date
    livro: Livro
    cemiterios: Cemiterios
    equipe: Equipe
    correio: Correio
    rodadas: Counter[str]
    falecidos: frozenset[str]

    @property
    def ultimo_domingo(self) -> date:
        return self.fim - timedelta(days=(self.fim.weekday() + 1) % 7)


def esperado(mes: Mes) -> Somas:
    livro = mes.livro
    somas: Somas = {nome: {} for nome in TITULOS}
    for numero, contrato in livro.contratos.items():
        parcelas = contrato.parcelas
        pagas = [p for p in parcelas if p.paga]
        somas["situacao"][numero] = contrato.situacao
        somas["mudancas"] |= {(numero, dia): para for para, dia in contrato.mudancas}
        somas["emitido"][numero] = sum((p.valor for p in parcelas), ZERO)
        somas["cancelado"][numero] = sum((p.valor for p in parcelas if p.cancelada), ZERO)
        somas["abatido"][numero] = sum((p.valor for p in pagas), ZERO)
        somas["vencido"][numero] = sum((p.valor for p in contrato.vencidas(mes.fim + timedelta(days=1))), ZERO)
        somas["etiquetas"][contrato.codigo] = livro.etiqueta_em(contrato, mes.ultimo_domingo)
    somas["conta"]["BANCO-PLANOS"] = sum((p.paga for _, p in livro.todas()), ZERO)
    somas["jazigos"] = dict(mes.cemiterios.devido)
    somas["minutos"] = dict(mes.equipe.minutos)
    somas["folhas"] = {p.matricula: (mes.fim - mes.comeco).days + 1 for p in mes.equipe.pessoas}
    somas["rotas"] = {(matricula, dia): n for (matricula, dia), n in mes.equipe.visitas.items()}
    somas["cartas"] = {**livro.cartas, "no servidor de e-mail": livro.cartas.total(), "repetidas": 0}
    somas["etiquetas"] |= dict.fromkeys(mes.falecidos, "Falecido")
    somas["execucoes"] = dict(mes.rodadas)
    return somas


def achado(mes: Mes) -> Somas:
    somas: Somas = {nome: {} for nome in TITULOS}
    for nome, consulta in _CONSULTAS.items():
        with connection.cursor() as cursor:
            cursor.execute(consulta, {"comeco": mes.comeco, "fim": mes.fim, "codigos": _codigos(mes)})
            for *chave, valor in cursor.fetchall():
                somas[nome][tuple(chave) if len(chave) > 1 else chave[0]] = valor
    somas["situacao"] = {numero: _SITUACOES[s] for numero, s in somas["situacao"].items()}
    somas["mudancas"] = {chave: _SITUACOES[s] for chave, s in somas["mudancas"].items()}
    cartas = mes.correio.cartas
    distintas = {str(carta["Message-ID"]) for _, carta in cartas}
    somas["cartas"] |= {"no servidor de e-mail": len(cartas), "repetidas": len(cartas) - len(distintas)}
    return somas


def diferencas(certo: Mapping[str, Mapping[Any, Any]], tem: Mapping[str, Mapping[Any, Any]]) -> list[str]:
    """Every key that is not the same on both sides, in Portuguese; one that is missing counts as zero."""
    nomeadas = []
    for nome, titulo in TITULOS.items():
        for chave in sorted(set(certo[nome]) | set(tem[nome]), key=str):
            quanto, achei = certo[nome].get(chave, 0), tem[nome].get(chave, 0)
            if quanto != achei:
                partes = chave if isinstance(chave, tuple) else (chave,)
                mostra = [str(p)[-4:] if nome == "etiquetas" else p for p in partes]
                nomeadas.append(f"{titulo.format(*mostra)}: no papel {quanto}, na retaguarda {achei}")
    return nomeadas


def _codigos(mes: Mes) -> list[str]:
    return [*(c.codigo for c in mes.livro.contratos.values()), *mes.falecidos]


_DO_CONTRATO = "financeiro_titulo t JOIN planos_contratacao c ON c.id = t.origem_id AND t.origem = 3"
_ABERTO = """t.valor + coalesce((SELECT e.valor FROM financeiro_titulo e WHERE e.estorno_de = t.id), 0)
    - coalesce((SELECT sum(b.valor) FROM financeiro_baixa b WHERE b.titulo_id = t.id), 0)"""
_CONSULTAS = {
    "situacao": "SELECT numero, situacao FROM planos_contratacao",
    "mudancas": """SELECT c.numero, m.dia, m.para FROM planos_mudancacontratacao m
        JOIN planos_contratacao c ON c.id = m.contratacao_id""",
    "emitido": f"SELECT c.numero, sum(t.valor) FROM {_DO_CONTRATO} WHERE t.sequencia >= 0 GROUP BY 1",
    "cancelado": f"SELECT c.numero, sum(-t.valor) FROM {_DO_CONTRATO} WHERE t.sequencia < 0 GROUP BY 1",
    "abatido": f"""SELECT c.numero, sum(b.valor) FROM financeiro_baixa b JOIN {_DO_CONTRATO} ON t.id = b.titulo_id
        GROUP BY 1""",
    "vencido": f"""SELECT c.numero, sum({_ABERTO}) FROM {_DO_CONTRATO}
        WHERE t.sequencia >= 0 AND t.vencimento <= %(fim)s GROUP BY 1""",
    "conta": """SELECT c.codigo, sum(l.valor) FROM financeiro_lancamento l JOIN cadastros_conta c ON c.id = l.conta_id
        WHERE c.codigo = 'BANCO-PLANOS' GROUP BY 1""",
    "jazigos": "SELECT origem_id, sequencia::text, sum(valor) FROM financeiro_titulo WHERE origem = 4 GROUP BY 1, 2",
    "minutos": """SELECT c.matricula, x.nome, sum(x.minutos)::int FROM colaboradores_folhadia f
        JOIN colaboradores_colaborador c ON c.id = f.colaborador_id,
        LATERAL (VALUES ('trabalhado', f.trabalhado), ('extra', f.extra), ('falta', f.falta)) AS x(nome, minutos)
        WHERE f.dia BETWEEN %(comeco)s AND %(fim)s GROUP BY 1, 2 HAVING sum(x.minutos) <> 0""",
    "folhas": """SELECT c.matricula, count(*)::int FROM colaboradores_folhadia f
        JOIN colaboradores_colaborador c ON c.id = f.colaborador_id
        WHERE f.dia BETWEEN %(comeco)s AND %(fim)s GROUP BY 1""",
    "rotas": """SELECT c.matricula, r.dia, sum(r.visitas)::int FROM visitas_arquivo_rota r
        JOIN colaboradores_colaborador c ON c.id = r.colaborador_id GROUP BY 1, 2""",
    "cartas": """SELECT CASE WHEN fato LIKE 'contratacao:%%' THEN split_part(fato, ':', 3) ELSE split_part(fato, ':', 1) END,
        count(*)::int FROM contatos_comunicado WHERE situacao = 2 GROUP BY 1""",
    "etiquetas": """SELECT codigo_cliente, string_agg(CASE tipo WHEN 1 THEN 'Titular' WHEN 2 THEN 'Dependente'
        WHEN 3 THEN 'Falecido' WHEN 5 THEN 'Ex-cliente' ELSE tipo::text END, ' e ' ORDER BY tipo)
        FROM clientes_etiqueta WHERE codigo_cliente = ANY(%(codigos)s) GROUP BY 1""",
    "execucoes": """SELECT rotina, count(*)::int FROM rotinas_execucao WHERE situacao = 2 AND iniciada_por = 'sistema:agenda'
        AND agendada_para::date > %(comeco)s::date - 2 AND rotina <> 'Contatos/Enviar'
        AND agendada_para >= (%(comeco)s::date)::timestamp AT TIME ZONE 'America/Sao_Paulo' GROUP BY 1""",
}
