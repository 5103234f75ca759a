"""What a clerk types into the search box, as ids found by an index.

| typed                     | looked up in                       | index                                     |
|---------------------------|------------------------------------|-------------------------------------------|
| 44 characters             | notes, by chave                    | `hiperpdv_nota_chave` (chave, numero)     |
| E and 31 characters       | payments, by Pix end-to-end id     | `hiperpdv_finalizador_pix`, partial       |
| digits                    | operations, by number; archived    | `hiperpdv_operacao_chave`, a probe a till |
| letters and digits, <= 20 | payments, by NSU                   | `hiperpdv_finalizador_nsu`, partial       |
| `5-123-1`, `V5-123`       | the operation that made the title  | `hiperpdv_operacao_chave`                 |
| a title's number, <= 40   | titles                             | `titulo_documento`, partial               |
|                           | recebimentos that settle it        | `hiperpdv_recebimento_documento`          |
|                           | sales paid by it (a vale)          | `hiperpdv_finalizador_nsu`, partial       |
| 11 or 14 characters       | operations, by CPF or CNPJ         | `hiperpdv_operacao_consumidor`, partial   |
|                           | and by the code of its customers   | `cliente_documento`, then                 |
|                           |                                    | `hiperpdv_operacao_cliente`, partial      |

The last is only for who may see documents, and never by an address: see `admin/procura.py`. Anything else finds
nothing: a text is never looked for by scanning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db import connection

from clientes.models import Cliente
from erp.cadastros.documentos import formatar, limpar
from erp.cadastros.models import PontoVenda
from pdv.processamento.models import Geracao
from pdv.processamento.selectors.ficha import operacao_da_nota
from pdv.replicacao.models import (
    FinalizadorOperacaoPdv,
    NotaFiscal,
    OperacaoArquivada,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)

LIMITE = 500
_CHAVE = re.compile(r"[0-9A-Z]{44}")
_CHAVE_NO_XML = re.compile(r"(?:NFE|CFE)[0-9A-Z]{44}")  # its `Id`
_FIM_A_FIM = re.compile(r"E[0-9A-Za-z]{31}")
_NUMERO = re.compile(r"[0-9]{1,18}")  # 19 digits would overflow the column
_NSU = re.compile(r"[0-9A-Za-z]{1,20}")
_DO_PDV = re.compile(r"V?(?P<pdv>[0-9]{1,9})-(?P<numero>[0-9]{1,18})(-[0-9]{1,4})?")  # a title's number, or a vale's
_TITULO = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,39}")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")


@dataclass
class Achados:
    """Ids of what was found; nothing here says who may see it."""

    operacoes: set[int] = field(default_factory=set)
    notas: set[int] = field(default_factory=set)  # only those of no operation that is here
    arquivadas: set[int] = field(default_factory=set)


def _limpo(termo: str) -> str:
    """Without the spaces and dots that come along when a number is copied, nor what an XML writes before a chave."""
    limpo = re.sub(r"[\s.]", "", termo)
    return limpo[3:] if _CHAVE_NO_XML.fullmatch(limpo.upper()) else limpo


def documento_em(termo: str) -> str:
    """The CPF or CNPJ that a text is, without punctuation; empty when it is neither."""
    limpo = limpar(termo)
    e_cpf = len(limpo) == 11 and limpo.isdecimal()
    return limpo if e_cpf or _CNPJ.fullmatch(limpo) else ""


def procurar(termo: str, *, com_documento: bool) -> Achados:
    """Everything that matches what was typed; by CPF or CNPJ too when `com_documento`."""
    achados = Achados(operacoes=ids_de_operacoes(termo))
    limpo = _limpo(termo)
    if com_documento and (documento := documento_em(termo)):
        achados.operacoes |= _do_consumidor(documento)
    if _CHAVE.fullmatch(limpo.upper()) and not achados.operacoes:
        achados.notas = ids_de_notas(limpo)
    numero = int(limpo) if _NUMERO.fullmatch(limpo) else None
    ponto_venda = None
    if do_pdv := _DO_PDV.fullmatch(limpo.upper()):
        numero, ponto_venda = int(do_pdv["numero"]), _codigo(do_pdv["pdv"])
    if numero is not None and not (do_pdv and ponto_venda is None):
        achados.arquivadas = _por_numero(OperacaoArquivada, numero, ponto_venda)
    return achados


def instalacoes(tabela: str) -> list[tuple[int, object]]:
    """The pairs (ponto_venda, instalação) of a table, hopping over its natural key: one probe per pair."""
    sql = f"""
        WITH RECURSIVE p AS (
            (SELECT ponto_venda_id, instalacao FROM {tabela} ORDER BY ponto_venda_id, instalacao LIMIT 1)
            UNION ALL
            SELECT n.ponto_venda_id, n.instalacao FROM p CROSS JOIN LATERAL (
                SELECT ponto_venda_id, instalacao FROM {tabela}
                WHERE (ponto_venda_id, instalacao) > (p.ponto_venda_id, p.instalacao)
                ORDER BY ponto_venda_id, instalacao LIMIT 1
            ) n
        )
        SELECT ponto_venda_id, instalacao FROM p"""  # the table's name comes from a model, never from a person
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _por_numero(
    modelo: type[OperacaoPdv] | type[Geracao] | type[OperacaoArquivada], numero: int, ponto_venda: int | None = None
) -> set[int]:
    tabela = modelo._meta.db_table
    pares = [par for par in instalacoes(tabela) if ponto_venda in (None, par[0])]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.id FROM unnest(%s::bigint[], %s::uuid[]) AS p(ponto_venda_id, instalacao)
                JOIN LATERAL (
                    SELECT id FROM {tabela} t WHERE t.ponto_venda_id = p.ponto_venda_id
                    AND t.instalacao = p.instalacao AND t.id_operacao = %s LIMIT {LIMITE}
                ) o ON true LIMIT {LIMITE}""",
            [[p for p, _ in pares], [str(i) for _, i in pares], numero],
        )
        return {linha[0] for linha in cursor.fetchall()}


