"""The routines of the specification that wait for an outside provider: known, listed, off, and saying so when called.

Whoever gives one its body declares it with `@rotina` in its own app and takes its line from here.
"""

from typing import Final

from erp.rotinas.agenda import cada
from erp.rotinas.registro import RotinaNaoConfigurada, rotina

DESCRICAO: Final = "Ainda não configurada: depende de um sistema de fora. Não roda, nem pela agenda nem por pedido."
_FALTAM: Final = (
    ("FinanceiroTransacoes/processar", 8, "Consulta baixa de links de pagamento"),
    (
        "ClienteContato/TaskProcessarListaValidacoesWhatsapp",
        9,
        "Valida contatos para envio de notificações via WhatsApp",
    ),
    ("ClienteContato/TaskProcessarListaEnviosWhatsapp", 10, "Envia notificações via WhatsApp"),
    ("FinanceiroTransacoesPix/processar", 12, "Consulta baixa de pagamentos via PIX"),
    ("WebhookEventosNota/processar", 13, "Consulta autorizações de notas fiscais"),
    ("TefEvento/processar", 14, "Consulta baixa de pagamentos via TEF"),
    ("Configuracao/AtualizaCreditosConsultaCPF", 15, "Atualiza quantidade de créditos de consulta de CPF"),
    ("EfipayCarneNotificacao/processar", 16, "Consulta baixa de carnês da Efipay"),
    ("PlugSignEvento/processar", 17, "Consulta notificações de assinatura digital"),
    ("sincronizacao/SincronizarColaboradores", 18, "Sincroniza colaboradores do ERP para o Backoffice"),
    ("sincronizacao/sincronizar", 19, "Sincroniza dados gerais do ERP para o Backoffice"),
    ("Sincronizacao/SincronizarVendas", 20, "Sincroniza vendas do Backoffice para o ERP"),
)


def nao_configurada() -> None:
    """What stands for the body that is not there: no empty body pretends to have worked."""
    raise RotinaNaoConfigurada


for _caminho, _minutos, _titulo in _FALTAM:
    rotina(_caminho, cada(minutos=_minutos), _titulo, descricao=DESCRICAO, configurada=False)(nao_configurada)
