"""From bytes to a tree, refusing what a fiscal document never has, and the two ways to look at its branches."""

from lxml import etree

from erp.fiscal.xml.documento import XmlIlegivel

TAMANHO_MAXIMO = 2 * 1024 * 1024

Campos = dict[str, str | None]
Elemento = etree._Element

_COM_DOCTYPE = "o documento declara DOCTYPE ou entidades, que um documento fiscal nunca tem"

# Half of the reading was lxml composing "{namespace}tag" for each element: without these, a tag is a plain word
_NAMESPACES = (b' xmlns="http://www.portalfiscal.inf.br/nfe"', b' xmlns="http://www.w3.org/2000/09/xmldsig#"')


def _parser(encoding: str | None = None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )


_PARSER = _parser()
# text already decoded: what its declaration says of the encoding no longer holds
_PARSER_UTF8 = _parser("utf-8")


def abrir(xml: bytes | str) -> Elemento:
    """The root of a document of at most 2 MiB, without DOCTYPE, its tags without namespace.

    Issuers use prefixes, a wrong namespace or none, so none is looked at. Raises XmlIlegivel, and only that.
    """
    parser = _PARSER
    if isinstance(xml, str):
        parser = _PARSER_UTF8
        try:
            xml = xml.encode("utf-8")
        except UnicodeEncodeError as erro:
            raise XmlIlegivel(f"o texto tem um caractere que não existe em Unicode, na posição {erro.start}") from None
    if len(xml) > TAMANHO_MAXIMO:
        raise XmlIlegivel(f"o documento tem {len(xml)} bytes; o limite é {TAMANHO_MAXIMO}")
    if b"<!DOCTYPE" in xml:  # entities are declared nowhere else
        raise XmlIlegivel(_COM_DOCTYPE)
    xml = xml.lstrip()  # blanks before the declaration are common in exported files, and not XML
    if not xml:
        raise XmlIlegivel("o documento está vazio")
    for namespace in _NAMESPACES:
        xml = xml.replace(namespace, b"")
    try:
        raiz = etree.fromstring(xml, parser)
    except (etree.LxmlError, ValueError, LookupError) as erro:
        raise XmlIlegivel(f"não é um XML bem formado: {str(erro)[:200]}") from None
    if raiz is None:
        raise XmlIlegivel("o documento não tem elemento raiz")
    # the bytes above are not searched in every encoding (UTF-16); the tree knows
    if raiz.getroottree().docinfo.internalDTD is not None:
        raise XmlIlegivel(_COM_DOCTYPE)
    if b"xmlns" in xml or b"\0" in xml:  # another namespace, or UTF-16, where the one above was not found
        _tirar_namespaces(raiz)
    return raiz


def _tirar_namespaces(raiz: Elemento) -> None:
    for elemento in raiz.iter():
        if elemento.tag.startswith("{"):
            elemento.tag = elemento.tag[elemento.tag.index("}") + 1 :]


def campos(elemento: Elemento | None) -> Campos:
    """The texts of the children, by tag; of a tag that repeats, the last."""
    if elemento is None:
        return {}
    return {filho.tag: filho.text for filho in elemento}


def filhos(elemento: Elemento | None) -> dict[str, Elemento]:
    """The children, by tag; of a tag that repeats, the last."""
    if elemento is None:
        return {}
    return {filho.tag: filho for filho in elemento}


def textos(partes: dict[str, Elemento]) -> Campos:
    """What `campos` gives, where `filhos` has been called already."""
    return {tag: filho.text for tag, filho in partes.items()}
