"""What the page of an operation shows, in words: facts, items, payments, titles and who settled them, the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from erp.cadastros.models import Produto
from erp.financeiro.models import Baixa
from erp.financeiro.models import Origem as OrigemFinanceiro
from pdv.processamento import formatos
from pdv.processamento.admin.pagina import Fato
from pdv.processamento.selectors.entradas import GeracaoComEntradas
from pdv.processamento.selectors.ficha import Ficha
from pdv.processamento.selectors.ligadas import Ligada
from pdv.processamento.selectors.tempo import Momento, da_replicacao, das_baixas, das_geracoes, linha_do_tempo
from pdv.replicacao.models import OperacaoPdv, Turno
from pdv.tabelas import Especie

ZERO = Decimal(0)
COM_PAGAMENTOS = frozenset({Especie.VENDA, Especie.DEVOLUCAO, Especie.RECEBIMENTO})


def pagina_da_operacao(o: OperacaoPdv, ficha: Ficha, *, documento_inteiro: bool) -> dict[str, Any]:
    """The context of `admin/pdv/operacao.html`, beyond what the row itself says."""
    return {
        "o": o,
        "f": ficha,
        "fatos": fatos(o, ficha, documento_inteiro=documento_inteiro),
        "itens": _itens(ficha),
        "pagamentos": _pagamentos(ficha),
        "soma_itens": sum((i.valor_total_liquido for i in ficha.itens if not i.cancelado), ZERO),
        "soma_pagamentos": sum((p.valor - p.valor_troco for p in ficha.pagamentos), ZERO),
        "recebimentos": [{"linha": r, "pago": r.valor + r.juros - r.desconto} for r in ficha.recebimentos],
        "soma_recebimentos": sum((r.valor + r.juros - r.desconto for r in ficha.recebimentos), ZERO),
        "com_itens": o.operacao in (Especie.VENDA, Especie.DEVOLUCAO),
        "com_pagamentos": o.operacao in COM_PAGAMENTOS,
        "cancelada_por": _cancelada_por(ficha),
        "ligadas": [_ligada(rotulo, outra) for rotulo, outra in ficha.ligadas.lista],
        "geracoes": [geracao_na_tela(g, ficha.ligadas.por_geracao) for g in ficha.geracoes],
        "quitacoes": quitacoes(ficha.baixas, ficha.ligadas.por_geracao),
        "tempo": _tempo(o, ficha),
    }


def _cancelada_por(ficha: Ficha) -> int | None:
    """The number of the cancelamento under which the operation stands undone."""
    if not any(g.geracao.cancelada and g.geracao.estornada_em is None for g in ficha.geracoes):
        return None
    numeros = (x.id_operacao for _, x in ficha.ligadas.lista if x.especie == Especie.CANCELAMENTO and x.visivel)
    return next(numeros, None)


def geracao_na_tela(g: GeracaoComEntradas, nomes: dict[int, Ligada]) -> dict[str, Any]:
    """A generation with its entries, and apart those of the generation that undid it."""
    return {
        "g": g,
        "de_outras": [
            {"nome": nomes[pk].nome if pk in nomes else f"geração {pk}", "url": _url(nomes.get(pk)), "g": entradas}
            for pk, entradas in sorted(g.de_outras.items())
        ],
    }


def quitacoes(baixas: dict[int, list[Baixa]], nomes: dict[int, Ligada]) -> dict[int, list[dict[str, Any]]]:
    """Title -> its settlements in words, each with the operation or the person that made it."""
    return {
        titulo: [
            {
                "baixa": b,
                "quem": _quem(b, nomes),
                "url": _url(outra) if (outra := _autora(b, nomes)) else formatos.url_de(b, b.pk),
                "desfeita": bool(b.estorno_de_id),
                "dinheiro": abs(b.valor + b.juros - b.desconto),
            }
            for b in linhas
        ]
        for titulo, linhas in baixas.items()
    }


def _autora(b: Baixa, nomes: dict[int, Ligada]) -> Ligada | None:
    """The operation that made a settlement; None when a person did."""
    return nomes.get(b.origem_id) if b.origem == OrigemFinanceiro.PDV and b.origem_id is not None else None


def _quem(b: Baixa, nomes: dict[int, Ligada]) -> str:
    autora = _autora(b, nomes)
    return autora.nome if autora else b.feita_por or "sistema"


def _url(outra: Ligada | None) -> str:
    return formatos.url_de(OperacaoPdv, outra.pk) if outra is not None and outra.visivel and outra.pk else ""


def _ligada(rotulo: str, outra: Ligada) -> dict[str, Any]:
    return {
        "rotulo": rotulo,
        "nome": outra.nome,
        "url": _url(outra),
        "quando": formatos.data_hora(outra.quando),
        "valor": formatos.reais(outra.valor),
        "situacao": outra.situacao,
    }


def _tempo(o: OperacaoPdv, ficha: Ficha) -> list[Momento]:
    baixas = [b for linhas in ficha.baixas.values() for b in linhas]
    titulos = {t.pk: t for g in ficha.geracoes for t in g.titulos}
    nomes = ficha.ligadas.por_geracao
    outros: list[Momento] = [
        *da_replicacao(ficha.rejeicoes, ficha.arquivadas, ficha.comandos),
        *das_geracoes((g.geracao for g in ficha.geracoes), ficha.log),
        *das_baixas(
            baixas, lambda b: _quem(b, nomes), lambda b: str(titulos.get(b.titulo_id, f"título {b.titulo_id}"))
        ),
        *_das_notas(ficha),
        *_das_ligadas(ficha),
    ]
    if o.data_hora_termino is not None and o.data_hora_termino != o.data_hora_inicio:
        outros.append(Momento(o.data_hora_termino, "Concluída no PDV", "", "default", "point_of_sale"))
    return linha_do_tempo(o.data_hora_inicio, o.recebido_em, ficha.log, ficha.atos, ficha.divergencias, outros)


def _das_notas(ficha: Ficha) -> Iterable[Momento]:
    for n in ficha.notas:
        nome = f"Nota {n.nota.numero}/{n.nota.serie}"
        yield Momento(n.nota.recebido_em, f"{nome} recebida", "", "default", "receipt_long")
        for d in n.documentos:
            yield Momento(
                d.lancado_em, f"{nome}: documento fiscal lançado", d.get_situacao_display(), "success", "receipt_long"
            )


def _das_ligadas(ficha: Ficha) -> Iterable[Momento]:
    for rotulo, outra in ficha.ligadas.lista:
        if outra.visivel and outra.quando is not None and rotulo not in ("Origem", "Origem do título"):
            yield Momento(outra.quando, outra.nome, rotulo, "info", "link")


def fatos(o: OperacaoPdv, ficha: Ficha, *, documento_inteiro: bool) -> list[Fato]:
    turno = (
        Turno.objects.filter(ponto_venda_id=o.ponto_venda_id, instalacao=o.instalacao, id_turno=o.id_turno).first()
        if o.id_turno is not None
        else None
    )
    pdv, filial = ficha.ponto_venda, ficha.filial
    return [
        ("PDV", str(pdv or o.id_ponto_venda), formatos.url_de(pdv, pdv.pk) if pdv else ""),
        ("Filial", str(filial or o.filial_id), formatos.url_de(filial, filial.pk) if filial else ""),
        ("Turno", str(o.id_turno or formatos.VAZIO), formatos.url_de(turno, turno.pk) if turno else ""),
        ("Início", formatos.data_hora(o.data_hora_inicio), ""),
        ("Término", formatos.data_hora(o.data_hora_termino), ""),
        ("Produtos", formatos.reais(o.valor_produtos), ""),
        ("Desconto", formatos.reais(o.valor_desconto), ""),
        ("Acréscimo", formatos.reais(o.valor_acrescimo), ""),
        ("Total", formatos.reais(o.valor_total), ""),
        ("Troco", formatos.reais(o.valor_troco), ""),
        ("Consumidor", formatos.documento(o.cpf_cnpj_consumidor, inteiro=documento_inteiro), ""),
        ("Cliente", _cliente(o, documento_inteiro), ""),
        ("Recebida em", formatos.data_hora(o.recebido_em), ""),
        ("Processada em", formatos.data_hora(o.processado_em), ""),
        ("Tentativas", formatos.numero(o.tentativas), ""),
        ("Identificação no PDV", str(o.guid_operacao), ""),
    ]


def _cliente(o: OperacaoPdv, inteiro: bool) -> str:
    """The customer's code is often the CPF itself."""
    return formatos.documento(o.codigo_cliente, inteiro=inteiro) if o.codigo_cliente else formatos.VAZIO


def _itens(ficha: Ficha) -> list[dict[str, Any]]:
    return [
        {
            "linha": i,
            "cadastrado": i.id_produto in ficha.produtos,
            "url": formatos.url_de(Produto, ficha.produtos[i.id_produto]) if i.id_produto in ficha.produtos else "",
        }
        for i in ficha.itens
    ]


def _pagamentos(ficha: Ficha) -> list[dict[str, Any]]:
    linhas = []
    for p in ficha.pagamentos:
        finalizador = ficha.finalizadores.get(p.id_finalizador)
        linhas.append(
            {
                "linha": p,
                "cadastrado": finalizador is not None,
                "nome": str(finalizador or p.id_finalizador),
                "url": formatos.url_de(finalizador, finalizador.pk) if finalizador else "",
            }
        )
    return linhas
