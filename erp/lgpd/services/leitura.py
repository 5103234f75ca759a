"""Reading what an event holds encrypted: by who may, with a reason, and it is an event itself."""

from __future__ import annotations

import uuid

from django.db import transaction

from auditoria.lados import ler
from auditoria.pessoas.cifra import CAMPO, Ilegivel, abrir
from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from auditoria.trilha.pagina import um
from erp.acesso.erros import ErroDefinitivo


@sensivel("lgpd.dado_cifrado_lido")
@transaction.atomic
def ler_cifrado(evento_id: uuid.UUID, *, ator: Ator, motivo: str) -> dict[str, dict[str, str]]:
    """The fields, in clear, of `antes` and `depois`, whichever store the event is in.

    Raises `ErroDefinitivo` when there is none, or none can be read.
    """
    visto, falta = um(evento_id)
    if visto is None and falta:
        raise ErroDefinitivo("ARQUIVO_FORA", falta, "Tente de novo quando o arquivo responder.")
    lados = {"antes": visto.linha.antes, "depois": visto.linha.depois} if visto else {}
    cifrados = {lado: cifrado for lado, texto in lados.items() if (cifrado := _cifrado(texto))}
    if not cifrados:
        raise ErroDefinitivo("SEM_DADO_CIFRADO", "Este evento não tem dado cifrado.", "")
    try:
        lidos = {lado: abrir(texto, evento=evento_id, lado=lado) for lado, texto in cifrados.items()}
    except Ilegivel as erro:
        raise ErroDefinitivo("DADO_ILEGIVEL", str(erro), "") from None
    registrar(
        acao="lgpd.dado_cifrado_lido", ator=ator, objeto="auditoria.Evento", objeto_id=str(evento_id), motivo=motivo,
        depois={"campos": sorted({campo for campos in lidos.values() for campo in campos})},
    )  # fmt: skip
    return lidos


def _cifrado(texto: str | None) -> str:
    valores = ler(texto)
    return str(valores.get(CAMPO, "")) if isinstance(valores, dict) else ""
