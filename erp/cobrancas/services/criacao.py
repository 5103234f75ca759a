"""Charges asked for by people: made once, sent at once when few, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria.pessoas.identidade import e_documento
from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.leituras import Lido
from erp.cobrancas.maquina import ABERTAS, Passo
from erp.cobrancas.models import Cobranca, EventoCobranca
from erp.cobrancas.portas import PortaDeCobrancas, porta
from erp.cobrancas.services.consulta import gravar, pedido_de, pegar, perguntar
from erp.cobrancas.services.espera import devolver
from erp.cobrancas.services.registro import registrar
from erp.financeiro.models import Sentido, Titulo
from erp.financeiro.quitacao import travar_titulos
from erp.financeiro.rules import ZERO
from erp.financeiro.selectors import abertos_de
from erp.provedores.erros import FalhaDoProvedor

DE_UMA_VEZ = 20  # sent while the person waits; more than these go with the routine


class Proposta(NamedTuple):
    """A title that somebody wants to charge: how much, or why not."""

    titulo: Titulo
    valor: Decimal
    impedimento: str


def propor(titulos: Sequence[Titulo], tipo: str) -> list[Proposta]:
    """What charging these titles would do: each with what is open of it, or what forbids it."""
    abertos = abertos_de([titulo.pk for titulo in titulos])
    abertas = Cobranca.objects.filter(
        titulo_id__in=[t.pk for t in titulos], tipo=tipo, situacao__in=[p.value for p in ABERTAS]
    )
    cobrados = dict(abertas.values_list("titulo_id", "pk"))
    return [_propor(titulo, abertos.get(titulo.pk, ZERO), cobrados.get(titulo.pk)) for titulo in titulos]


@transaction.atomic
def criar_cobrancas(
    *, titulos_ids: Sequence[int], conta_id: int, vencimento: date, provedor: str, tipo: str, usuario: User
) -> list[Cobranca]:
    """Make the charges of these titles, all or none, for what is open of each; nothing leaves yet.

    Raises ErroDefinitivo naming what forbids it. Twice at once, the second finds the first's: one open charge of a
    kind a title.
    """
    if not porta(provedor, tipo).configurado():
        raise ErroDefinitivo("PROVEDOR_NAO_CONFIGURADO", "O provedor não está configurado.", "Fale com a TI.")
    if vencimento < timezone.localdate():
        raise ErroDefinitivo(
            "VENCIMENTO_PASSADO", f"A cobrança valeria até {vencimento:%d/%m/%Y}, que já passou.", "Escolha outro dia."
        )
    with connection.cursor() as cursor:
        travar_titulos(cursor, titulos_ids)
    propostas = propor(list(Titulo.objects.filter(pk__in=titulos_ids).order_by("pk")), tipo)
    if impedidas := [f"{p.titulo}: {p.impedimento}" for p in propostas if p.impedimento]:
        raise ErroDefinitivo("TITULO_NAO_SE_COBRA", "; ".join(impedidas) + ".", "Tire-os da seleção.")
    try:
        with transaction.atomic():
            return [
                criar_uma(p, conta_id=conta_id, vencimento=vencimento, provedor=provedor, tipo=tipo, usuario=usuario)
                for p in propostas
            ]
    except IntegrityError as erro:
        raise ErroDefinitivo(
            "TITULO_JA_COBRADO", "Um destes títulos acaba de ganhar uma cobrança.", "Confira."
        ) from erro


def enviar(cobrancas: Sequence[Cobranca]) -> int:
    """Send now those just made, while somebody waits; what fails goes with the routine. Returns how many were made."""
    feitas = 0
    for nome, tipo in sorted({(cobranca.provedor, cobranca.tipo) for cobranca in cobrancas}):
        ids = [c.pk for c in cobrancas if (c.provedor, c.tipo) == (nome, tipo)][:DE_UMA_VEZ]
        pegas = pegar(porta(nome, tipo), ate=timezone.now(), ids=ids)
        feitas += gravar(perguntar(porta(nome, tipo), pegas)).enviadas
    return feitas


@sensivel("cobrancas.cobranca_cancelada")
def cancelar(*, cobranca_id: int, motivo: str, usuario: User) -> Cobranca:
    """Cancel an open charge at the provider, and then here. Raises ErroDefinitivo; the provider decides.

    Paid meanwhile, the provider refuses, and the next query brings the payment. Called outside any transaction.
    """
    cobranca = Cobranca.objects.get(pk=cobranca_id)
    if not cobranca.esta_aberta:
        raise ErroDefinitivo("COBRANCA_NAO_ABERTA", f"A {cobranca} está {cobranca.por_extenso}: não se cancela.", "")
    alvos = [cobranca]
    if cobranca.id_provedor:
        _cancelar_la(porta(cobranca.provedor, cobranca.tipo), cobranca)
    else:
        alvos = _desistir(cobranca)
    agora = timezone.now()
    lido = Lido(
        "cancelada por nós", Passo.CANCELADA, agora, EventoCobranca.Fonte.NOS, por=str(ator_usuario(usuario)), texto=motivo
    )  # fmt: skip
    with transaction.atomic():
        for alvo in alvos:
            registrar(alvo.pk, [lido], agora=agora)
        Cobranca.objects.filter(pk__in=[alvo.pk for alvo in alvos], id_provedor="").update(consultar_em=None)
        auditar(
            acao="cobrancas.cobranca_cancelada", ator=ator_usuario(usuario), objeto="cobrancas.cobranca",
            objeto_id=str(cobranca.pk), depois={"provedor": cobranca.provedor}, motivo=motivo,
        )  # fmt: skip
    cobranca.refresh_from_db()
    return cobranca


def _cancelar_la(provedor: PortaDeCobrancas, cobranca: Cobranca) -> None:
    try:
        provedor.cancelar(cobranca.id_provedor, cobranca.id_grupo, cobranca.parcela)
    except FalhaDoProvedor as erro:
        raise ErroDefinitivo(
            "PROVEDOR_RECUSOU",
            f"O provedor não cancelou a {cobranca}: {erro}.",
            "Espere a próxima consulta e tente de novo.",
        ) from erro


def _desistir(cobranca: Cobranca) -> list[Cobranca]:
    """Of a charge that the provider never made, all that goes with it (of a carnê, every parcel), held against who sends.

    Raises ErroDefinitivo when it is being sent right now, or was made and its answer lost.
    """
    irmas = [cobranca]
    if cobranca.grupo:
        irmas = list(Cobranca.objects.filter(provedor=cobranca.provedor, grupo=cobranca.grupo).order_by("parcela"))
    por_onde, primeira = porta(cobranca.provedor, cobranca.tipo), irmas[0]
    Cobranca.objects.filter(pk=primeira.pk, erro__gt="").update(consultar_em=timezone.now())
    pegas = pegar(por_onde, ate=timezone.now(), ids=[primeira.pk])
    try:
        livre = bool(pegas) and por_onde.procurar(pedido_de(primeira)) is None
    except FalhaDoProvedor:
        livre = False
    if not livre or any(irma.id_provedor for irma in irmas):
        devolver(pegas, timezone.now())
        raise ErroDefinitivo(
            "COBRANCA_A_CAMINHO",
            f"A {cobranca} está a caminho do provedor, que não disse se a fez.",
            "Espere a resposta.",
        )
    return irmas


def _propor(titulo: Titulo, aberto: Decimal, cobranca_id: int | None) -> Proposta:
    impedimento = ""
    if titulo.estorno_de is not None or titulo.sentido != Sentido.RECEBER:
        impedimento = "não é um título a receber"
    elif aberto <= 0:
        impedimento = "não tem nada em aberto"
    elif cobranca_id is not None:
        impedimento = f"já tem a cobrança {cobranca_id}, em aberto"
    return Proposta(titulo, max(aberto, ZERO), impedimento)


@sensivel("cobrancas.cobranca_criada")
def criar_uma(
    proposta: Proposta,
    *,
    conta_id: int,
    vencimento: date,
    provedor: str,
    tipo: str,
    usuario: User,
    grupo: str = "",
    parcela: int = 0,
) -> Cobranca:
    """The row of one charge, its first event and its audit event, in the caller's transaction.

    Of a carnê (`grupo`), only the first parcel is sent, and the others with it.
    """
    titulo, agora = proposta.titulo, timezone.now()
    cobranca = Cobranca.objects.create(
        tipo=tipo, provedor=provedor, titulo=titulo, filial_id=titulo.filial_id, conta_id=conta_id,
        codigo_cliente=titulo.codigo_cliente, valor=proposta.valor, vencimento=vencimento,
        descricao=f"{titulo.get_especie_display()} {titulo.documento or titulo.pk}, parcela {titulo.numero_parcela}"[:120],
        criada_por=str(ator_usuario(usuario)), criada_em=agora, mudou_em=agora,
        consultar_em=agora if parcela <= 1 else None, grupo=grupo, parcela=parcela,
    )  # fmt: skip
    EventoCobranca.objects.create(
        cobranca=cobranca, id_evento="criada", fonte=EventoCobranca.Fonte.NOS, situacao=Passo.CRIADA.value, em=agora,
        recebido_em=agora, por=cobranca.criada_por, texto=f"pedida por {usuario.get_username()}",
    )  # fmt: skip
    de_quem = _de_quem(titulo)
    auditar(
        acao="cobrancas.cobranca_criada", ator=ator_usuario(usuario), objeto="cobrancas.cobranca",
        objeto_id=str(cobranca.pk), pessoa=de_quem,
        depois={"titulo": titulo.pk, "valor": str(cobranca.valor), "provedor": provedor}
        | ({"cpf_cnpj": de_quem} if de_quem else {}),
    )  # fmt: skip
    return cobranca


def _de_quem(titulo: Titulo) -> str:
    """The document of who owes the title, where it says it."""
    return next((texto for texto in (titulo.cpf_cnpj, titulo.codigo_cliente) if e_documento(texto)), "")
