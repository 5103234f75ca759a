"""Routines of the audit trail, which is the lowest layer and may not import this app."""

from datetime import timedelta

import structlog
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria import guardados, particoes, relogio, sem_autor
from auditoria.arquivo import configurado
from auditoria.arquivo.estado import estado
from auditoria.arquivo.servico import remeter, reter
from auditoria.distintivo import registrar_verificador
from auditoria.resumo import NaoResumido, fazer_pendentes
from auditoria.selador import selar
from auditoria.services import Ator
from auditoria.verificacao.services import TrilhaNaoConfere, VerificacaoIncompleta, verificar
from erp.acesso.erros import ErroDefinitivo
from erp.rotinas import registro
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.models import AlarmeRotina
from erp.rotinas.registro import Recuperacao, rotina
from erp.rotinas.services import atencao_passou, pedir_atencao, solicitar_execucao

log = structlog.get_logger(__name__)

SELAR = "auditoria/selar"
ARQUIVAR, RETER, VERIFICAR = "auditoria/arquivar", "auditoria/reter", "auditoria/verificar"
VIGIAR = "auditoria/vigiar"
MEMORIA = timedelta(days=30)
A_CONFIRMAR = timedelta(seconds=10)  # what is younger may not be committed yet


@rotina(SELAR, cada(minutos=1), "Selar os eventos da auditoria", guardar_vazias=False)
def selar_eventos() -> dict[str, int]:
    """Põe na cadeia de selos os eventos de auditoria já gravados; daí em diante, mudar um deles aparece na verificação."""
    feito, particoes_feitas = {"selados": selar()}, particoes.preparar(timezone.now())
    _avisar_do_selo_adiantado()
    return feito | ({"particoes": particoes_feitas} if particoes_feitas else {})


def _avisar_do_selo_adiantado() -> None:
    sequencia, agora = relogio.adiantado(), timezone.now()
    with transaction.atomic():
        if sequencia is None:
            atencao_passou(registro.obter(SELAR), agora=agora)
        else:
            texto = (
                f"O selo {sequencia} da auditoria tem uma data que ainda não chegou: ou o relógio do banco voltou, ou alguém "
                "mudou o selo. Rode manage.py auditoria_verificar e guarde o que ele disser."
            )
            pedir_atencao(registro.obter(SELAR), texto, agora=agora)


@rotina("auditoria/resumir", diaria("00:20"), "Assinar o resumo diário da auditoria")
def resumir() -> dict[str, int]:
    """Assina o resumo de cada dia que acabou, guarda uma cópia fora do banco e a manda a quem está em AUDITORIA_RESUMO_PARA."""
    return {"resumos": len(fazer_pendentes()), "enviados": guardados.mandar()}


@rotina(VERIFICAR, diaria("04:10"), "Verificar a trilha de auditoria", limite=timedelta(hours=8))
def verificar_trilha() -> dict[str, int]:
    """Refaz a conta de todos os selos, resumos e assinaturas. Se algo não confere, a execução falha e diz o quê e onde."""
    sem_resumo = _resumir_antes()
    feita = verificar()
    if not feita.integra:
        raise TrilhaNaoConfere(feita) from sem_resumo
    if sem_resumo is not None:
        raise sem_resumo
    if feita.nao_lidos:
        raise VerificacaoIncompleta(feita)
    return {"eventos": feita.eventos, "resumos": feita.resumos}


def _resumir_antes() -> Exception | None:
    """Make the digests that are missing. Whatever hinders it, the trail is verified all the same; returns what it was."""
    try:
        fazer_pendentes()
    except NaoResumido:  # the verification says so too, and keeps it
        return None
    except Exception as erro:
        log.exception("auditoria.resumo.nao_feito")
        return erro
    return None


@rotina(
    ARQUIVAR, cada(minutos=1), "Mandar os eventos da auditoria ao arquivo", guardar_vazias=False,
    recuperacao=Recuperacao.PULAR, configurada=configurado(),
)  # fmt: skip
def arquivar() -> dict[str, int]:
    """Copia no MongoDB os eventos já selados. Se ele não responde, os eventos esperam no PostgreSQL e nada se perde."""
    feita = remeter()
    agora, como_esta = timezone.now(), estado()
    with transaction.atomic():
        if texto := como_esta.alarme(agora):
            pedir_atencao(registro.obter(ARQUIVAR), texto, agora=agora)
        else:
            atencao_passou(registro.obter(ARQUIVAR), agora=agora)
    return {"arquivados": feita.arquivados, "falhas": int(bool(feita.erro) and not feita.adiada)}


@rotina(
    RETER, diaria("05:10"), "Retirar do PostgreSQL os eventos que o arquivo já tem", configurada=configurado(),
    limite=timedelta(hours=8),
)  # fmt: skip
def reter_eventos() -> dict[str, int]:
    """Retira o mês de auditoria mais velho que AUDITORIA_DIAS, depois de reler no arquivo cada evento e conferi-lo."""
    feita = reter(ator=Ator("rotina", RETER))
    agora = timezone.now()
    with transaction.atomic():
        if feita.problema:
            pedir_atencao(registro.obter(RETER), feita.problema, agora=agora)
        else:
            atencao_passou(registro.obter(RETER), agora=agora)
    return {"particoes": feita.retiradas, "eventos": feita.eventos, "adiadas": int(bool(feita.adiada))}


def pedir_verificacao(por: User) -> str:
    """Ask for a verification of the whole trail as soon as a worker is free; returns what to tell the person."""
    try:
        solicitar_execucao(caminho=VERIFICAR, por=por, motivo="pedida na página da trilha")
    except ErroDefinitivo:
        return "Já há uma verificação esperando a vez. Atualize a página em alguns minutos."
    return "Verificação pedida. Ela lê a trilha inteira: atualize a página em alguns minutos."


registrar_verificador("rotinas.executar_rotina", pedir_verificacao)


@rotina(VIGIAR, cada(minutos=2), "Avisar de alterações sem autor", guardar_vazias=False)
def avisar_do_que_ninguem_contou() -> dict[str, int]:
    """Alarma quando uma tabela sensível foi mudada sem evento: por SQL, por fora das telas. Passa quando alguém dá por visto."""
    vigiar, agora = registro.obter(VIGIAR), timezone.now()
    alarmes = AlarmeRotina.objects.filter(rotina=VIGIAR, tipo=AlarmeRotina.Tipo.ATENCAO)
    with transaction.atomic():
        aberto = alarmes.filter(encerrado_em=None).first()
        visto = alarmes.filter(encerrado_por__isnull=False).order_by("-ultimo_em").first()
        desde = visto.ultimo_em - A_CONFIRMAR if visto else agora - MEMORIA
        texto = sem_autor.em_palavras(max(desde, agora - MEMORIA), agora - A_CONFIRMAR)
        if not texto or (aberto and aberto.texto == texto):
            return {}
        pedir_atencao(vigiar, texto, agora=agora)
    return {"avisos": 1}
