"""The life of a visit: each step a guarded change with its row and its audit event."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from clientes.models import Cliente
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.services import gravar_com_auditoria
from erp.colaboradores.models import Colaborador
from erp.visitas.models import MudancaVisita, Visita
from erp.visitas.models.visita import Situacao


@sensivel("visitas.visita_criado", "visitas.visita_alterado", "visitas.visita_mudada")
@transaction.atomic
def gravar_visita(visita: Visita, *, usuario: User) -> Visita:
    """Save what was asked; with an employee and a day it is marked at once. What is blank comes from the customer.

    `ErroDefinitivo` when the employee does not work on that day, or there is nobody to be visited.
    """
    if visita.cliente is not None:
        _completar(visita, visita.cliente)
    if not visita.solicitante.strip() or not visita.endereco.strip():
        raise ErroDefinitivo("SEM_QUEM_OU_ONDE", "Falta quem pediu ou o endereço.", "Escreva, ou escolha o cliente.")
    nova = visita.pk is None
    if nova:
        visita.pedida_em = timezone.now()
        if visita.colaborador is not None and visita.dia is not None:
            conferir_dia(visita.colaborador, visita.dia)
            visita.situacao = Situacao.MARCADA
    else:
        atual = _travar(visita.pk)
        visita.situacao, visita.colaborador, visita.dia = atual.situacao, atual.colaborador, atual.dia
    gravar_com_auditoria(visita, usuario=usuario)
    if nova:
        _anotar(visita, None, "", usuario)
    return visita


@sensivel("visitas.visita_mudada")
@transaction.atomic
def marcar(
    *, visita_id: int, colaborador: Colaborador, dia: date, hora: time | None, motivo: str, usuario: User
) -> Visita:
    """Send somebody on a day; again, it changes who goes or when. Raises `ErroDefinitivo`."""
    conferir_dia(colaborador, dia)
    return _mover(visita_id, Situacao.MARCADA, motivo, usuario, colaborador=colaborador, dia=dia, hora=hora)


@sensivel("visitas.visita_mudada")
def concluir(*, visita_id: int, realizada: bool, motivo: str, usuario: User) -> Visita:
    """It was made, or it was not and `motivo` says why. Raises `ErroDefinitivo`."""
    return _mover(visita_id, Situacao.REALIZADA if realizada else Situacao.NAO_REALIZADA, motivo, usuario)


@sensivel("visitas.visita_mudada")
def cancelar(*, visita_id: int, motivo: str, usuario: User) -> Visita:
    """Nobody goes any more. Raises `ErroDefinitivo`."""
    return _mover(visita_id, Situacao.CANCELADA, motivo, usuario)


@transaction.atomic
def _mover(visita_id: int, para: Situacao, motivo: str, usuario: User, **campos: Any) -> Visita:
    visita = _travar(visita_id)
    de = Situacao(visita.situacao)
    if (de, para) not in Visita.TRANSICOES:
        raise ErroDefinitivo(
            "VISITA_NAO_CABE", f"A visita {visita.pk} está {de.label.lower()}: não pode ficar {para.label.lower()}.",
            "Atualize a página.",
        )  # fmt: skip
    for campo, valor in campos.items():
        setattr(visita, campo, valor)
    visita.situacao = para
    visita.save(update_fields=["situacao", *campos])
    _anotar(visita, de, motivo, usuario)
    return visita


def _anotar(visita: Visita, de: Situacao | None, motivo: str, usuario: User) -> None:
    MudancaVisita.objects.create(
        visita=visita, de=de, para=visita.situacao, colaborador=visita.colaborador, dia=visita.dia, motivo=motivo,
        por=str(ator_usuario(usuario)), em=timezone.now(),
    )  # fmt: skip
    registrar(
        acao="visitas.visita_mudada",
        ator=ator_usuario(usuario),
        objeto=Visita._meta.label_lower,
        objeto_id=str(visita.pk),
        antes=None if de is None else {"situacao": de.label},
        depois={
            "situacao": Situacao(visita.situacao).label,
            "colaborador": visita.colaborador.matricula if visita.colaborador else "",
            "dia": str(visita.dia or ""),
        },
        motivo=motivo,
    )


def _travar(visita_id: int) -> Visita:
    visita = Visita.objects.select_for_update(of=("self",)).select_related("colaborador").filter(pk=visita_id).first()
    if visita is None:
        raise ErroDefinitivo("SEM_VISITA", f"A visita {visita_id} não existe.", "Confira o número.")
    return visita


def conferir_dia(colaborador: Colaborador, dia: date) -> None:
    """Raise `ErroDefinitivo` when the day is over, or the employee does not work here on it."""
    if dia < timezone.localdate():
        raise ErroDefinitivo("DIA_PASSADO", f"O dia {dia:%d/%m/%Y} já passou.", "Escolha de hoje em diante.")
    if not colaborador.empregado_em(dia):
        raise ErroDefinitivo(
            "COLABORADOR_FORA",
            f"{colaborador} não trabalha aqui em {dia:%d/%m/%Y}.",
            "Escolha outra pessoa ou outro dia.",
        )


def endereco_de(cliente: Cliente) -> str:
    """Where a customer is, on one line; empty when the register does not say."""
    rua = " ".join(filter(None, (cliente.tipo_logradouro, cliente.endereco)))
    return ", ".join(filter(None, (rua, cliente.numero, cliente.bairro, cliente.cidade, cliente.uf)))


def _completar(visita: Visita, cliente: Cliente) -> None:
    lugar = endereco_de(cliente)
    ddd, numero = (cliente.ddd_celular, cliente.celular) if cliente.celular else (cliente.ddd, cliente.telefone)
    visita.solicitante = visita.solicitante.strip() or cliente.cliente_varejo
    visita.endereco = visita.endereco.strip() or lugar[:200]
    visita.complemento = visita.complemento.strip() or (cliente.complemento if lugar else "")
    visita.telefone = visita.telefone.strip() or " ".join(filter(None, (ddd, numero)))
