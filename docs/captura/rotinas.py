"""What the pictures of the routines show: two weeks of runs, one that waits for somebody, one that was missed. Invented."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from auditoria.services import Ator
from captura.ambiente import USUARIO
from erp.acesso.models import Aprovacao
from erp.acesso.services import solicitar
from erp.rotinas.crontab import ler_linha
from erp.rotinas.models import AlarmeRotina, Batida, Execucao, ItemExecucao, LinhaExecucao, RotinaAgendada
from erp.rotinas.services.edicao import mudar_agenda, pausar
from erp.rotinas.tarefas import em_palavras

Situacao = Execucao.Situacao
SUSPENSAO = "PlanoContratacao/SuspensaoRotina"
CANCELAMENTO = "PlanoContratacao/CancelamentoRotina"
JAZIGOS = "ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina"
PONTO = "RegistroPonto/GerarRegistroPontosRotina"
ROTAS = "SolicitacaoRotaColaborador/solicitar"
TIPAR = "Cliente/TiparClientes"
NOMES = ("MARIA DAS DORES", "JOSÉ ANTÔNIO DA SILVA", "ANA BEATRIZ DE SOUZA", "PAULO HENRIQUE ALVES")


def rodar_as_rotinas() -> dict[str, Any]:
    """Returns the ids that the pictures show."""
    Execucao.objects.all().delete()
    for dias in range(14, 0, -1):
        dia = {"dias": dias, "contagens": {"contratos": 18_234 + dias, "suspensos": dias % 7 + 3}}
        _rodou(SUSPENSAO, "21:00", 8 + dias % 4, **dia, valores={"em_atraso": f"{1834 - dias * 31}.50"})
        _rodou(PONTO, "21:10", 24 + dias % 6, dias=dias, contagens={"folhas": 212})
        _rodou(ROTAS, "05:00", 1 + dias % 2, dias=dias - 1, contagens={"arquivos": 14, "visitas": 90 + dias})
        if dias > 1:
            _rodou(CANCELAMENTO, "21:10", 3 + dias % 3, dias=dias, contagens={"cancelados": dias % 2})
    for dias in (21, 14, 7):
        _rodou(TIPAR, "04:00", 31 + dias % 3, dias=dias, contagens={"clientes": 201_312, "etiquetas": 900 + dias})
    _perdida()
    espera = _a_que_espera()
    com_falhas = _com_falhas()
    simulada = _simulada()
    _mudar()
    Batida.objects.update_or_create(id=1, defaults={"em": timezone.now()})
    linhas = {linha.caminho: linha.pk for linha in RotinaAgendada.objects.all()}
    return {
        "rotina": linhas[SUSPENSAO],
        "rotina_em_pausa": linhas[PONTO],
        "rotina_por_ligar": RotinaAgendada.objects.filter(configurada=False).values_list("pk", flat=True)[0],
        "execucao_com_falhas": com_falhas.pk,
        "aprovacao": espera.aprovacao_id,
        "execucao_simulada": simulada.pk,
        "execucao_espera": espera.pk,
    }


def _rodou(
    caminho: str,
    hora: str,
    segundos: float,
    situacao: Execucao.Situacao = Situacao.SUCESSO,
    dias: int = 1,
    **campos: Any,
) -> Execucao:
    dia = timezone.localdate() - timedelta(days=dias)
    comeco = timezone.make_aware(datetime.combine(dia, time.fromisoformat(hora)))
    rodou = situacao != Situacao.PERDIDA
    padrao = {
        "agendada_para": comeco, "referencia": dia if caminho != TIPAR else None, "criada_em": comeco,
        "iniciada_em": comeco if rodou else None, "terminada_em": comeco + timedelta(seconds=segundos),
        "iniciada_por": "sistema:agenda",
    }  # fmt: skip
    return Execucao.objects.create(rotina=caminho, situacao=situacao, **padrao | campos)


def _perdida() -> None:
    texto = "Não rodou na hora (04:00 de domingo): ninguém viu a hora passar."
    perdida = _rodou(TIPAR, "04:00", 0, Situacao.PERDIDA, dias=0, erro=texto)
    AlarmeRotina.objects.create(
        rotina=TIPAR, tipo=AlarmeRotina.Tipo.PERDIDA, execucao=perdida, texto=texto, desde=perdida.criada_em
    )


def _a_que_espera() -> Execucao:
    aprovacao = solicitar(
        acao="rotinas.executar", descricao="Cancela planos: 812 contratos, R$ 73.003,20", objeto="rotinas.Rotina",
        objeto_id=CANCELAMENTO, por=Ator("rotina", CANCELAMENTO),
        motivo="Passa do limite de 500; veja quem seria atingido na execução.",
    )  # fmt: skip
    espera = _rodou(
        CANCELAMENTO, "21:10", 44, Situacao.AGUARDA_APROVACAO, aprovacao=aprovacao, contagens={"a_cancelar": 812},
        valores={"a_estornar": "73003.20"}, erro="812 contratos, R$ 73.003,20",
    )  # fmt: skip
    Aprovacao.objects.filter(pk=aprovacao.pk).update(dados={"execucao": espera.pk})
    _itens(espera, 120, "13 meses em atraso, 3 avisos provados", Decimal("89.90"))
    AlarmeRotina.objects.create(
        rotina=CANCELAMENTO, tipo=AlarmeRotina.Tipo.APROVACAO, execucao=espera, desde=espera.criada_em,
        texto="812 contratos, R$ 73.003,20: espera a aprovação de outra pessoa.",
    )  # fmt: skip
    return espera


def _com_falhas() -> Execucao:
    feita = _rodou(
        JAZIGOS, "21:15", 75, Situacao.SUCESSO_COM_FALHAS, contagens={"titulos": 4312, "falhas": 2},
        valores={"emitido": "401203.77"}, referencia=timezone.localdate().replace(day=1),
    )  # fmt: skip
    for n in (77, 912):
        ItemExecucao.objects.create(
            execucao=feita, falha=True, objeto="jazigos.ContratoManutencao", objeto_id=str(n),
            descricao="Falta o índice de reajuste deste mês: informe o índice e execute de novo",
        )  # fmt: skip
    return feita


def _simulada() -> Execucao:
    feita = _rodou(
        SUSPENSAO, "09:30", 7, dias=0, simulacao=True, agendada_para=None, iniciada_por=f"usuario:{USUARIO}",
        contagens={"contratos": 18_240, "a_suspender": 37}, valores={"em_atraso": "9876.54"},
    )  # fmt: skip
    _itens(feita, 37, "em atraso há 41 dias; o contrato tolera 30", Decimal("266.93"))
    for segundo, texto in enumerate(("18.240 contratos ativos", "37 além do que o contrato tolera")):
        LinhaExecucao.objects.create(
            execucao=feita, texto=texto, em=feita.criada_em + timedelta(seconds=segundo * 3 + 1)
        )
    return feita


def _itens(execucao: Execucao, quantos: int, o_que: str, valor: Decimal) -> None:
    ItemExecucao.objects.bulk_create(
        ItemExecucao(
            execucao=execucao, objeto="planos.Contratacao", objeto_id=str(n), valor=valor,
            descricao=f"Contrato {n:06d}, de {NOMES[n % len(NOMES)]}: {o_que}",
        )
        for n in range(1, quantos + 1)
    )  # fmt: skip


def _mudar() -> None:
    ana = User.objects.get(username=USUARIO)
    suspensao = RotinaAgendada.objects.select_related("agenda").get(caminho=SUSPENSAO)
    mudar_agenda(
        rotina_id=suspensao.pk, agenda=ler_linha("30 21 * * 1-6"), vista=em_palavras(suspensao.agenda), usuario=ana,
        motivo="Domingo ninguém paga, e às 21:00 o banco ainda baixa pagamentos",
    )  # fmt: skip
    ponto = RotinaAgendada.objects.get(caminho=PONTO)
    pausar(rotina_id=ponto.pk, usuario=ana, motivo="Troca do relógio de ponto da matriz")
