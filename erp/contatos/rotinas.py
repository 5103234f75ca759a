"""What contatos does by the clock."""

from __future__ import annotations

from django.utils import timezone

from erp.contatos import services
from erp.contatos.registro import Fonte
from erp.contatos.valores import Aviso
from erp.contatos.whatsapp.canal import CONTEXTO, PORTA
from erp.contatos.whatsapp.provedor import NOME, configurado
from erp.contatos.whatsapp.validacao import validar
from erp.provedores.services import processar_pendentes
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina
from filas.fila.contextos import obter_contexto
from filas.fila.motor import enviar as enviar_a_fila

SEGUNDOS = 300.0  # of one run; the next goes on, and the queue's own worker meanwhile


@rotina("Contatos/Lembrar", diaria("08:30"), "Lembrar vencimentos, pendências e o que a equipe anotou", simulavel=True)
def lembrar(contexto: Contexto) -> None:
    """Junta o que há para lembrar no dia e entrega a quem envia. Cada fato é dito uma vez, mesmo rodando de novo."""

    def item(fonte: Fonte, aviso: Aviso) -> None:
        contexto.item("contatos.aviso", aviso.fato, fonte.titulo)

    services.lembrar(contexto.referencia or timezone.localdate(), contexto, item=item if contexto.simulacao else None)


@rotina("Contatos/Enviar", cada(minutos=1), "Enviar mensagens que estão na hora", guardar_vazias=False)
def enviar() -> dict[str, int]:
    """Põe na fila o que está na hora, fora do silêncio e ainda vale; e anota o que foi entregue."""
    fim = services.acompanhar()
    feito = services.enviar()
    return {
        "na fila": feito.na_fila,
        "não enviadas": feito.parados + fim.nao_enviados,
        "entregues": fim.entregues,
        "falharam": fim.falharam,
    }


@rotina(
    "ClienteContato/TaskProcessarListaValidacoesWhatsapp",
    cada(minutos=9),
    "Valida contatos para envio de notificações via WhatsApp",
    recuperacao=Recuperacao.PULAR,
    guardar_vazias=False,
    configurada=configurado(),
)
def validar_whatsapp(contexto: Contexto) -> None:
    """Lê no cadastro os telefones que mudaram, põe o nono dígito onde falta e marca os que não são celular.

    A Meta não deixa consultar um número antes: se ele recebe só se sabe depois de uma mensagem. Um que não recebeu é
    tentado de novo depois de alguns dias.
    """
    for nome, quantos in validar(contexto.confirmar).items():
        contexto.contar(nome, quantos)


@rotina(
    "ClienteContato/TaskProcessarListaEnviosWhatsapp",
    cada(minutos=10),
    "Envia notificações via WhatsApp",
    recuperacao=Recuperacao.PULAR,
    guardar_vazias=False,
    configurada=configurado(),
)
def enviar_whatsapp() -> dict[str, int]:
    """Lê o que a Meta avisou, põe na fila o que está na hora e envia, no ritmo dela; e anota o que foi feito."""
    avisos = processar_pendentes(NOME)
    na_fila = 0
    while True:
        lote = services.encaminhar(PORTA)
        na_fila += lote.na_fila
        if lote.total < services.POR_VEZ:
            break
    feitas = enviar_a_fila([obter_contexto(CONTEXTO)], segundos=SEGUNDOS)
    services.acompanhar()
    return {
        "avisos da Meta": avisos.processados,
        "na fila": na_fila,
        "enviadas": feitas.com_sucesso,
        "adiadas": feitas.adiadas,
        "não enviadas": feitas.desistidas + feitas.com_erro,
    }
