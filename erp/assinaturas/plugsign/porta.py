"""Documents signed through PlugSign (https://plugsign.readme.io): a file handed over, e-mails asked to sign it.

Its states: *Unsigned* (it has the file, nobody was asked), *Pending* and *Open* (asked, opened), *Signed*, *Declined*,
*Cancelled*. It documents no call that cancels: the document is taken away, and nobody can sign it any more.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from erp.assinaturas.maquina import Passo
from erp.assinaturas.portas import Pedido, Remota
from erp.provedores.autorizacao import portador
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor, FalhaPassageira
from erp.provedores.registro import Provedor

NOME: Final = "plugsign"
PAGINAS: Final = 20  # of the list of documents, newest first: how far back one whose answer was lost is looked for
SUMIU: Final = "(não está mais lá)"
_NAO_PEDIDA: Final = "unsigned"
_PASSOS: Final = {
    _NAO_PEDIDA: Passo.ENVIADA, "pending": Passo.ENVIADA, "open": Passo.ABERTA, "opened": Passo.ABERTA,
    "signed": Passo.ASSINADA, "declined": Passo.RECUSADA, "cancelled": Passo.CANCELADA, "canceled": Passo.CANCELADA,
}  # fmt: skip
_DATAS: Final = ("signed_on", "signed_at", "updated_on", "updated_at")
_ENDERECOS: Final = ("signing_url", "link", "url")
_SEGREDOS: Final = frozenset({"signing_key", "requests", "download", *_ENDERECOS})


class PlugSign(Provedor):
    """The token is made in PlugSign's own site, does not end and is never renewed: a 401 waits for a person."""

    nome = NOME
    titulo = "PlugSign (assinatura digital)"
    exige = ("PLUGSIGN_URL", "PLUGSIGN_TOKEN")

    def testar(self) -> str:
        try:
            lista = _lista(cliente().json("GET", "/docs"))
        except FalhaDoProvedor as erro:
            if erro.status in (401, 403):
                raise FalhaDefinitiva(
                    erro.codigo,
                    "a PlugSign não aceitou o token (PLUGSIGN_TOKEN): ele foi desativado ou é de outra conta; gere outro em "
                    "Ajustes, Integração via API",
                    status=erro.status,
                ) from erro
            raise
        return f"A PlugSign aceitou o token. Documentos na primeira página da conta: {len(lista)}."


class PortaPlugSign:
    """The port."""

    nome = NOME
    titulo = "PlugSign"

    @property
    def simultaneas(self) -> int:
        return int(settings.PLUGSIGN_SIMULTANEAS)

    def configurado(self) -> bool:
        return PlugSign().configurado()

    def procurar(self, referencia: str) -> Remota | None:
        """GET /docs, page by page, for the name that we gave."""
        for documento in _documentos():
            if documento.get("name") == referencia:
                return ler_documento(documento)
        return None

    def enviar(self, pedido: Pedido) -> str:
        """POST /files/upload, the file in base64."""
        arquivo = f"data:application/pdf;base64,{b64encode(pedido.pdf).decode()}"
        corpo = cliente().json("POST", "/files/upload", json={"name": pedido.referencia, "file": arquivo})
        dados = corpo.get("data") if isinstance(corpo, dict) else None
        return _chave(dados)

    def pedir(self, id_provedor: str, pedido: Pedido) -> Remota:
        """POST /requests/documents: each e-mail is asked."""
        corpo = cliente().json(
            "POST", "/requests/documents",
            json={
                "document_key": id_provedor, "email": [s.email for s in pedido.signatarios],
                "message": f"{settings.CONTATOS_EMPRESA}: {pedido.titulo} para a sua assinatura.",
            },
        )  # fmt: skip
        bruto = corpo if isinstance(corpo, dict) else {}
        return Remota(id_provedor, "Pending", Passo.ENVIADA, None, _sem_segredos(bruto), _endereco(bruto))

    def consultar(self, id_provedor: str) -> Remota:
        """GET /docs by its key. One that is not there any more was taken away: nobody can sign it."""
        documentos = _lista(cliente().json("GET", "/docs", parametros={"document_key": id_provedor}))
        for documento in documentos:
            if documento.get("document_key") == id_provedor:
                return ler_documento(documento)
        if documentos:  # it did not heed the key: ours may be on another page
            raise ilegivel("perguntou-se por um documento, e vieram outros")
        return Remota(
            id_provedor, SUMIU, Passo.CANCELADA, None, {}, aviso="o documento foi apagado no site do provedor"
        )

    def baixar(self, id_provedor: str) -> bytes:
        """GET /files/download/:key."""
        return cliente().chamar(
            "GET", f"/files/download/{trecho(id_provedor)}", rotulo="/files/download/:key",
            cabecalhos={"accept": "application/pdf"},
        ).corpo  # fmt: skip

    def cancelar(self, id_provedor: str) -> None:
        """DELETE /docs, by the number that PlugSign knows it by."""
        remota = self.consultar(id_provedor)
        if remota.lida == SUMIU:
            return
        numero = remota.bruto.get("id")
        if not isinstance(numero, int):
            raise ilegivel("documento sem `id`")
        cliente().chamar("DELETE", "/docs", json={"id": numero})


