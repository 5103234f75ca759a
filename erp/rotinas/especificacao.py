"""The paths of the specification (`spec/000`), letter by letter, with the method of each."""

from typing import Final

METODOS: Final = {
    "Cliente/TiparClientes": "GET",
    "SolicitacaoRotaColaborador/solicitar": "GET",
    "PlanoContratacao/SuspensaoRotina": "GET",
    "PlanoContratacao/CancelamentoRotina": "GET",
    "RegistroPonto/GerarRegistroPontosRotina": "GET",
    "ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina": "GET",
    "FinanceiroTransacoes/processar": "GET",
    "ClienteContato/TaskProcessarListaValidacoesWhatsapp": "GET",
    "ClienteContato/TaskProcessarListaEnviosWhatsapp": "GET",
    "FinanceiroTransacoesPix/processar": "GET",
    "WebhookEventosNota/processar": "GET",
    "TefEvento/processar": "GET",
    "Configuracao/AtualizaCreditosConsultaCPF": "GET",
    "EfipayCarneNotificacao/processar": "GET",
    "PlugSignEvento/processar": "GET",
    "sincronizacao/SincronizarColaboradores": "GET",
    "sincronizacao/sincronizar": "GET",
    "Sincronizacao/SincronizarVendas": "POST",
}
