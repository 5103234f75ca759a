"""The routines of planos."""

from datetime import timedelta

from auditoria.services import Ator
from erp.planos.services.cancelamento import cancelar_em_atraso
from erp.planos.services.emissao import completar_horizonte
from erp.planos.services.suspensao import suspender_em_atraso
from erp.planos.tipagem import rotinas
from erp.rotinas.agenda import diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.registro import DO_DIA, Recuperacao, rotina

__all__ = ["cancelar", "emitir", "rotinas", "suspender"]  # `rotinas`: those of tipagem, declared by being imported

SUSPENSAO = "PlanoContratacao/SuspensaoRotina"
CANCELAMENTO = "PlanoContratacao/CancelamentoRotina"
EMISSAO = "planos/emitir_parcelas"


@rotina(
    SUSPENSAO, diaria("21:00"), "Suspende planos em atraso", referencia=DO_DIA, recuperacao=Recuperacao.UMA_VEZ,
    limite=timedelta(hours=1), simulavel=True,
)  # fmt: skip
def suspender(contexto: Contexto) -> None:
    """Suspende cada contrato ativo com atraso maior que os dias do próprio contrato e sem acordo, e avisa o titular.

    Acima do limite de contratos espera a aprovação de uma segunda pessoa. Simule para ver quem seria e quanto deve.
    """
    suspender_em_atraso(contexto, Ator("rotina", SUSPENSAO))


@rotina(
    CANCELAMENTO, diaria("21:10"), "Cancela planos com atraso maior que o do contrato", referencia=DO_DIA,
    recuperacao=Recuperacao.UMA_VEZ, limite=timedelta(hours=1), simulavel=True,
)  # fmt: skip
def cancelar(contexto: Contexto) -> None:
    """Cancela cada contrato com mais meses de atraso que os dele (12, em geral), depois dos avisos provados que ele exige.

    A quem falta aviso, pede o aviso, e não cancela nesse dia. As parcelas a vencer são estornadas; as vencidas continuam
    devidas. Acima do limite de contratos espera a aprovação de uma segunda pessoa.
    """
    cancelar_em_atraso(contexto, Ator("rotina", CANCELAMENTO))


@rotina(
    EMISSAO, diaria("20:30"), "Emite as próximas mensalidades dos planos", referencia=DO_DIA,
    recuperacao=Recuperacao.UMA_VEZ, limite=timedelta(hours=1), simulavel=True,
)  # fmt: skip
def emitir(contexto: Contexto) -> None:
    """Completa as mensalidades de cada contrato ativo até o horizonte (12 meses, em geral). Nenhuma é emitida duas vezes."""
    completar_horizonte(contexto)
