"""What people ask of a request that is made: to send it now, to ask about it, to give it up. It draws no document."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.assinaturas.leituras import Lido
from erp.assinaturas.maquina import Passo
from erp.assinaturas.models import Assinatura, EventoAssinatura
from erp.assinaturas.portas import PortaDeAssinaturas, porta
from erp.assinaturas.services.consulta import Feita, gravar, pegar, perguntar
from erp.assinaturas.services.espera import devolver
from erp.assinaturas.services.registro import OBJETO, registrar
from erp.provedores.erros import FalhaDoProvedor


def enviar(assinatura: Assinatura) -> Assinatura:
    """Send now one just made, while somebody waits; what fails goes with the routine. Outside any transaction."""
    por_onde = porta(assinatura.provedor)
    gravar(perguntar(por_onde, pegar(por_onde, ate=timezone.now(), ids=[assinatura.pk])))
    assinatura.refresh_from_db()
    return assinatura


def consultar(assinatura_id: int) -> Assinatura:
    """Ask about one that the provider has, now. Called outside any transaction.

    It only reads there, so nothing is lost when the routine asks at the same time. Raises ErroDefinitivo when nothing
    could be asked; a provider that failed is in `erro`.
    """
    assinatura = Assinatura.objects.get(pk=assinatura_id)
    if not assinatura.id_provedor:
        raise ErroDefinitivo("AINDA_NAO_ENVIADA", f"A {assinatura} ainda não chegou ao provedor.", "A rotina a manda.")
    antes = assinatura.consultada_em
    Assinatura.objects.filter(pk=assinatura_id).update(consultar_em=timezone.now())
    assinatura = enviar(assinatura)
    if assinatura.consultada_em == antes and not assinatura.erro:
        raise ErroDefinitivo(
            "NAO_PERGUNTADO", "Nada foi perguntado agora: o provedor está em pausa, ou outra consulta está em curso.",
            "Tente de novo daqui a pouco.",
        )  # fmt: skip
    return assinatura


@sensivel("assinaturas.pedido_cancelado")
def cancelar(*, assinatura_id: int, motivo: str, usuario: User) -> Assinatura:
    """Give a request up, at the provider and then here. Raises ErroDefinitivo; called outside any transaction.

    The provider is asked first: what was signed in the meantime is not thrown away, and is registered instead.
    """
    assinatura = Assinatura.objects.get(pk=assinatura_id)
    if assinatura.em_curso:
        assinatura = _perguntar_antes(assinatura)
    if not assinatura.em_curso:
        raise ErroDefinitivo("NAO_SE_CANCELA", f"A {assinatura} está {assinatura.por_extenso}: não se cancela.", "")
    if assinatura.id_provedor:
        _cancelar_la(porta(assinatura.provedor), assinatura)
    agora = timezone.now()
    lido = Lido(
        "cancelada por nós", Passo.CANCELADA, agora, EventoAssinatura.Fonte.NOS, por=str(ator_usuario(usuario)), texto=motivo
    )  # fmt: skip
    with transaction.atomic():
        registrar(assinatura_id, [lido], agora=agora)
        auditar(
            acao="assinaturas.pedido_cancelado", ator=ator_usuario(usuario), objeto=OBJETO, objeto_id=str(assinatura_id),
            depois={"documento": assinatura.numero}, motivo=motivo,
        )  # fmt: skip
    assinatura.refresh_from_db()
    return assinatura


def _cancelar_la(por_onde: PortaDeAssinaturas, assinatura: Assinatura) -> None:
    try:
        por_onde.cancelar(assinatura.id_provedor)
    except FalhaDoProvedor as erro:
        raise ErroDefinitivo(
            "PROVEDOR_RECUSOU", f"O provedor não cancelou a {assinatura}: {erro}.", "Tente de novo daqui a pouco."
        ) from erro


def _perguntar_antes(assinatura: Assinatura) -> Assinatura:
    """The request as it is at the provider now. Raises ErroDefinitivo when nobody knows."""
    if not assinatura.id_provedor:
        return _procurar_antes(assinatura)
    assinatura = consultar(assinatura.pk)
    if assinatura.erro and assinatura.em_curso:
        raise ErroDefinitivo(
            "PROVEDOR_NAO_RESPONDE", f"Não se sabe se já assinaram: {assinatura.erro}.", "Tente de novo daqui a pouco."
        )
    return assinatura


def _procurar_antes(assinatura: Assinatura) -> Assinatura:
    """Of one without an answer: looked for at the provider, and held against who sends until its lease ends.

    Raises ErroDefinitivo when it is being sent right now, or the provider does not say whether it has it.
    """
    por_onde = porta(assinatura.provedor)
    Assinatura.objects.filter(pk=assinatura.pk, erro__gt="").update(consultar_em=timezone.now())
    pegas = pegar(por_onde, ate=timezone.now(), ids=[assinatura.pk])
    try:
        if not pegas:
            raise FalhaDoProvedor("EM_MAOS", "está sendo mandada agora")
        achada = por_onde.procurar(assinatura.referencia)
        if achada is not None and achada.pedida:
            gravar([Feita(pegas[0], achada, timezone.now())])
        elif achada is not None:  # the file is there, and nobody was asked to sign it
            por_onde.cancelar(achada.id_provedor)
    except FalhaDoProvedor as erro:
        devolver(pegas, timezone.now())
        raise ErroDefinitivo(
            "A_CAMINHO",
            f"A {assinatura} está a caminho do provedor, e não se sabe se chegou: {erro}.",
            "Espere a resposta.",
        ) from erro
    assinatura.refresh_from_db()
    return assinatura
