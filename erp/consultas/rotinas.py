"""The routine of the specification that asks how many CPF queries are left."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from erp.consultas.models import SaldoConsulta
from erp.consultas.portas import configuradas
from erp.consultas.provedores import algum_configurado
from erp.consultas.services import CAMINHO, anotar_saldo, apagar_vencidas, encerrar_interrompidas, rever_alarme
from erp.provedores.erros import FalhaDoProvedor
from erp.rotinas.agenda import cada
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina


@rotina(
    CAMINHO,
    cada(minutos=15),
    "Atualiza quantidade de créditos de consulta de CPF",
    recuperacao=Recuperacao.PULAR,
    limite=timedelta(minutes=10),
    configurada=algum_configurado(),
)
def atualizar_creditos(contexto: Contexto) -> None:
    """Pergunta a cada provedor quantas consultas restam, guarda e avisa quando ficam poucas.

    Também dá por interrompidas as consultas que ninguém terminou e apaga os nomes das respostas que venceram.
    """
    for porta in configuradas():
        try:
            saldo = porta.saldo()
        except FalhaDoProvedor as erro:
            contexto.falhar(SaldoConsulta._meta.label_lower, porta.nome, str(erro))
            continue
        if saldo is None:
            contexto.contar("provedores pós-pagos")
            continue
        with transaction.atomic():
            anotar_saldo(porta, saldo, agora=timezone.now())
            contexto.confirmar()
        contexto.contar("saldos lidos")
        contexto.registrar(f"{porta.titulo}: restam {saldo}")
    with transaction.atomic():
        agora = timezone.now()
        rever_alarme(agora)
        contexto.contar("consultas interrompidas", encerrar_interrompidas(agora))
        contexto.contar("nomes apagados", apagar_vencidas(agora))
        contexto.confirmar()
