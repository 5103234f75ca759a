"""What the board's top and a day's page show, as the templates take it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from erp.cadastros.models import PontoVenda
from pdv.conferencia import selectors
from pdv.conferencia.admin.filtros import ABERTOS, ATRASADOS
from pdv.conferencia.models import DiaConferido
from pdv.conferencia.rules import Apuracao
from pdv.conferencia.selectors import Detalhe, Filiais
from pdv.conferencia.textos import faixas_em_palavras, ha_quanto, saida_do_motivo, texto_do_motivo
from pdv.conferencia.valores import NotaDoDia
from pdv.processamento import formatos
from pdv.processamento.admin.problemas import titulos
from pdv.processamento.espera import em_palavras
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, SituacaoProcessamento
from pdv.tabelas import Especie

Situacao = DiaConferido.Situacao
CALADOS_MOSTRADOS = 8
FAIXAS_NA_PAGINA = 300
SELOS = {
    Situacao.CONFERE: "success",
    Situacao.ANDAMENTO: "warning",
    Situacao.DIFERENCA: "danger",
    Situacao.SEM_MANIFESTO: "",
}


def topo(filiais: Filiais, agora: datetime, filtros: str) -> dict[str, Any]:
    """The numbers above the list, the silent tills, and the exports under the same filters."""
    resumo = selectors.resumir(filiais, agora)
    lista = reverse("admin:conferencia_diaconferido_changelist")
    quadros = [
        {"titulo": "Precisa de alguém", "valor": formatos.numero(resumo.atrasados), "detalhe": "dias passados sem conferir",
         "url": f"{lista}?situacao={ATRASADOS}", "cor": "danger" if resumo.atrasados else ""},
        *(
            {"titulo": s.label, "valor": formatos.numero(resumo.por_situacao.get(s, 0)),
             "detalhe": f"dias, nos últimos {selectors.DIAS_DO_RESUMO}", "url": f"{lista}?situacao={s.value}&quando=30",
             "cor": ""}
            for s in Situacao
        ),
        {"titulo": "Não lançado", "valor": formatos.reais(resumo.nao_lancado), "detalhe": "em tudo o que não confere",
         "url": f"{lista}?situacao={ABERTOS}", "cor": "danger" if resumo.nao_lancado else ""},
        {"titulo": "Contingência", "valor": formatos.numero(resumo.contingencias),
         "detalhe": prazo(resumo.contingencia_vence_em, agora) or "nenhuma nota a transmitir", "url": "",
         "cor": "danger" if resumo.contingencias else ""},
    ]  # fmt: skip
    return {
        "quadros": quadros,
        "calados": [
            {
                "nome": str(c.pdv),
                "ha": f"há {ha_quanto((agora - c.desde).total_seconds())}" if c.desde else "nunca falou",
                "url": f"{lista}?ponto_venda_id={c.pdv.pk}",
            }
            for c in resumo.calados[:CALADOS_MOSTRADOS]
        ],
        "calados_a_mais": max(0, len(resumo.calados) - CALADOS_MOSTRADOS),
        "exportar": [
            (
                nome,
                f"{reverse('admin:conferencia_diaconferido_exportar', args=[formato])}{'?' if filtros else ''}{filtros}",
            )
            for nome, formato in (("Exportar CSV", "csv"), ("Exportar XLSX", "xlsx"))
        ],
    }


def contexto(linha: DiaConferido, agora: datetime) -> dict[str, Any]:
    """A till's day, read now."""
    d = selectors.detalhar(linha, agora)
    a = d.apuracao
    return {
        "d": d,
        "selo": SELOS[a.situacao],
        "situacao": a.situacao.label,
        "linha": linha,
        "quatro": quatro(a),
        "motivos": [
            {"texto": _maiuscula(texto_do_motivo(m.codigo, m.quantidade)), "saida": saida_do_motivo(m.codigo),
             "erro": m.gravidade == "erro"}
            for m in a.motivos
        ],
        "fatos": fatos(linha, d),
        "faltando": faixas_em_palavras(a.cotejo.faltando, FAIXAS_NA_PAGINA),
        "faltando_quantidade": formatos.numero(sum(ate - de + 1 for de, ate in a.cotejo.faltando)),
        "a_enviar": a.cotejo.a_enviar,
        "valor_faltando": a.cotejo.valor_faltando,
        "nao_lancadas": [nao_lancada(o, agora) for o in d.nao_lancadas],
        "nao_lancadas_a_mais": d.nao_lancadas_quantidade - len(d.nao_lancadas),
        "nao_lancado": a.nao_lancado_valor,
        "nao_lancado_ha": ha_quanto((agora - a.nao_lancado_desde).total_seconds()) if a.nao_lancado_desde else "",
        "a_mais": [
            {"numero": r.id_operacao, "especie": Especie(r.especie).label, "valor": r.valor_total,
             "recebida": r.recebido_em, "url": formatos.url_de(OperacaoPdv, r.id)}
            for r in d.a_mais
        ],
        "sem_nota": [
            {"numero": r.id_operacao, "valor": r.valor_total, "quando": r.data_hora_inicio,
             "por": _maiuscula(texto_do_motivo(codigo, 1).partition(" ")[2]), "url": formatos.url_de(OperacaoPdv, r.id)}
            for r, codigo in d.sem_nota
        ],
        "sem_nota_quantidade": len(a.fiscal.sem_nota),
        "orfas": [nota(n, agora) for n in d.orfas],
        "contingencias": [nota(n, agora) for n in d.contingencias],
        "ignoradas": [faixas_em_palavras(m.ignoradas, FAIXAS_NA_PAGINA) for m in d.manifestos if m.ignoradas],
        "ignoradas_valor": sum((m.valor_ignorado for m in d.manifestos), Decimal(0)),
        "abertas": [faixas_em_palavras(m.abertas, FAIXAS_NA_PAGINA) for m in d.manifestos if m.abertas],
    }  # fmt: skip


