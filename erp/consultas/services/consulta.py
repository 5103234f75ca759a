"""Asking about a CPF: first what is kept, then a provider, with the question written down before it is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.rules import mascarar_documento, mascarar_texto
from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.consultas.chaves import chave_da_pergunta, chave_do_cpf
from erp.consultas.models import ConsultaCpf, RespostaCpf
from erp.consultas.portas import Lida, porta
from erp.consultas.services.guarda import encerrar_interrompidas
from erp.consultas.services.saldo import exigir_saldo
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor

Situacao = ConsultaCpf.Situacao


class Pergunta(NamedTuple):
    """Eleven digits that check, a date of birth, and why. `de_novo`: ask the provider whatever is kept."""

    cpf: str
    nascimento: date
    finalidade: ConsultaCpf.Finalidade
    base_legal: ConsultaCpf.BaseLegal
    detalhe: str = ""
    de_novo: bool = False


def consultar(pergunta: Pergunta, *, usuario: User, junto: Callable[[], None] = lambda: None) -> ConsultaCpf:
    """Answer from what is kept, which costs nothing, or ask the provider: once. Outside any transaction.

    1. In one transaction: `junto` (a form spent), the question, its audit event; a valid answer ends it there.
    2. The call, in none.
    3. In another: the answer and the end. Killed before it, the question is interrupted, and nobody asks again by itself.

    Raises `ErroDefinitivo` when nothing was asked: no provider, no credit, the same CPF on its way.
    """
    consulta = abrir(pergunta, usuario=usuario, junto=junto)
    if consulta.situacao != Situacao.PEDIDA:
        return consulta
    return terminar(consulta, _perguntar(consulta.provedor, pergunta))


@sensivel("consultas.cpf_consultado")
def abrir(pergunta: Pergunta, *, usuario: User, junto: Callable[[], None] = lambda: None) -> ConsultaCpf:
    """The first transaction of `consultar`."""
    agora = timezone.now()
    with transaction.atomic():
        junto()
        guardada = None if pergunta.de_novo else _guardada(pergunta, agora)
        nova = _nova(pergunta, usuario, agora)
        if guardada is not None:
            nova.provedor, nova.resposta, nova.do_guardado = guardada.provedor, guardada, True
            nova.situacao, nova.terminada_em = Situacao.RESPONDIDA, agora
        else:
            encerrar_interrompidas(agora, chave_cpf=chave_do_cpf(pergunta.cpf))
            nova.provedor = exigir_saldo(1).nome
        _gravar(nova)
        registrar(
            acao="consultas.cpf_consultado", ator=ator_usuario(usuario), objeto="consultas.consultacpf",
            objeto_id=str(nova.pk), motivo=nova.detalhe, pessoa=pergunta.cpf,
            depois={
                "cpf": pergunta.cpf, "finalidade": nova.finalidade, "base_legal": nova.base_legal,
                "provedor": nova.provedor, "do_guardado": nova.do_guardado,
            },
        )  # fmt: skip
    return nova


@transaction.atomic
def terminar(consulta: ConsultaCpf, lida: Lida | FalhaDoProvedor) -> ConsultaCpf:
    """Write what came of the call. An answer that came after it was given up is kept all the same: it was paid."""
    agora = timezone.now()
    atual = ConsultaCpf.objects.select_for_update().get(pk=consulta.pk)
    if atual.situacao not in (Situacao.PEDIDA, Situacao.INTERROMPIDA):
        return atual
    atual.terminada_em = agora
    if isinstance(lida, Lida):
        atual.resposta, atual.situacao, atual.erro = _guardar(atual, lida, agora), Situacao.RESPONDIDA, ""
    else:
        atual.situacao, atual.erro = Situacao.FALHOU, _em_palavras(lida)
    atual.save(update_fields=["terminada_em", "resposta", "situacao", "erro"])
    return atual


def _perguntar(nome: str, pergunta: Pergunta) -> Lida | FalhaDoProvedor:
    escolhida = porta(nome)
    if escolhida is None:
        return FalhaDefinitiva("SEM_PROVEDOR", "o provedor não está mais instalado")
    try:
        return escolhida.consultar(pergunta.cpf, pergunta.nascimento)
    except FalhaDoProvedor as erro:
        return erro


def _guardada(pergunta: Pergunta, agora: datetime) -> RespostaCpf | None:
    chave = chave_da_pergunta(pergunta.cpf, pergunta.nascimento)
    validas = RespostaCpf.objects.filter(chave=chave, vale_ate__gt=agora, apagada_em=None)
    return validas.order_by("-vale_ate", "-pk").first()


def _nova(pergunta: Pergunta, usuario: User, agora: datetime) -> ConsultaCpf:
    return ConsultaCpf(
        chave=chave_da_pergunta(pergunta.cpf, pergunta.nascimento), chave_cpf=chave_do_cpf(pergunta.cpf),
        cpf_mascarado=mascarar_documento(pergunta.cpf), finalidade=pergunta.finalidade, base_legal=pergunta.base_legal,
        detalhe=mascarar_texto(pergunta.detalhe)[:200], usuario=usuario, pedida_em=agora,
    )  # fmt: skip


def _gravar(nova: ConsultaCpf) -> None:
    try:
        with transaction.atomic():
            nova.save(force_insert=True)
    except IntegrityError as erro:
        if "consultas_uma_a_caminho" not in str(erro):
            raise
        raise ErroDefinitivo(
            "CONSULTA_A_CAMINHO",
            "Este CPF já está sendo consultado agora.",
            "Espere um minuto e consulte de novo: a resposta já estará guardada.",
        ) from None


def _guardar(consulta: ConsultaCpf, lida: Lida, agora: datetime) -> RespostaCpf:
    validade: timedelta = settings.CONSULTAS_VALIDADE
    return RespostaCpf.objects.create(
        chave=consulta.chave, chave_cpf=consulta.chave_cpf, provedor=consulta.provedor, situacao=lida.situacao,
        dita=lida.dita.replace("\0", "")[:60], nome=lida.nome.replace("\0", "")[:150], ano_obito=lida.ano_obito,
        comprovante=lida.comprovante.replace("\0", "")[:80], obtida_em=agora, vale_ate=agora + validade,
    )  # fmt: skip


def _em_palavras(falha: FalhaDoProvedor) -> str:
    depois = "Fale com a TI." if isinstance(falha, FalhaDefinitiva) else "Tente de novo em alguns minutos."
    mensagem = mascarar_texto(falha.mensagem)
    return f"{mensagem[:1].upper()}{mensagem[1:]}. {depois}"[:300]
