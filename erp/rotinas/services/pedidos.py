"""Asking for a run: the request is a row, the message only a wake-up."""

from django.contrib.auth.models import User
from django.db import transaction

from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.rotinas import registro
from erp.rotinas.despertar import DESPERTADOR
from erp.rotinas.models import Execucao
from filas import acordar


@transaction.atomic
def solicitar_execucao(*, caminho: str, por: User, motivo: str) -> Execucao:
    """Ask for a routine to run as soon as a worker is free. Raises `RotinaDesconhecida`.

    `ErroDefinitivo` ROTINA_JA_PEDIDA when a request of the same routine still waits.
    """
    rotina = registro.obter(caminho)
    if Execucao.objects.filter(rotina=rotina.caminho, situacao=Execucao.Situacao.PENDENTE).exists():
        raise ErroDefinitivo("ROTINA_JA_PEDIDA", f"{rotina.titulo}: já há um pedido esperando.", "Veja as execuções.")
    execucao = Execucao.objects.create(
        rotina=rotina.caminho, situacao=Execucao.Situacao.PENDENTE, iniciada_por=str(ator_usuario(por))
    )
    registrar(
        acao="rotinas.execucao_solicitada",
        ator=ator_usuario(por),
        objeto="rotinas.Execucao",
        objeto_id=str(execucao.pk),
        depois={"rotina": rotina.caminho},
        motivo=motivo,
    )
    acordar(DESPERTADOR)
    return execucao