def quatro(a: Apuracao) -> list[dict[str, Any]]:
    """The four numbers, each with what it should equal; the sum of control is of every kind of operation."""
    esperado = (a.fiscal.esperado_quantidade, a.fiscal.esperado_valor)
    base = a.pdv if a.tem_manifesto else a.recebido
    return [
        _numero("O PDV diz", a.pdv, None, "operações encerradas") if a.tem_manifesto
        else {"nome": "O PDV diz", "quantidade": "ainda não disse", "valor": None, "difere": False, "nota": "sem manifesto"},
        _numero("Recebido", a.recebido, base, "chegou à retaguarda"),
        _numero("Lançado", a.lancado, a.recebido if not a.tem_manifesto else base, "tem lançamento vivo"),
        _numero("Notas", (a.fiscal.quantidade, a.fiscal.valor), esperado,
                f"de {formatos.quantos(esperado[0], 'venda', 'vendas')}, {formatos.reais(esperado[1])}"),
    ]  # fmt: skip


def _numero(nome: str, par: tuple[int, Decimal], outro: tuple[int, Decimal] | None, nota: str) -> dict[str, Any]:
    difere = outro is not None and par != outro
    return {"nome": nome, "quantidade": formatos.numero(par[0]), "valor": par[1], "difere": difere, "nota": nota}


def fatos(linha: DiaConferido, d: Detalhe) -> list[tuple[str, str, str]]:
    pdv: PontoVenda = linha.ponto_venda
    ultimo = max((m.recebido_em for m in d.manifestos), default=None)
    return [
        ("PDV", str(pdv), formatos.url_de(pdv, pdv.pk)),
        ("Filial", str(pdv.filial), formatos.url_de(pdv.filial, pdv.filial_id)),
        ("Último contato do PDV", formatos.data_hora(pdv.ultimo_contato_em), ""),
        ("Último manifesto", formatos.data_hora(ultimo), ""),
        ("Emite nota fiscal", "sim" if pdv.emite_nota else "não", ""),
        ("No quadro desde", formatos.data_hora(linha.desde), ""),
        ("Calculado em", formatos.data_hora(linha.calculado_em), ""),
    ]


def nao_lancada(o: OperacaoPdv, agora: datetime) -> dict[str, Any]:
    """An operation without a live generation: why, and since when."""
    match o.situacao_replicacao:
        case SituacaoProcessamento.COM_ERRO:
            por = titulos(o.erro_codigo)
        case SituacaoProcessamento.PENDENTE if o.aguarda:
            por = f"espera por {em_palavras(o.aguarda)}"
        case SituacaoProcessamento.PENDENTE:
            por = "na fila"
        case SituacaoProcessamento.NAO_DEFINIDO:
            por = "ignorada por uma pessoa"
        case _:
            por = "efetuada sem lançamento"
    return {
        "o": o,
        "url": formatos.url_de(o, o.pk),
        "por": por,
        "ha": ha_quanto((agora - o.data_hora_inicio).total_seconds()),
    }


def nota(n: NotaDoDia, agora: datetime) -> dict[str, Any]:
    return {
        "numero": f"{n.numero}/{n.serie}",
        "operacao": n.id_operacao,
        "valor": n.valor_total,
        "emissao": n.emissao,
        "prazo": prazo(selectors.vencimento(n), agora),
        "vencida": selectors.vencimento(n) <= agora,
        "url": formatos.url_de(NotaFiscal, n.id),
    }


def prazo(vence: datetime | None, agora: datetime) -> str:
    """`faltam 3 h 20 min`, or how long ago the deadline was."""
    if vence is None:
        return ""
    if vence > agora:
        return f"faltam {ha_quanto((vence - agora).total_seconds())}"
    return f"venceu há {ha_quanto((agora - vence).total_seconds())}"


def _maiuscula(texto: str) -> str:
    return texto[:1].upper() + texto[1:]
