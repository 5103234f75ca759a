"""Asking for a run: the request is a row, the message only a wake-up."""

from datetime import date

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator, ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.rotinas import registro
from erp.rotinas.despertar import DESPERTADOR
from erp.rotinas.models import Execucao
from filas import acordar


@sensivel("rotinas.execucao_solicitada", "rotinas.simulacao_solicitada")
@transaction.atomic
def solicitar_execucao(
    *, caminho: str, por: User | Ator, motivo: str, simulacao: bool = False, referencia: date | None = None
) -> Execucao:
    """Ask for a routine to run, or to be simulated, as soon as a worker is free. Raises `RotinaDesconhecida`.

    `referencia` is a day up to today, by default today. `ErroDefinitivo`: ROTINA_NAO_CONFIGURADA,
    ROTINA_NAO_SIMULAVEL, ROTINA_SEM_REFERENCIA (it is always of the day on which it runs), REFERENCIA_FUTURA,
    ROTINA_JA_PEDIDA when a request of the same routine still waits.
    """
    rotina = registro.obter(caminho)
    hoje = timezone.localdate()
    dia = referencia or hoje
    if not rotina.configurada:
        raise ErroDefinitivo("ROTINA_NAO_CONFIGURADA", f"{rotina.titulo}: ainda não está configurada.")
    if simulacao and not rotina.simulavel:
        raise ErroDefinitivo("ROTINA_NAO_SIMULAVEL", f"{rotina.titulo}: não tem simulação.")
    if referencia is not None and rotina.referencia is None and referencia != hoje:
        raise ErroDefinitivo("ROTINA_SEM_REFERENCIA", f"{rotina.titulo}: cuida sempre do dia em que roda.")
    if dia > hoje:
        raise ErroDefinitivo("REFERENCIA_FUTURA", f"Referência recebida: {dia:%d/%m/%Y}; esperado até {hoje:%d/%m/%Y}.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rotinas.pedido {rotina.caminho}"])
    iguais = Execucao.objects.filter(rotina=rotina.caminho, simulacao=simulacao)
    if iguais.filter(situacao=Execucao.Situacao.PENDENTE).exists():
        raise ErroDefinitivo("ROTINA_JA_PEDIDA", f"{rotina.titulo}: já há um pedido esperando.", "Veja as execuções.")
    quem = por if isinstance(por, Ator) else ator_usuario(por)
    execucao = Execucao.objects.create(
        rotina=rotina.caminho,
        situacao=Execucao.Situacao.PENDENTE,
        referencia=rotina.referencia_de(dia),
        simulacao=simulacao,
        iniciada_por=str(quem),
        pedida_por=None if isinstance(por, Ator) else por,
    )
    registrar(
        acao="rotinas.simulacao_solicitada" if simulacao else "rotinas.execucao_solicitada",
        ator=quem,
        objeto="rotinas.Execucao",
        objeto_id=str(execucao.pk),
        depois={"rotina": rotina.caminho} | ({"referencia": execucao.referencia} if execucao.referencia else {}),
        motivo=motivo,
    )
    acordar(DESPERTADOR)
    return execucao
