"""Requests made by people: a document to be signed, once."""

from __future__ import annotations

from hashlib import sha256

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.assinaturas.especies import Documento, especie
from erp.assinaturas.maquina import EM_CURSO, Passo
from erp.assinaturas.models import ArquivoAssinatura, Assinatura, EventoAssinatura
from erp.assinaturas.pdf.desenho import renderizar
from erp.assinaturas.portas import PortaDeAssinaturas, configuradas
from erp.assinaturas.services.registro import OBJETO


@sensivel("assinaturas.pedido_feito")
@transaction.atomic
def pedir(*, especie_nome: str, objeto_id: int, versao: str, usuario: User, motivo: str = "") -> Assinatura:
    """Make the request to sign a document as it is now; nothing leaves yet (`enviar`).

    `versao` is the one that the person saw. Raises ErroDefinitivo: it changed since, it misses something, it is being
    signed or is signed already, no provider is configured. Twice at once, the second finds the first's.
    """
    documento, por_onde = conferir(especie_nome, objeto_id, versao)
    _recusar_repetida(especie_nome, objeto_id, versao)
    try:
        with transaction.atomic():
            return _criar(especie_nome, objeto_id, documento, por_onde.nome, usuario, motivo)
    except IntegrityError as erro:
        raise ErroDefinitivo(
            "JA_ENVIADO", "Este documento acaba de ser mandado para assinar por outra pessoa.", "Confira."
        ) from erro


def conferir(especie_nome: str, objeto_id: int, versao: str) -> tuple[Documento, PortaDeAssinaturas]:
    """The document as it is now, and by whom it would go. Raises ErroDefinitivo; nothing is written."""
    documento = especie(especie_nome).documento(objeto_id)
    portas = configuradas()
    if not portas:
        raise ErroDefinitivo(
            "PROVEDOR_NAO_CONFIGURADO", "Nenhum provedor de assinaturas está configurado.", "Fale com a TI."
        )
    if documento.conteudo.versao() != versao:
        raise ErroDefinitivo("DOCUMENTO_MUDOU", "O documento mudou desde que você o viu.", "Confira de novo.")
    return documento, portas[0]


def _recusar_repetida(especie_nome: str, objeto_id: int, versao: str) -> None:
    do_objeto = Assinatura.objects.filter(especie=especie_nome, objeto_id=objeto_id)
    em_curso = do_objeto.filter(situacao__in=[p.value for p in EM_CURSO]).first()
    if em_curso is not None:
        raise ErroDefinitivo(
            "JA_ENVIADO",
            f"O documento já está com quem assina (assinatura {em_curso.pk}).",
            "Espere, ou cancele aquela.",
        )
    assinada = do_objeto.filter(situacao=Passo.ASSINADA.value, versao=versao).order_by("-pk").first()
    if assinada is not None:
        raise ErroDefinitivo(
            "JA_ASSINADO", f"O documento, tal como está, já foi assinado (assinatura {assinada.pk}).", ""
        )


def _criar(
    especie_nome: str, objeto_id: int, documento: Documento, provedor: str, usuario: User, motivo: str
) -> Assinatura:
    agora, pdf = timezone.now(), renderizar(documento.conteudo)
    quem = str(ator_usuario(usuario))
    assinatura = Assinatura.objects.create(
        especie=especie_nome, objeto_id=objeto_id, numero=documento.numero, titulo=documento.titulo,
        filial_id=documento.filial_id, signatarios=[s._asdict() for s in documento.signatarios],
        versao=documento.conteudo.versao(), sha256_enviado=sha256(pdf).hexdigest(), provedor=provedor, criada_por=quem,
        criada_em=agora, mudou_em=agora, consultar_em=agora,
    )  # fmt: skip
    ArquivoAssinatura.objects.create(
        assinatura=assinatura, tipo=ArquivoAssinatura.Tipo.ENVIADO, conteudo=pdf, sha256=assinatura.sha256_enviado,
        guardado_em=agora,
    )  # fmt: skip
    EventoAssinatura.objects.create(
        assinatura=assinatura, id_evento="preparada", fonte=EventoAssinatura.Fonte.NOS, situacao=Passo.PREPARADA.value,
        em=agora, recebido_em=agora, por=quem, texto="pedida",
    )  # fmt: skip
    auditar(
        acao="assinaturas.pedido_feito", ator=ator_usuario(usuario), objeto=OBJETO, objeto_id=str(assinatura.pk),
        depois={"documento": documento.numero, "sha256": assinatura.sha256_enviado}, motivo=motivo,
    )  # fmt: skip
    return assinatura
