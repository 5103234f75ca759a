"""The routines that ask about charges."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from erp.cobrancas.efi.links import Efi
from erp.cobrancas.models import Cobranca, Notificacao
from erp.cobrancas.pix.porta import Pix
from erp.cobrancas.portas import PortaDeCobrancas, configuradas
from erp.cobrancas.services import tef
from erp.cobrancas.services.casamento_tef import casar_pendentes
from erp.cobrancas.services.consulta import gravar, pegar, perguntar
from erp.cobrancas.services.defeitos import DEFEITOS, como_falha
from erp.cobrancas.services.devolucao_pix import acertar_pedidos
from erp.cobrancas.services.notificacoes import aplicar, devidas
from erp.cobrancas.services.pix import ler_janelas
from erp.cobrancas.services.registro import Registrado
from erp.cobrancas.tef.porta import porta_tef
from erp.provedores.erros import FalhaDoProvedor, ProvedorPausado
from erp.provedores.services.anotacoes import em_pausa
from erp.rotinas.agenda import cada
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import Recuperacao, rotina

CAMINHO = "FinanceiroTransacoes/processar"
CAMINHO_CARNE = "EfipayCarneNotificacao/processar"
CAMINHO_PIX = "FinanceiroTransacoesPix/processar"
CAMINHO_TEF = "TefEvento/processar"


@rotina(
    CAMINHO,
    cada(minutos=8),
    "Consulta baixa de links de pagamento",
    recuperacao=Recuperacao.PULAR,
    sensivel=True,
    limite=timedelta(minutes=30),
    configurada=Efi().configurado(),  # known as settings are read; the ports are registered later
)
def processar_links(contexto: Contexto) -> None:
    """Manda ao provedor os links pedidos, pergunta pelos que esperam pagamento e lança o que foi pago.

    Rodar de novo não lança nada duas vezes. O que falha é perguntado de novo, cada vez mais tarde.
    """
    for porta in configuradas(Cobranca.Tipo.LINK):
        processar(porta, contexto)


@rotina(
    CAMINHO_PIX,
    cada(minutos=12),
    "Consulta baixa de pagamentos via PIX",
    recuperacao=Recuperacao.PULAR,
    sensivel=True,
    limite=timedelta(minutes=30),
    configurada=Pix().configurado(),
)
def processar_pix(contexto: Contexto) -> None:
    """Lê os Pix recebidos desde a última vez (e um pouco antes), manda os pedidos e pergunta pelos que esperam.

    Rodar de novo não lança nada duas vezes. Um Pix que não é de cobrança nossa fica na lista de Pix recebidos.
    """
    try:
        contexto.contar("Pix novos", ler_janelas(cerca=contexto.confirmar).novos)
    except ProvedorPausado:
        return
    except FalhaDoProvedor as erro:  # what is due is asked about all the same, and the window is read the next time
        contexto.falhar("cobrancas.janelapix", "janela", str(erro))
    except DEFEITOS as defeito:
        contexto.falhar("cobrancas.janelapix", "janela", str(como_falha(defeito)))
    try:
        contexto.contar("devoluções pedidas que o banco conhece", acertar_pedidos(cerca=contexto.confirmar))
    except ProvedorPausado:
        return
    except FalhaDoProvedor as erro:
        contexto.falhar("cobrancas.pedidodevolucao", "pedidos de devolução", str(erro))
    except DEFEITOS as defeito:
        contexto.falhar("cobrancas.pedidodevolucao", "pedidos de devolução", str(como_falha(defeito)))
    for porta in configuradas(Cobranca.Tipo.PIX):
        processar(porta, contexto)


@rotina(
    CAMINHO_CARNE,
    cada(minutos=16),
    "Consulta baixa de carnês da Efipay",
    recuperacao=Recuperacao.PULAR,
    sensivel=True,
    limite=timedelta(minutes=30),
    configurada=Efi().configurado(),
)
def processar_carnes(contexto: Contexto) -> None:
    """Manda os carnês pedidos, aplica em ordem as notificações que não se puderam aplicar na hora e, duas vezes por dia,
    pergunta por cada parcela em aberto.

    Rodar de novo não lança nada duas vezes.
    """
    for notificacao in devidas():
        try:
            feito = aplicar(notificacao, cerca=contexto.confirmar)
        except ProvedorPausado:
            return
        except FalhaDoProvedor as erro:
            contexto.falhar(Notificacao._meta.label_lower, str(notificacao), str(erro))
            continue
        contexto.contar("notificações aplicadas")
        _contar(feito.registrados, contexto)
    for porta in configuradas(Cobranca.Tipo.CARNE):
        processar(porta, contexto)


@rotina(
    CAMINHO_TEF,
    cada(minutos=14),
    "Consulta baixa de pagamentos via TEF",
    recuperacao=Recuperacao.PULAR,
    sensivel=True,
    limite=timedelta(minutes=30),
)
def processar_tef(contexto: Contexto) -> None:
    """Recolhe as vendas em cartão, casa com elas as linhas dos arquivos que ainda não acharam par, pergunta ao TEF pelas
    pendentes (quando há quem pergunte) e alarma as que ninguém confirmou no prazo.

    Rodar de novo não liquida nada duas vezes.
    """
    cerca = contexto.confirmar
    contexto.contar("vendas novas", tef.coletar(cerca=cerca))
    feito = casar_pendentes(cerca=cerca)
    contexto.contar("vendas liquidadas", feito.casadas)
    contexto.somar("valor recebido", feito.valor)
    if (por_nsu := porta_tef()) is not None:
        mudaram, falhas = tef.consultar(por_nsu, cerca=cerca)
        contexto.contar("vendas confirmadas ou desfeitas", mudaram)
        for falha in falhas:
            contexto.falhar("cobrancas.tefevento", "consulta", falha)
    contexto.contar("vendas sem confirmação no prazo", tef.alarmar_atrasadas(cerca=cerca))


def processar(porta: PortaDeCobrancas, contexto: Contexto) -> None:
    """All that is due now at one provider; in a pause, nothing, and all of it is due still."""
    ate = timezone.now()
    while not em_pausa(porta.nome) and (cobrancas := pegar(porta, ate=ate)):
        resumo = gravar(perguntar(porta, cobrancas), cerca=contexto.confirmar)
        contexto.contar("cobranças enviadas", resumo.enviadas)
        contexto.contar("cobranças consultadas", resumo.consultadas)
        contexto.contar("mudaram", resumo.mudaram)
        _contar(resumo.registrados, contexto)
        for falha in resumo.falhas:
            contexto.falhar(Cobranca._meta.label_lower, str(falha.cobranca.pk), str(falha.resposta))
        if resumo.devolvidas:  # nobody answers there, or it took too long: the next run goes on
            break


def _contar(registrados: Iterable[Registrado], contexto: Contexto) -> None:
    for feito in registrados:
        for pagamento in feito.pagamentos:
            contexto.contar("pagamentos lançados")
            contexto.somar("valor recebido", pagamento.valor)
        for devolucao in feito.devolucoes:
            contexto.contar("devoluções lançadas")
            contexto.somar("valor devolvido", devolucao.valor)
