"""What people take back of what was learned: a template that was paused, a number that did not receive."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.contatos.models import Comunicado, ContatoWhatsapp, ModeloMensagem, NumeroWhatsapp
from erp.contatos.services.envio import DESPERTADOR
from filas.wake import acordar


@sensivel("contatos.modelo_retomado")
@transaction.atomic
def retomar_modelo(ids: Sequence[int], *, usuario: User, motivo: str) -> int:
    """What waits for these templates goes now. Returns how many were paused."""
    linhas = ModeloMensagem.objects.select_for_update().filter(pk__in=list(ids)).exclude(pausa="")
    pausados = list(linhas.order_by("pk"))
    for modelo in pausados:
        ModeloMensagem.objects.filter(pk=modelo.pk).update(pausa="")
        Comunicado.objects.filter(
            modelo=modelo.codigo, canal=modelo.canal, situacao=Comunicado.Situacao.PENDENTE, motivo="MODELO_EM_PAUSA"
        ).update(nao_antes_de=timezone.now())
        _auditar("contatos.modelo_retomado", "contatos.ModeloMensagem", str(modelo.pk), usuario, motivo, modelo.pausa)
    if pausados:
        acordar(DESPERTADOR)
    return len(pausados)


@sensivel("contatos.numero_repetido")
@transaction.atomic
def repetir_numeros(codigos: Sequence[str], *, usuario: User, motivo: str) -> int:
    """The numbers of these customers are tried again, as if nobody had refused. Returns how many customers changed."""
    contatos = ContatoWhatsapp.objects.filter(pk__in=list(codigos), situacao=ContatoWhatsapp.Situacao.NAO_ENTREGA)
    resumos = sorted(set(contatos.values_list("resumo", flat=True)) - {""})
    travados = NumeroWhatsapp.objects.filter(pk__in=resumos).order_by("pk").select_for_update()
    NumeroWhatsapp.objects.filter(pk__in=[n.pk for n in travados]).update(
        falhou_em=None, pausado_ate=None, motivo="", entregue_em=None
    )
    de_todos = ContatoWhatsapp.objects.filter(resumo__in=resumos, situacao=ContatoWhatsapp.Situacao.NAO_ENTREGA)
    mudados = sorted(de_todos.values_list("pk", flat=True))
    ContatoWhatsapp.objects.filter(pk__in=mudados).update(
        situacao=ContatoWhatsapp.Situacao.DESCONHECIDO, desde=timezone.now()
    )
    for codigo in mudados:
        _auditar("contatos.numero_repetido", "contatos.ContatoWhatsapp", codigo, usuario, motivo)
    return len(mudados)


def _auditar(acao: str, objeto: str, pk: str, usuario: User, motivo: str, antes: str = "") -> None:
    registrar(
        acao=acao, ator=ator_usuario(usuario), objeto=objeto, objeto_id=pk, motivo=motivo,
        antes={"pausa": antes} if antes else None,
    )  # fmt: skip
