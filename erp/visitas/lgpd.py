"""Visits to a person's home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Q, QuerySet

from erp.lgpd.fontes import Bloqueio, Fonte, Troca, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from erp.visitas.models import MudancaVisita, Visita

_ATENDIMENTO: Final = "Que houve o atendimento, quando e por quem (Lei 13.709/2018, art. 7º, VI). Sem o endereço."
_VAZIOS: Final = {
    "solicitante": "", "telefone": "", "endereco": "", "complemento": "", "motivo": "Apagado: pessoa anonimizada",
    "latitude": None, "longitude": None,
}  # fmt: skip
Situacao = Visita.Situacao


def visitas(pessoa: Pessoa) -> QuerySet[Visita]:
    return Visita.objects.filter(pessoa.onde(codigo="cliente_id"))


def com_dados(pessoa: Pessoa) -> QuerySet[Visita]:
    return visitas(pessoa).exclude(motivo=_VAZIOS["motivo"])


def mudancas(pessoa: Pessoa) -> QuerySet[MudancaVisita]:
    return MudancaVisita.objects.filter(visita__in=visitas(pessoa).order_by())


def por_fazer(pessoa: Pessoa) -> Iterator[Bloqueio]:
    for visita in visitas(pessoa).filter(Q(situacao=Situacao.PEDIDA) | Q(situacao=Situacao.MARCADA)).order_by("pk")[:5]:
        yield Bloqueio(
            f"A visita {visita.pk} está {visita.get_situacao_display().lower()}.", "Faça ou cancele a visita."
        )


def _anonimizar(troca: Troca) -> int:
    return com_dados(troca.pessoa).update(**_VAZIOS)


registrar_objetos_de("visitas.visita", visitas)
registrar(
    Fonte(
        "visitas.visitas", "Visitas", visitas, anonimizar=_anonimizar, mudam=com_dados, bloqueios=por_fazer,
        o_que="quem pediu, telefone, endereço e motivo são apagados",
    ),
    Fonte("visitas.mudancas", "História das visitas", mudancas, base=_ATENDIMENTO),
)  # fmt: skip
dispensar(
    {
        "visitas.ArquivoRota": "O arquivo da rota do dia, na pasta das rotas: de muitas pessoas, refeito a cada mudança; apague "
        "os antigos da pasta pelo prazo da empresa."
    }
)
