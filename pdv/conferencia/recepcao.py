"""Receiving manifests: the newest version of each is kept, and its day is touched. Nothing is compared here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
import structlog
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from pdv.conferencia.esquema import (
    VERSAO,
    ManifestoPdv,
    Remessa,
    Resposta,
    Resultado,
    ResultadoManifesto,
    problemas_de,
)
from pdv.conferencia.models import Manifesto, Toque
from pdv.manifesto import dia_da_loja
from pdv.replicacao.armazem import travar_ponto_venda
from pdv.replicacao.codigos import CodigoPacote, PacoteRecusado
from pdv.replicacao.services import ADIANTAMENTO, INTERVALO_DE_CONTATO, PRIMEIRA_DATA

log = structlog.get_logger(__name__)
_decodificar = msgspec.json.Decoder(Remessa).decode
_TROCO_DE_TEXTO: Final = 300


def receber_manifestos(
    *, corpo: bytes, ponto_venda: PontoVenda, agora: datetime | None = None, gravar: bool = True
) -> Resposta:
    """Keep the manifests of a till, in one transaction; sending them again changes nothing.

    A manifest that contradicts itself is refused alone; an older version than the one here is left aside (`antigo`,
    with the version that stands). With `gravar` false all is done and undone. Raises PacoteRecusado.
    """
    agora = agora or timezone.now()
    remessa = _ler(corpo)
    with transaction.atomic(), connection.cursor() as cursor:
        travar_ponto_venda(cursor, ponto_venda.pk)
        resultados = [_guardar(cursor, ponto_venda, remessa, m, agora) for m in remessa.manifestos]
        _registrar_contato(ponto_venda, agora)
        if not gravar:
            transaction.set_rollback(True)
    for rejeitado in (r for r in resultados if r.resultado == "rejeitado"):
        log.warning(
            "manifesto.rejeitado", ponto_venda=ponto_venda.codigo, dia=str(rejeitado.dia), motivo=rejeitado.mensagem
        )
    return Resposta(manifestos=resultados)


def _ler(corpo: bytes) -> Remessa:
    try:
        remessa = _decodificar(corpo)
    except msgspec.ValidationError as erro:
        mensagem = f"O JSON não é uma remessa de manifestos: {str(erro)[:_TROCO_DE_TEXTO]}."
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, mensagem) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise PacoteRecusado(CodigoPacote.JSON_INVALIDO) from None
    if remessa.versao != VERSAO:
        mensagem = f"versao: esperada {VERSAO}, recebida {remessa.versao}."
        raise PacoteRecusado(CodigoPacote.VERSAO_NAO_SUPORTADA, mensagem)
    return remessa


def _guardar(
    cursor: CursorWrapper, ponto_venda: PontoVenda, remessa: Remessa, m: ManifestoPdv, agora: datetime
) -> ResultadoManifesto:
    problemas = problemas_de(m) + _do_dia(m, agora)
    if problemas:
        return _resultado(m, Resultado.REJEITADO, mensagem="; ".join(problemas)[:1000])
    chave = {"ponto_venda_id": ponto_venda.pk, "instalacao": remessa.instalacao, "id_turno": m.id_turno}
    if m.id_turno is None:
        chave["dia"] = m.dia
    atual = Manifesto.objects.filter(**chave).first()
    valores = _valores(m)
    if atual is None:
        atual = Manifesto.objects.create(
            **{**chave, **valores}, filial_id=ponto_venda.filial_id, recebido_em=agora, versao=m.versao
        )
        _tocar(cursor, atual)
        return _resultado(m, Resultado.CRIADO, m.versao)
    if m.versao < atual.versao or (m.versao == atual.versao and m.hash != atual.hash):
        return _resultado(m, Resultado.ANTIGO, atual.versao)
    if m.versao == atual.versao:
        return _resultado(m, Resultado.EXISTENTE, atual.versao)
    dias = {atual.dia, m.dia}
    for campo, valor in valores.items():
        setattr(atual, campo, valor)
    atual.versao, atual.recebido_em, atual.filial_id = m.versao, agora, ponto_venda.filial_id
    atual.save()
    for dia in dias:
        _tocar(cursor, atual, dia)
    return _resultado(m, Resultado.ATUALIZADO, m.versao)


def _do_dia(m: ManifestoPdv, agora: datetime) -> list[str]:
    limite = dia_da_loja(agora + ADIANTAMENTO)
    if not PRIMEIRA_DATA.date() <= m.dia <= limite:
        return [f"dia: {m.dia}, esperado de {PRIMEIRA_DATA.date()} a {limite}: confira o relógio do PDV"]
    return []


def _valores(m: ManifestoPdv) -> dict[str, Any]:
    """The manifest as columns; lists as JSON, money inside them as text."""
    valores = {nome: getattr(m, nome) for nome in m.__struct_fields__ if nome != "versao"}
    for nome in ("por_especie", "por_finalizador", "notas", "faixas", "pendentes", "ignoradas", "abertas"):
        valores[nome] = msgspec.to_builtins(valores[nome])
    return valores


def _tocar(cursor: CursorWrapper, m: Manifesto, dia: Any = None) -> None:
    Toque.objects.create(
        ponto_venda_id=m.ponto_venda_id, filial_id=m.filial_id, instalacao=m.instalacao, dia=dia or m.dia,
        de=m.primeira, ate=m.ultima,
    )  # fmt: skip


def _resultado(m: ManifestoPdv, qual: Resultado, versao: int = 0, mensagem: str = "") -> ResultadoManifesto:
    return ResultadoManifesto(
        tipo=m.tipo, dia=m.dia, id_turno=m.id_turno, resultado=qual.value, versao=versao, mensagem=mensagem
    )


def _registrar_contato(ponto_venda: PontoVenda, agora: datetime) -> None:
    atrasado = Q(ultimo_contato_em=None) | Q(ultimo_contato_em__lte=agora - INTERVALO_DE_CONTATO)
    PontoVenda.objects.filter(atrasado, pk=ponto_venda.pk).update(ultimo_contato_em=agora)