def _por_pagamento(**filtro: str) -> set[int]:
    return set(FinalizadorOperacaoPdv.objects.filter(**filtro).values_list("operacao_id", flat=True)[:LIMITE])


def _da_chave(chave: str) -> set[int]:
    """The operations of the notes with this chave."""
    achadas: set[int] = set()
    notas = NotaFiscal.objects.filter(chave=chave, id_operacao__isnull=False)
    for nota in notas.defer("xml")[:LIMITE]:
        operacao = operacao_da_nota(nota)
        if operacao is not None:
            achadas.add(operacao.pk)
    return achadas


def _codigo(pdv: str) -> int | None:
    """The register's id of a till, by the number that is printed."""
    return PontoVenda.objects.filter(codigo=int(pdv)).values_list("pk", flat=True).first() if len(pdv) < 10 else None


def _do_titulo(documento: str) -> set[int]:
    """What made a title of the till, what settled it, and what it paid for (a vale), by its number."""
    achadas: set[int] = set()
    do_pdv = _DO_PDV.fullmatch(documento.upper())
    if do_pdv and (ponto_venda := _codigo(do_pdv["pdv"])) is not None:
        achadas |= _por_numero(OperacaoPdv, int(do_pdv["numero"]), ponto_venda)
    recebimentos = RecebimentoOperacaoPdv.objects.filter(numero_documento=documento)
    achadas |= set(recebimentos.values_list("operacao_id", flat=True)[:LIMITE])
    achadas |= _por_pagamento(nsu=documento)
    with connection.cursor() as cursor:
        cursor.execute(  # the list of kinds is that of the partial index `titulo_documento`
            f"""SELECT o.id FROM financeiro_titulo t JOIN pdv_geracao g ON g.id = t.origem_id
                JOIN hiperpdv_operacao_pdv o USING (ponto_venda_id, instalacao, id_operacao)
                WHERE t.documento = %s AND t.especie IN ('crediario', 'vale', 'cheque', 'outros') AND t.origem = 1
                LIMIT {LIMITE}""",
            [documento],
        )
        return achadas | {linha[0] for linha in cursor.fetchall()}


def _do_consumidor(documento: str) -> set[int]:
    """Operations of a CPF or CNPJ, newest first; a till may have sent it with its punctuation.

    A recebimento, and many a sale on credit, name only the customer's code: it is the document itself, or the register
    knows whose it is.
    """
    escritos = [documento, formatar(documento)[:14]]
    codigos = {*escritos, *Cliente.objects.filter(documento=documento).values_list("codigo_cliente", flat=True)}
    por_documento = OperacaoPdv.objects.filter(cpf_cnpj_consumidor__in=escritos).exclude(cpf_cnpj_consumidor="")
    por_codigo = OperacaoPdv.objects.filter(codigo_cliente__in=codigos).exclude(codigo_cliente="")
    return {
        pk
        for linhas in (por_documento, por_codigo)
        for pk in linhas.order_by("-pk").values_list("pk", flat=True)[:LIMITE]
    }


def ids_de_operacoes(termo: str) -> set[int]:
    """Operations by number, chave of a note, NSU, Pix end-to-end id or a title's number. At most some hundreds."""
    limpo = _limpo(termo)
    if _CHAVE.fullmatch(limpo.upper()):
        return _da_chave(limpo.upper())
    if _FIM_A_FIM.fullmatch(limpo):
        return _por_pagamento(end_to_end_id=limpo)
    achadas: set[int] = set()
    if _NUMERO.fullmatch(limpo):
        achadas |= _por_numero(OperacaoPdv, int(limpo))
    if _NSU.fullmatch(limpo):
        achadas |= _por_pagamento(nsu=limpo)
    if _TITULO.fullmatch(termo.strip()):
        achadas |= _do_titulo(termo.strip())
    return achadas


def ids_de_geracoes(termo: str) -> set[int]:
    """Generations of an operation, by its number."""
    limpo = _limpo(termo)
    return _por_numero(Geracao, int(limpo)) if _NUMERO.fullmatch(limpo) else set()


def ids_de_notas(termo: str) -> set[int]:
    """Notes by chave, or by the number of their operation (`hiperpdv_nota_operacao`, one probe per till)."""
    limpo = _limpo(termo)
    if _CHAVE.fullmatch(limpo.upper()):
        return set(NotaFiscal.objects.filter(chave=limpo.upper()).values_list("id", flat=True)[:LIMITE])
    if not _NUMERO.fullmatch(limpo):
        return set()
    tills = {ponto_venda for ponto_venda, _ in instalacoes(OperacaoPdv._meta.db_table)}
    notas = NotaFiscal.objects.filter(ponto_venda_id__in=tills, id_operacao=int(limpo))
    return set(notas.values_list("id", flat=True)[:LIMITE])
