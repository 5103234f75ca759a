"""The one entrance: which reader a root element belongs to."""

import re
from collections.abc import Callable

from erp.fiscal.xml.arvore import TAMANHO_MAXIMO, Elemento, abrir, campos, filhos
from erp.fiscal.xml.cfe import ler_cfe, ler_cfe_cancelamento
from erp.fiscal.xml.conferencia import ler_chave
from erp.fiscal.xml.documento import DocumentoLido, Estado, XmlIlegivel
from erp.fiscal.xml.evento import com_eventos, ler_evento, ler_inutilizacao
from erp.fiscal.xml.nfe import ler_nfe, ler_protocolo
from erp.fiscal.xml.situacao import situacao_da_nota
from erp.fiscal.xml.valores import Leitor

__all__ = ["TAMANHO_MAXIMO", "ler_documento"]

Leitura = Callable[[Elemento, Leitor], DocumentoLido]

_EVENTOS: dict[str, Leitura] = {
    "procEventoNFe": ler_evento,
    "evento": ler_evento,
    "CFeCanc": ler_cfe_cancelamento,
}
_NOTAS: dict[str, Leitura] = {"nfeProc": ler_nfe, "NFe": ler_nfe, "CFe": ler_cfe}
_INUTILIZACOES: dict[str, Leitura] = dict.fromkeys(("ProcInutNFe", "procInutNFe", "inutNFe"), ler_inutilizacao)
_LEITORES = _NOTAS | _EVENTOS | _INUTILIZACOES

_DECLARACAO = re.compile(r"<\?xml[^>]*\?>")


def ler_documento(xml: bytes | str) -> DocumentoLido:
    """Read a fiscal document of at most 2 MiB; a note may have its events inside it or beside it.

    Raises XmlIlegivel, with a message in Portuguese, for what is no XML, declares DOCTYPE or entities, is too large,
    or is not a fiscal document; never anything else. All other defects are in `avisos`.
    """
    try:
        raiz = abrir(xml)
    except XmlIlegivel:
        juntos = _abrir_juntos(xml)
        if juntos is None:
            raise
        raiz = juntos
    ler = _LEITORES.get(raiz.tag)
    if ler is None:
        return _ler_conjunto(raiz)
    lido = ler(raiz, Leitor())
    eventos = _ler_eventos(raiz) if ler is ler_nfe else []
    return com_eventos(lido, eventos) if eventos else lido


def _ler_eventos(raiz: Elemento) -> list[DocumentoLido]:
    return [ler(filho, Leitor()) for filho in raiz if (ler := _EVENTOS.get(filho.tag))]


def _ler_conjunto(raiz: Elemento) -> DocumentoLido:
    """An element of any name around a note, its events, or both; also SEFAZ's answer to a query (retConsSitNFe)."""
    eventos = _ler_eventos(raiz)
    for filho in raiz:
        ler = _NOTAS.get(filho.tag) or _INUTILIZACOES.get(filho.tag)
        if ler is not None:
            return com_eventos(ler(filho, Leitor()), [*_ler_eventos(filho), *eventos])
    cancelamentos = [evento for evento in eventos if evento.chave_cancelada]
    if cancelamentos:
        return max(cancelamentos, key=lambda evento: evento.situacao == "cancelada")
    if raiz.tag == "retConsSitNFe":
        return _ler_consulta(raiz, Leitor())
    if eventos:
        return eventos[0]
    raise XmlIlegivel(f"esperados nfeProc, NFe, CFe, CFeCanc, evento ou inutilização, veio <{raiz.tag[:60]}>")


def _ler_consulta(raiz: Elemento, leitor: Leitor) -> DocumentoLido:
    """An answer that says cancelled (101, 151, 155) counts as the event; any other says nothing that a note does not."""
    prot = campos(filhos(filhos(raiz).get("protNFe")).get("infProt"))
    chave, dv_ok = ler_chave(leitor, campos(raiz).get("chNFe"), "NFe", prot.get("chNFe"))
    cstat = leitor.codigo(campos(raiz), "cStat", 3)
    if situacao_da_nota(leitor, cstat, "") != "cancelada":
        raise XmlIlegivel(f"a consulta à SEFAZ traz cStat {cstat[:3]!r}, sem o documento: esperado um cancelamento")
    estado = Estado("cancelada", cstat, ler_protocolo(prot, leitor), leitor.data_hora(prot, "dhRecbto"))
    return DocumentoLido(
        tipo="evento_cancelamento", chave=chave, chave_dv_ok=dv_ok, chave_cancelada=chave, modelo=chave[20:22],
        protocolo=estado.protocolo, cstat=cstat, data_protocolo=estado.em, situacao=estado.situacao,
        avisos=tuple(leitor.avisos), estados=(estado,),
    )  # fmt: skip


def _abrir_juntos(xml: bytes | str) -> Elemento | None:
    """Documents one after the other in one text, as some tills append the event to the note: no XML, but readable."""
    try:
        texto = xml if isinstance(xml, str) else xml.decode("utf-8-sig")
        raiz = abrir(f"<juntos>{_DECLARACAO.sub('', texto)}</juntos>")
    except (UnicodeError, XmlIlegivel):
        return None
    return raiz if len(raiz) > 1 and any(filho.tag in _LEITORES for filho in raiz) else None
