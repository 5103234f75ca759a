"""What holders of plans are told: the templates that staff edit in "Avisos e mensagens"."""

from erp.contatos.registro import Modelo

_CAMPOS = {
    "contrato": "o número do contrato",
    "parcelas": "quantas parcelas estão vencidas",
    "vencido": "quanto está vencido",
    "desde": "o vencimento da parcela mais antiga em aberto",
}
_EXEMPLO = {"contrato": "1234", "parcelas": "3", "vencido": "R$ 150,00", "desde": "10/08/2026"}

SUSPENSO = Modelo(
    codigo="plano_suspenso",
    titulo="Plano suspenso",
    descricao="Vai ao titular no dia em que a rotina suspende o contrato por atraso.",
    campos={**_CAMPOS, "dia": "o dia da suspensão"},
    exemplo={**_EXEMPLO, "dia": "12/11/2026"},
    assunto="O seu plano, contrato {{contrato}}, está suspenso",
    corpo=(
        "Olá, {{primeiro_nome}}.\n\n"
        "O contrato {{contrato}} está suspenso desde {{dia}}: há {{parcelas}} parcelas vencidas, {{vencido}}, a mais antiga de "
        "{{desde}}.\n\nEnquanto estiver suspenso, o plano não pode ser usado. Para reativar, procure uma de nossas lojas: "
        "ao voltar, vale a carência de reativação do seu contrato.\n\n{{empresa}}"
    ),
)
AVISO_CANCELAMENTO = Modelo(
    codigo="plano_aviso_cancelamento",
    titulo="Aviso antes de cancelar o plano",
    descricao="O aviso que o contrato exige antes de ser cancelado por atraso. A entrega dele fica como prova.",
    campos={
        **_CAMPOS, "aviso": "o número deste aviso", "avisos": "quantos avisos o contrato exige",
        "prazo": "quantos dias há para responder",
    },
    exemplo={**_EXEMPLO, "parcelas": "14", "vencido": "R$ 700,00", "aviso": "1", "avisos": "2", "prazo": "15"},
    assunto="Aviso {{aviso}} de {{avisos}}: o seu plano, contrato {{contrato}}, pode ser cancelado",
    corpo=(
        "Olá, {{primeiro_nome}}.\n\n"
        "O contrato {{contrato}} tem {{parcelas}} parcelas vencidas, {{vencido}}, a mais antiga de {{desde}}. Este é o aviso "
        "{{aviso}} de {{avisos}}. Se em {{prazo}} dias não houver pagamento nem acordo, o contrato segue para o cancelamento, "
        "como ele mesmo prevê: quem está no plano deixa de ter direito a ele.\n\nProcure uma de nossas lojas: é possível pagar "
        "ou combinar.\n\n{{empresa}}"
    ),
)  # fmt: skip
