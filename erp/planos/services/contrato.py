"""What every act on one contract begins with."""

from erp.planos.erros import PlanoRecusado
from erp.planos.models import Contratacao


def contrato_travado(contratacao_id: int) -> Contratacao:
    """The contract, locked until the transaction ends. Raises PlanoRecusado when there is none."""
    contrato = Contratacao.objects.select_for_update(of=("self",)).filter(pk=contratacao_id).first()
    if contrato is None:
        raise PlanoRecusado("CONTRATO_DESCONHECIDO", f"Não há contrato de plano {contratacao_id}.")
    return contrato


def exigir_motivo(motivo: str) -> str:
    if not motivo.strip():
        raise PlanoRecusado("SEM_MOTIVO", "Diga o motivo.")
    return motivo.strip()[:500]
