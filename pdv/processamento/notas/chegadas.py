"""Staged notes as arrivals: what each version of a note tells, by its XML and by the till's word."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.fiscal.avisos import AvisoNovo
from erp.fiscal.chave import chave_bem_formada, partes_da_chave
from erp.fiscal.estados import COM_CONTEUDO, Chegada
from erp.fiscal.xml import DocumentoLido, Estado, XmlIlegivel, ler_documento
from erp.fiscal.xml.situacao import ORDEM, situacao_do_cstat
from pdv.processamento.erros import Problema

TABELA = "hiperpdv_nota_fiscal"
VERSOES = "hiperpdv_nota_versao"
DO_PDV = "PDV"  # in place of the kind of event, where only the till says so
_DE_VENDA = frozenset({"nfce", "cfe_sat"})
_SEM_EFEITO = frozenset({"cancelada", "denegada", "inutilizada"})
_PROTOCOLO = re.compile(r"[0-9]{15}|[0-9]{17}").fullmatch
_COLUNAS = "id_operacao, chave, numero, serie, modelo, situacao, protocolo, data_emissao, valor_total, xml"


class Versao(NamedTuple):
    """What the till said of a note once. `id` is of the version whose place was taken; None: the row as it stands."""

    id: int | None
    id_operacao: int | None
    chave: str
    numero: int
    serie: int
    modelo: str
    situacao: str
    protocolo: str
    data_emissao: datetime
    valor_total: Decimal
    xml: str


class Nota(NamedTuple):
    """A staged note, as it stands and as it was since the drain last saw it (oldest first)."""

    id: int
    filial_id: int
    ponto_venda_id: int
    instalacao: str
    tentativas: int
    atual: Versao
    anteriores: Sequence[Versao]

    @property
    def venda(self) -> tuple[int, str, int] | None:
        operacao = self.atual.id_operacao
        return None if operacao is None else (self.ponto_venda_id, self.instalacao, operacao)


class ChegadaDaNota(NamedTuple):
    """One arrival: of which document, from which version, and what is odd about it."""

    alvo: tuple[str, int]  # chave, numero of the fiscal document
    modelo: str
    versao: int | None
    chegada: Chegada
    avisos: list[AvisoNovo]

    @property
    def sustenta(self) -> bool:
        """Whether a document can begin with it: a note, or a state that the tax authority or the till vouches for."""
        return self.chegada.lido.tipo in COM_CONTEUDO or self.chegada.situacao in _SEM_EFEITO


def reivindicar_notas(cursor: CursorWrapper, ids: Sequence[int]) -> list[Nota]:
    """Lock those of `ids` that are pending and that nobody else has locked, oldest first, with what they said before."""
    cursor.execute(
        f"""SELECT id, filial_id, ponto_venda_id, instalacao::text, tentativas, {_COLUNAS} FROM {TABELA}
            WHERE id = ANY(%s) AND situacao_replicacao = 1
            ORDER BY proxima_tentativa_em, recebido_em, id FOR UPDATE SKIP LOCKED""",
        [list(ids)],
    )
    linhas = cursor.fetchall()
    anteriores: defaultdict[int, list[Versao]] = defaultdict(list)
    cursor.execute(
        f"SELECT nota_id, id, {_COLUNAS} FROM {VERSOES} WHERE nota_id = ANY(%s) AND NOT tratada ORDER BY id",
        [[linha[0] for linha in linhas]],
    )
    for nota_id, *resto in cursor.fetchall():
        anteriores[nota_id].append(Versao._make(resto))
    return [
        Nota(id_, filial, pdv, instalacao, tentativas, Versao(None, *colunas), anteriores.get(id_, ()))
        for id_, filial, pdv, instalacao, tentativas, *colunas in linhas
    ]


def marcar_tratadas(cursor: CursorWrapper, notas: Sequence[Nota]) -> None:
    """The versions of these notes whose place was taken need not be looked at again."""
    ids = [versao.id for nota in notas for versao in nota.anteriores]
    if ids:
        cursor.execute(f"UPDATE {VERSOES} SET tratada = true WHERE id = ANY(%s)", [ids])


def ler_chegadas(nota: Nota) -> tuple[list[ChegadaDaNota], list[Problema]]:
    """What the note told, oldest first; or why it cannot be posted as it stands.

    A former version that could not be posted either is passed over: it stays in the history.
    """
    chegadas = []
    for versao in nota.anteriores:
        chegada = ler_versao(versao)
        if isinstance(chegada, ChegadaDaNota):
            chegadas.append(chegada)
    atual = ler_versao(nota.atual)
    return ([*chegadas, atual], []) if isinstance(atual, ChegadaDaNota) else ([], atual)


def ler_versao(versao: Versao) -> ChegadaDaNota | list[Problema]:
    """One version as an arrival, or what makes it unfit to be posted."""
    do_pdv = situacao_dita(versao.situacao)
    try:
        lido = ler_documento(versao.xml)
    except XmlIlegivel as ilegivel:
        if versao.xml.strip() or do_pdv not in _SEM_EFEITO:
            return [Problema("XML_ILEGIVEL", str(ilegivel))]
        lido = DocumentoLido(tipo="desconhecido")
    else:
        problemas = problemas_de(versao, lido)
        if problemas:
            return problemas
    estados, avisos = list(lido.estados), [AvisoNovo(a.codigo, a.mensagem, False) for a in lido.avisos]
    palavra = palavra_do_pdv(versao, lido, do_pdv)
    if palavra is not None:
        estados.append(palavra)
        avisos.append(AvisoNovo("SITUACAO_SO_DO_PDV", _so_do_pdv(palavra.situacao, lido), False))
    alvo = (versao.chave, versao.numero)
    if lido.tipo == "cfe_cancelamento" and lido.chave == versao.chave and chave_bem_formada(lido.chave_cancelada):
        alvo = (lido.chave_cancelada, partes_da_chave(lido.chave_cancelada).numero)
    chegada = Chegada(lido, estados, versao.serie, versao.data_emissao, versao.valor_total)
    return ChegadaDaNota(alvo, versao.modelo, versao.id, chegada, avisos)


def problemas_de(versao: Versao, lido: DocumentoLido) -> list[Problema]:
    """What makes a note unfit to be posted: it is no sale's note, or its XML is another's."""
    if lido.tipo == "inutilizacao":
        return _problemas_da_inutilizacao(versao, lido)
    if lido.tipo not in _DE_VENDA | {"evento_cancelamento", "cfe_cancelamento"}:
        mensagem = f"o XML é de {lido.tipo}: esperado NFC-e (modelo 65) ou CF-e SAT (modelo 59)"
        return [Problema("MODELO_INESPERADO", mensagem)]
    chaves = {lido.chave, lido.chave_cancelada} - {""}
    if chaves and versao.chave not in chaves:
        no_xml = lido.chave_cancelada or lido.chave
        return [Problema("CHAVE_DIVERGENTE", f"chave da nota {versao.chave}, chave no XML {no_xml}")]
    return []


def _problemas_da_inutilizacao(versao: Versao, lido: DocumentoLido) -> list[Problema]:
    diferencas = []
    if not lido.numero <= versao.numero <= lido.numero_final:
        diferencas.append(f"número {versao.numero}, inutilizados de {lido.numero} a {lido.numero_final}")
    if lido.modelo and lido.modelo != versao.modelo:
        diferencas.append(f"modelo {versao.modelo}, inutilizado o {lido.modelo}")
    if lido.serie != versao.serie:
        diferencas.append(f"série {versao.serie}, inutilizada a {lido.serie}")
    if lido.cnpj_emitente and chave_bem_formada(versao.chave) and versao.chave[6:20] != lido.cnpj_emitente:
        diferencas.append(f"CNPJ {versao.chave[6:20]}, inutilização do {lido.cnpj_emitente}")
    return [Problema("INUTILIZACAO_DIVERGENTE", "; ".join(diferencas))] if diferencas else []


def situacao_dita(texto: str) -> str:
    """The till's `situacao` as one of ours: by name, whatever its case, accents and gender, or by cStat; else empty."""
    limpo = unicodedata.normalize("NFKD", texto.strip().lower()).encode("ascii", "ignore").decode().replace(" ", "_")
    if limpo.isdigit():
        return situacao_do_cstat(limpo) or ""
    limpo = re.sub(r"o$", "a", limpo)
    return limpo if limpo in ORDEM else ""


def palavra_do_pdv(versao: Versao, lido: DocumentoLido, dita: str) -> Estado | None:
    """The till's word, where it says more than the XML: that the note is void, or authorised under a protocol.

    An event that the tax authority refused is an answer: against it the till's word counts for nothing.
    """
    no_xml = max((ORDEM[e.situacao] for e in lido.estados), default=-1)
    if ORDEM.get(dita, -1) <= no_xml or any(e.evento and e.cstat for e in lido.estados):
        return None
    if dita in _SEM_EFEITO:
        return Estado(dita, evento=DO_PDV)  # type: ignore[arg-type]  # one of ORDEM's
    if dita == "autorizada" and _PROTOCOLO(versao.protocolo):
        return Estado("autorizada", protocolo=versao.protocolo, evento=DO_PDV)
    return None


def _so_do_pdv(situacao: str, lido: DocumentoLido) -> str:
    trouxe = f"o XML só prova {lido.situacao}" if lido.estados else "não veio XML"
    return f"o PDV diz que a nota está {situacao}; {trouxe}"