def ler_documento(documento: Mapping[str, Any]) -> Remota:
    """A document as GET /docs tells it. Raises `FalhaPassageira` when its status is unknown: nothing moves by it."""
    lida = documento.get("status")
    if not isinstance(lida, str) or lida.strip().lower() not in _PASSOS:
        raise ilegivel(f"situação desconhecida: {str(lida)[:40]!r}")
    situacao = lida.strip().lower()
    return Remota(
        _chave(documento), lida.strip()[:40], _PASSOS[situacao], _quando(documento), _sem_segredos(documento),
        _endereco(documento), pedida=situacao != _NAO_PEDIDA,
    )  # fmt: skip


def ilegivel(motivo: str) -> FalhaPassageira:
    """An answer that is not what the documents say."""
    return FalhaPassageira("RESPOSTA_ILEGIVEL", f"o provedor respondeu o que não se lê: {motivo}")


def cliente() -> Cliente:
    return Cliente(
        NOME, settings.PLUGSIGN_URL, autorizacao=portador(settings.PLUGSIGN_TOKEN), tempo_limite=settings.PLUGSIGN_TEMPO_LIMITE
    )  # fmt: skip


def _documentos() -> Iterator[Mapping[str, Any]]:
    """The documents of the account, newest first, as far as `PAGINAS`."""
    for pagina in range(1, PAGINAS + 1):
        corpo = cliente().json("GET", "/docs", parametros={"page": pagina})
        yield from _lista(corpo)
        meta = corpo.get("meta") if isinstance(corpo.get("meta"), dict) else corpo
        ultima = meta.get("last_page") if isinstance(meta, dict) else None
        if not isinstance(ultima, int) or pagina >= ultima:
            return


def _lista(corpo: Any) -> list[Mapping[str, Any]]:
    dados = corpo.get("data") if isinstance(corpo, dict) else None
    if not isinstance(dados, list):
        raise ilegivel("lista de documentos sem `data`")
    return [documento for documento in dados if isinstance(documento, dict)]


def _chave(dados: Any) -> str:
    chave = dados.get("document_key") if isinstance(dados, dict) else None
    if not isinstance(chave, str) or not 0 < len(chave) <= 120:
        raise ilegivel("documento sem `document_key`")
    return chave


def _endereco(dados: Mapping[str, Any]) -> str:
    """Where it is signed, when it says; only an address that a browser may open."""
    partes = dados.get("data")
    candidatos = [dados, *(partes if isinstance(partes, list) else [partes])]
    for candidato in candidatos:
        for nome in _ENDERECOS if isinstance(candidato, dict) else ():
            valor = candidato.get(nome)
            if isinstance(valor, str) and valor.startswith(("https://", "http://")) and len(valor) <= 500:
                return valor
    return ""


def _quando(documento: Mapping[str, Any]) -> datetime | None:
    for nome in _DATAS:
        valor = documento.get(nome)
        if isinstance(valor, str):
            try:
                lido = parse_datetime(valor)
            except ValueError:
                continue
            if lido is not None:
                return timezone.make_aware(lido) if timezone.is_naive(lido) else lido
    return None


def _sem_segredos(dito: Any) -> Any:
    """What is kept of it, however deep: whoever has a signing key, or the address that has it, signs."""
    if isinstance(dito, list):
        return [_sem_segredos(item) for item in dito]
    if not isinstance(dito, dict):
        return dito
    return {nome: _sem_segredos(valor) for nome, valor in dito.items() if nome not in _SEGREDOS}
