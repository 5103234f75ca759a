"""The acts on messages, one or selected: what the confirmation page says, and the service that it calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from erp.acesso.admin_base import acao_com_motivo
from filas.admin import formatos
from filas.fila import atos
from filas.models import Mensagem

MAXIMO = 1_000  # of a selection; more than that is asked by filter, and goes on in the background
Situacao = Mensagem.Situacao
Contadas = dict[int, int]


def contar(queryset: QuerySet[Any]) -> Contadas:
    """Rows of each situação; reads at most one more than an act may have."""
    contadas: Contadas = {}
    for situacao in queryset.order_by().values_list("situacao", flat=True)[: MAXIMO + 1]:
        contadas[situacao] = contadas.get(situacao, 0) + 1
    return contadas


def efeito_de_reprocessar(c: Contadas) -> list[str]:
    erro, outras = c.get(Situacao.ERRO, 0), sum(n for s, n in c.items() if s != Situacao.ERRO)
    efeitos = []
    if erro:
        volta = "volta" if erro == 1 else "voltam"
        efeitos.append(f"{formatos.numero(erro)} com erro {volta} à fila, com o cadastro como está agora")
    if outras:
        fica = "não está com erro e fica como está" if outras == 1 else "não estão com erro e ficam como estão"
        efeitos.append(f"{formatos.numero(outras)} {fica}")
    return efeitos


def efeito_de_cancelar(c: Contadas) -> list[str]:
    saem = c.get(Situacao.ERRO, 0) + c.get(Situacao.PENDENTE, 0)
    outras = sum(c.values()) - saem
    efeitos = []
    if saem:
        sai = "sai da fila e não será enviada" if saem == 1 else "saem da fila e não serão enviadas"
        efeitos.append(f"{formatos.numero(saem)} {sai}")
    if outras:
        fica = "já saiu, está saindo ou foi cancelada, e fica como está"
        ficam = "já saíram, estão saindo ou foram canceladas, e ficam como estão"
        efeitos.append(f"{formatos.numero(outras)} {fica if outras == 1 else ficam}")
    return efeitos


def explicar(efeito: Callable[[Contadas], list[str]]) -> Callable[[QuerySet[Any]], str]:
    """`12 mensagens: 10 com erro voltam à fila…; 2 não estão com erro e ficam como estão.`"""

    def texto(queryset: QuerySet[Any]) -> str:
        contadas = contar(queryset)
        if sum(contadas.values()) > MAXIMO:
            return _DEMAIS
        return f"{formatos.quantas(sum(contadas.values()))}: {'; '.join(efeito(contadas)) or 'nada a fazer'}."

    return texto


_DEMAIS = (
    f"A seleção passa de {formatos.numero(MAXIMO)} mensagens. Volte e use o botão do grupo, acima da lista: "
    "ele mostra o que vai acontecer e trabalha sozinho até a última."
)


def _ids(queryset: QuerySet[Any]) -> list[int]:
    ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MAXIMO + 1])
    if len(ids) > MAXIMO:
        raise ValidationError(f"Nada foi feito. {_DEMAIS}")
    return ids


def reprocessadas(feito: atos.Feito) -> str:
    """What a reprocess did, in one sentence."""
    partes = [f"{formatos.quantas(feito.feitas)} de volta à fila"]
    if feito.substituidas:
        umas = "saiu da fila, porque há outra mais nova" if feito.substituidas == 1 else (
            "saíram da fila, porque há outras mais novas"
        )  # fmt: skip
        partes.append(f"{formatos.numero(feito.substituidas)} {umas} do mesmo registro")
    if feito.puladas:
        partes.append(f"{formatos.numero(feito.puladas)} {'ficou' if feito.puladas == 1 else 'ficaram'} como estava"
                      f"{'' if feito.puladas == 1 else 'm'}")  # fmt: skip
    return "; ".join(partes) + "."


def _reprocessar(self: Any, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
    return reprocessadas(atos.reprocessar(_ids(queryset), usuario=usuario, motivo=motivo))


def _cancelar(self: Any, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
    feito = atos.cancelar(_ids(queryset), usuario=usuario, motivo=motivo)
    texto = f"{formatos.quantas(feito.feitas, 'mensagem cancelada', 'mensagens canceladas')}."
    if feito.puladas:
        texto += f" {formatos.numero(feito.puladas)} {'ficou como estava' if feito.puladas == 1 else 'ficaram como estavam'}."
    return texto


_reprocessar.__name__, _cancelar.__name__ = "reprocessar", "cancelar"  # the admin knows an action by its name

acao_de_reprocessar = acao_com_motivo(
    titulo="Reprocessar",
    explicacao=explicar(efeito_de_reprocessar),
    permissao="filas.reprocessar_mensagem",
    botao="Reprocessar",
    icone="replay",
)(_reprocessar)
acao_de_cancelar = acao_com_motivo(
    titulo="Cancelar",
    explicacao=explicar(efeito_de_cancelar),
    permissao="filas.cancelar_mensagem",
    botao="Cancelar as mensagens",
    icone="block",
    perigosa=True,
)(_cancelar)
