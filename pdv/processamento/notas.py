"""The drain of notes: staging into the fiscal ledger.

1. Claim the pending notes and read their XML; one that cannot be read marks only its note.
2. Reverse the document alive of a note that was sent back to 1 or that came in anew; post the next generation.
3. Compare with the sale, where it is staged; keep what differs, and the reader's own warnings, beside the document.
4. Mark 9, log: all of it one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.rules import Periodo, primeiro_dia_aberto
from erp.cadastros.selectors import periodos_fechados
from erp.fiscal import lancamentos as fiscal
from erp.fiscal.lancamentos import DocumentoNovo
from erp.fiscal.xml import DocumentoLido, XmlIlegivel, ler_documento
from filas.copia import copiar, reservar_ids
from filas.drain import ErroDefinitivo, Resumo
from pdv.processamento import marcas
from pdv.processamento.comparacao import AvisoNovo, Lado, comparar, gravar_avisos, lados_das_vendas, travar_comparacao
from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.erros import Problema
from pdv.processamento.leitura import marcar_efetuadas
from pdv.processamento.models import Alvo, LogProcessamento

ALVO = Alvo.NOTA
TABELA = marcas.TABELAS[ALVO]
DE_VENDA = frozenset({"nfce", "cfe_sat"})


class Nota(NamedTuple):
    """A staged note."""

    id: int
    filial_id: int
    ponto_venda_id: int
    instalacao: str
    id_operacao: int | None
    chave: str
    numero: int
    serie: int
    modelo: str
    data_emissao: datetime
    valor_total: Decimal
    tentativas: int
    xml: str

    @property
    def venda(self) -> tuple[int, str, int] | None:
        return None if self.id_operacao is None else (self.ponto_venda_id, self.instalacao, self.id_operacao)


class DrenoNotas:
    nome = "pdv.notas"

    def particoes_pendentes(self, cursor: CursorWrapper) -> list[int]:
        return marcas.pendentes(ALVO, cursor)

    def proximas(self, cursor: CursorWrapper, particao: int, limite: int, *, livres: bool) -> list[int]:
        return marcas.proximas(ALVO, cursor, particao, limite, livres=livres)

    def recusar(self, cursor: CursorWrapper, linha: int, erro: ErroDefinitivo) -> None:
        marcas.recusar(cursor, ALVO, linha, erro)

    def adiar(self, cursor: CursorWrapper, linha: int, erro: Exception) -> None:
        marcas.adiar(cursor, ALVO, linha, erro)

    def contar_mortes(self, cursor: CursorWrapper, ids: Sequence[int], maximo: int) -> None:
        marcas.contar_mortes(cursor, ALVO, ids, maximo)

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        fechados = tuple(periodos_fechados())  # the first lock: no period closes under what is being posted
        lidas: list[tuple[Nota, DocumentoLido]] = []
        erros: list[tuple[int, list[Problema]]] = []
        for nota in _reivindicar(cursor, ids):
            try:
                lido = ler_documento(nota.xml)
            except XmlIlegivel as ilegivel:
                erros.append((nota.id, [Problema("XML_ILEGIVEL", str(ilegivel))]))
                continue
            problemas = problemas_de(nota, lido)
            if problemas:
                erros.append((nota.id, problemas))
            else:
                lidas.append((nota, lido))
        marcas.marcar_com_erro(cursor, ALVO, erros)
        if lidas:
            _lancar(cursor, lidas, fechados)
        return Resumo(efetuadas=len(lidas), com_erro=len(erros))


def problemas_de(nota: Nota, lido: DocumentoLido) -> list[Problema]:
    """What makes a note unfit to be posted: it is no sale's note, or its XML is another's."""
    problemas = []
    if lido.tipo not in DE_VENDA:
        mensagem = f"o XML é de {lido.tipo}: esperado NFC-e (modelo 65) ou CF-e SAT (modelo 59)"
        problemas.append(Problema("MODELO_INESPERADO", mensagem))
    elif lido.chave and lido.chave != nota.chave:
        problemas.append(Problema("CHAVE_DIVERGENTE", f"chave da nota {nota.chave}, chave no XML {lido.chave}"))
    return problemas


def _reivindicar(cursor: CursorWrapper, ids: Sequence[int]) -> list[Nota]:
    cursor.execute(
        f"""SELECT id, filial_id, ponto_venda_id, instalacao::text, id_operacao, chave, numero, serie, modelo, data_emissao,
                valor_total, tentativas, xml FROM {TABELA} WHERE id = ANY(%s) AND situacao_replicacao = 1
            ORDER BY proxima_tentativa_em, recebido_em, id FOR UPDATE SKIP LOCKED""",
        [list(ids)],
    )
    return [Nota._make(linha) for linha in cursor.fetchall()]


def _lancar(
    cursor: CursorWrapper, lidas: list[tuple[Nota, DocumentoLido]], fechados: tuple[Periodo, ...]
) -> None:  # fmt: skip
    agora = timezone.now()
    geracoes = fiscal.geracoes_de(cursor, [(n.chave, n.numero) for n, _ in lidas])
    vivos = [vivo for _, vivo in geracoes.values() if vivo is not None]
    if vivos:
        hoje = primeiro_dia_aberto(dia_local(agora), fechados)
        fiscal.estornar(cursor, vivos, agora=agora, data_contabil=hoje)
    novos = reservar_ids(cursor, "fiscal_documento", len(lidas))
    documentos = [
        _documento(id_, nota, lido, geracoes.get((nota.chave, nota.numero), (0, None))[0] + 1, fechados)
        for id_, (nota, lido) in zip(novos, lidas, strict=True)
    ]
    fiscal.lancar(cursor, documentos, recebidas=TABELA, agora=agora)
    travar_comparacao(cursor, {n.filial_id for n, _ in lidas})
    vendas = lados_das_vendas(cursor, [n.venda for n, _ in lidas if n.venda])
    avisos = {
        documento.id: avisos_de(lido, vendas.get(nota.venda) if nota.venda else None)
        for documento, (nota, lido) in zip(documentos, lidas, strict=True)
    }
    gravar_avisos(cursor, avisos, agora=agora)
    marcar_efetuadas(cursor, TABELA, [n.id for n, _ in lidas], agora)
    efetuado = LogProcessamento.Resultado.EFETUADO
    copiar(
        cursor, "log_processamento", marcas.COLUNAS_LOG,
        [
            (ALVO, n.id, n.filial_id, n.tentativas + 1, efetuado, "", f"geração {d.geracao}", agora)
            for d, (n, _) in zip(documentos, lidas, strict=True)
        ],
    )  # fmt: skip


def avisos_de(lido: DocumentoLido, venda: Lado | None) -> list[AvisoNovo]:
    """The reader's warnings, and what the sale says otherwise."""
    avisos = [AvisoNovo(a.codigo, a.mensagem, False) for a in lido.avisos]
    if venda is not None:
        avisos += comparar(Lado(lido.totais.total, [i.valor_liquido for i in lido.itens]), venda)
    return avisos


def _documento(id_: int, nota: Nota, lido: DocumentoLido, geracao: int, fechados: tuple[Periodo, ...]) -> DocumentoNovo:
    emissao = lido.data_emissao or nota.data_emissao
    return DocumentoNovo(
        id_, nota.filial_id, nota.id, nota.chave, nota.numero, lido.serie or nota.serie, nota.modelo, geracao,
        lido.situacao, lido.protocolo, lido.cnpj_emitente, lido.documento_destinatario, emissao, lido.totais.total,
        lido.totais.ibs, lido.totais.cbs, fiscal.conteudo_de(lido), primeiro_dia_aberto(dia_local(emissao), fechados),
    )  # fmt: skip
