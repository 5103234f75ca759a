"""Encrypting under a person's key, reading back, destroying the key.

AES-256-GCM twice: the master key wraps the person's, the person's encrypts one JSON object of fields. What is encrypted
is bound to its event and its side (`antes`, `depois`): moved elsewhere, it does not open. A text is
`v1.<key, hexadecimal>.<nonce and ciphertext, hexadecimal>`, in which no rule of masking sees a document.
"""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.utils import timezone

from auditoria.models import ChavePessoa, DadoCifrado
from auditoria.pessoas.identidade import indices
from auditoria.pessoas.mestra import chave_de_embrulho, chaves_mestras
from auditoria.pessoas.politica import campos_de

CAMPO: Final = "_cifra"
_NONCE, _TAMANHO, _VERSAO = 12, 32, "v1"


class Ilegivel(Exception):
    """Este dado não pode mais ser lido."""

    def __init__(self, porque: str) -> None:
        super().__init__(f"{self.__doc__} {porque}")


class Quadros(NamedTuple):
    """`antes` and `depois` with what was encrypted beside the fields, and under which key, if anything was."""

    antes: Mapping[str, Any] | None
    depois: Mapping[str, Any] | None
    chave: uuid.UUID | None


def cifrar_quadros(
    *, pessoa: str, acao: str, evento: uuid.UUID, antes: Mapping[str, Any] | None, depois: Mapping[str, Any] | None
) -> Quadros:
    """Add `_cifra` to each side that has recoverable fields. Raises `SemPolitica` for an act that declares none."""
    campos = campos_de(acao)
    lados = {"antes": _recuperaveis(antes, campos), "depois": _recuperaveis(depois, campos)}
    if not any(lados.values()):
        return Quadros(antes, depois, None)
    chave, aberta = _chave_de(pessoa)

    def juntar(lado: str, valores: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if not lados[lado] or valores is None:
            return valores
        return {**valores, CAMPO: _cifrar(chave, aberta, lados[lado], _amarra(evento, lado))}

    return Quadros(juntar("antes", antes), juntar("depois", depois), chave)


def anotar(chave: uuid.UUID, evento: uuid.UUID) -> None:
    """Say which event has something under a key: after the event, in its transaction."""
    DadoCifrado.objects.create(chave_id=chave, evento_id=evento)


def abrir(texto: str, *, evento: uuid.UUID, lado: str) -> dict[str, str]:
    """The fields that were encrypted in one side of an event. Raises `Ilegivel`, which says why."""
    nome, bruto = _partes(texto)
    linha = ChavePessoa.objects.filter(pk=nome).first()
    if linha is None:
        raise Ilegivel("A chave da pessoa não existe.")
    if linha.embrulhada is None:
        quando = timezone.localtime(linha.destruida_em) if linha.destruida_em else timezone.localtime()
        raise Ilegivel(f"A pessoa foi anonimizada em {quando:%d/%m/%Y}, e a chave dela foi destruída.")
    aberta = _desembrulhar(linha)
    try:
        claro = AESGCM(aberta).decrypt(bruto[:_NONCE], bruto[_NONCE:], _amarra(evento, lado))
    except (InvalidTag, ValueError):  # it is not, or is too short to be
        raise Ilegivel("O texto cifrado não confere com a chave ou com o evento.") from None
    lido: dict[str, str] = json.loads(claro)
    return lido


def eventos_de(documento: str) -> Iterator[uuid.UUID]:
    """The events that have something under this person's keys, oldest first, as they are read."""
    dados = DadoCifrado.objects.filter(chave__indice__in=indices(documento))
    return dados.order_by("evento_id").values_list("evento_id", flat=True).distinct().iterator()


@transaction.atomic
def destruir(documento: str) -> int:
    """Destroy every key of a person: what was encrypted under them is read no more, by anybody. Returns how many.

    The rows stay, empty, so that who asks is told that it was on purpose. Backups keep them until they expire.
    """
    chaves = ChavePessoa.objects.filter(indice__in=indices(documento)).order_by("pk").select_for_update()
    nomes = [chave.pk for chave in chaves]
    DadoCifrado.objects.filter(chave__in=nomes).delete()
    return ChavePessoa.objects.filter(pk__in=nomes).update(
        indice=None, embrulhada=None, destruida_em=timezone.now()
    )  # fmt: skip


def _recuperaveis(valores: Mapping[str, Any] | None, campos: Mapping[str, str]) -> dict[str, str]:
    return {nome: str(valores[nome]) for nome in campos if valores and valores.get(nome)}


def _chave_de(pessoa: str) -> tuple[uuid.UUID, bytes]:
    """The person's newest key, or a new one. Two writers may each make one: neither waits, both are the person's."""
    achados = indices(pessoa)
    linha = ChavePessoa.objects.filter(indice=achados[0]).order_by("-criada_em").first()
    if linha is not None:
        return linha.pk, _desembrulhar(linha)
    nome, aberta = uuid.uuid4(), secrets.token_bytes(_TAMANHO)
    nonce = secrets.token_bytes(_NONCE)
    embrulhada = nonce + AESGCM(chave_de_embrulho(chaves_mestras()[0])).encrypt(nonce, aberta, nome.bytes)
    ChavePessoa.objects.create(id=nome, indice=achados[0], embrulhada=embrulhada)
    return nome, aberta


def _partes(texto: str) -> tuple[uuid.UUID, bytes]:
    versao, _, resto = texto.partition(".")
    nome, _, corpo = resto.partition(".")
    if versao != _VERSAO:
        raise Ilegivel(f"Versão desconhecida: {versao[:20]}.")
    try:
        return uuid.UUID(hex=nome), bytes.fromhex(corpo)
    except ValueError:
        raise Ilegivel("O texto cifrado não está na forma em que a retaguarda o escreve.") from None


def _desembrulhar(linha: ChavePessoa) -> bytes:
    bruto = bytes(linha.embrulhada or b"")
    for mestra in chaves_mestras():
        try:
            return AESGCM(chave_de_embrulho(mestra)).decrypt(bruto[:_NONCE], bruto[_NONCE:], linha.pk.bytes)
        except (InvalidTag, ValueError):
            continue
    raise Ilegivel("A chave mestra é outra: ponha a anterior em AUDITORIA_CHAVE_MESTRA, depois da atual.")


def _cifrar(chave: uuid.UUID, aberta: bytes, campos: Mapping[str, str], amarra: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE)
    corpo = nonce + AESGCM(aberta).encrypt(nonce, json.dumps(campos, ensure_ascii=False).encode(), amarra)
    return f"{_VERSAO}.{chave.hex}.{corpo.hex()}"


def _amarra(evento: uuid.UUID, lado: str) -> bytes:
    return f"{evento.hex}.{lado}".encode()
