"""A jazigo changes hands: the concession, and with it who pays the maintenance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from clientes.models import Cliente
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.services import gravar_com_auditoria
from erp.jazigos import rules
from erp.jazigos.models import Concessao, ContratoManutencao
from erp.jazigos.models.cemiterio import PARAMETROS
from erp.jazigos.services.contratos import ContratoNovo, criar_contrato
from erp.jazigos.services.encerramento import Encerramento, encerrar_contrato


class Transferencia(NamedTuple):
    """The new concession and, where the jazigo had a contract in force, how it ended and the one that follows it."""

    concessao: Concessao
    encerramento: Encerramento | None
    contrato: ContratoManutencao | None


class _Valor(NamedTuple):
    """A value, since when it counts, and when it may change."""

    valor: Decimal
    desde: date
    proximo_reajuste: date


@sensivel("jazigos.concessao_transferida", "jazigos.concessao_criado", "jazigos.concessao_alterado")
@transaction.atomic
def transferir(
    *, concessao_id: int, titular: Cliente, em: date, termo: str, motivo: str, usuario: User
) -> Transferencia:
    """From `em` on the jazigo is `titular`'s: the concession ends the day before and another begins.

    The maintenance contract goes the same way, with the same value and rules: the two holders pay the period of the
    change by days, to the cent (`rules.rateio`); where it is charged whole, the holder who began it pays it, and the new one
    from the next on. Adjustments go on counting from the last one. Raises `ErroDefinitivo`.
    """
    antiga = Concessao.objects.select_for_update().filter(pk=concessao_id).first()
    if antiga is None:
        raise ErroDefinitivo("SEM_CONCESSAO", "A concessão não existe mais.", "Atualize a página.")
    if em <= antiga.inicio or (antiga.fim is not None and em > antiga.fim):
        raise ErroDefinitivo(
            "DIA_FORA_DA_CONCESSAO", f"A concessão não vale na véspera de {em:%d/%m/%Y}, ou já terminou nesse dia.",
            "Escolha um dia depois do começo dela e até o seu fim.",
        )  # fmt: skip
    if titular.pk == antiga.titular_id:
        raise ErroDefinitivo("MESMO_TITULAR", "O titular novo é o de agora.", "Escolha outro cliente.")
    nova = Concessao(
        jazigo_id=antiga.jazigo_id, titular=titular, termo=termo, perpetua=antiga.perpetua, inicio=em, fim=antiga.fim
    )
    encerramento, contrato = _passar_contrato(antiga, titular, em, motivo, usuario)
    antiga.fim, antiga.perpetua = em - rules.UM_DIA, False
    gravar_com_auditoria(antiga, usuario=usuario, motivo=motivo)
    nova.full_clean()
    gravar_com_auditoria(nova, usuario=usuario, motivo=motivo)
    _registrar_transferencia(antiga, nova, usuario, motivo)
    return Transferencia(nova, encerramento, contrato)


def _registrar_transferencia(antiga: Concessao, nova: Concessao, usuario: User, motivo: str) -> None:
    """Who got the right, in a form that can be read years later, whatever became of the register."""
    documento = nova.titular.documento
    registrar(
        acao="jazigos.concessao_transferida", ator=ator_usuario(usuario), objeto="jazigos.concessao", objeto_id=str(nova.pk),
        antes={"concessao": antiga.pk}, motivo=motivo, pessoa=documento,
        depois={"concessao": nova.pk, "inicio": nova.inicio} | ({"cpf_cnpj": documento} if documento else {}),
    )  # fmt: skip


def _passar_contrato(
    concessao: Concessao, titular: Cliente, em: date, motivo: str, usuario: User
) -> tuple[Encerramento | None, ContratoManutencao | None]:
    vigentes = ContratoManutencao.objects.filter(jazigo_id=concessao.jazigo_id, inicio__lt=em)
    antigo = vigentes.exclude(fim__lt=em).select_related("jazigo__cemiterio").order_by("-inicio").first()
    if antigo is None:
        return None, None
    fim, em_vigor = antigo.fim, _valor_em(antigo, em)
    encerramento = encerrar_contrato(contrato_id=antigo.pk, fim=em - rules.UM_DIA, motivo=motivo, usuario=usuario)
    antigo = encerramento.contrato
    novo = ContratoNovo(
        jazigo=concessao.jazigo, titular=titular, inicio=em, fim=fim, valor=em_vigor.valor,
        parametros={nome: getattr(antigo, nome) for nome in PARAMETROS},
    )  # fmt: skip
    contrato = criar_contrato(novo, usuario=usuario, motivo=motivo)
    if em_vigor.proximo_reajuste > em:
        contrato.valor_desde, contrato.proximo_reajuste = em_vigor.desde, em_vigor.proximo_reajuste
        contrato.save(update_fields=["valor_desde", "proximo_reajuste"])
    return encerramento, contrato


def _valor_em(contrato: ContratoManutencao, dia: date) -> _Valor:
    """What the contract asks on a day. Adjustments by index felt only later are left to be made again, each in its time.

    A value that a person agreed later goes on as it was agreed.
    """
    depois = list(contrato.reajustes.filter(vale_desde__gt=dia).order_by("pk"))
    if not depois or not all(reajuste.indice for reajuste in depois):
        return _Valor(contrato.valor, contrato.valor_desde, contrato.proximo_reajuste)
    primeiro = depois[0]
    proximo = primeiro.devido_em if primeiro.devido_em > dia else primeiro.vale_desde
    return _Valor(primeiro.valor_anterior, rules.mais_meses(proximo, -rules.MESES_DO_INDICE), proximo)
