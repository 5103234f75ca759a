"""Concessions, maintenance contracts and burials of a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from erp.jazigos.models import Cobranca, Concessao, ContratoManutencao, Reajuste, Sepultamento
from erp.lgpd.fontes import Bloqueio, Fonte, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de

DIREITO: Final = (
    "Prova do direito sobre o jazigo e de quem o teve (Lei 13.709/2018, arts. 7º, VI, e 16, I; Código Civil, art. 205)."
)
_REGISTRO: Final = "Registro de sepultamentos: obrigação legal do cemitério (Lei 13.709/2018, art. 16, I)."


def concessoes(pessoa: Pessoa) -> QuerySet[Concessao]:
    return Concessao.objects.filter(pessoa.onde(codigo="titular_id"))


def contratos(pessoa: Pessoa) -> QuerySet[ContratoManutencao]:
    return ContratoManutencao.objects.filter(pessoa.onde(codigo="titular_id"))


def cobrancas(pessoa: Pessoa) -> QuerySet[Cobranca]:
    return Cobranca.objects.filter(contrato__in=contratos(pessoa).order_by())


def reajustes(pessoa: Pessoa) -> QuerySet[Reajuste]:
    return Reajuste.objects.filter(contrato__in=contratos(pessoa).order_by())


def sepultamentos(pessoa: Pessoa) -> QuerySet[Sepultamento]:
    return Sepultamento.objects.filter(pessoa.onde(codigo="cliente_id"))


def _vigente() -> Q:
    return Q(fim__isnull=True) | Q(fim__gte=timezone.localdate())


def em_vigor(pessoa: Pessoa) -> Iterator[Bloqueio]:
    for concessao in concessoes(pessoa).filter(_vigente()).order_by("pk")[:5]:
        yield Bloqueio(f"A {concessao} está em vigor.", "Transfira a concessão, ou registre o fim dela.")


def pagos(pessoa: Pessoa) -> Iterator[Bloqueio]:
    for contrato in contratos(pessoa).filter(_vigente()).order_by("pk")[:5]:
        yield Bloqueio(f"O contrato de manutenção {contrato.pk} está em vigor.", "Encerre ou transfira o contrato.")


registrar_objetos_de("jazigos.concessao", concessoes)
registrar_objetos_de("jazigos.contratomanutencao", contratos)
registrar_objetos_de("jazigos.sepultamento", sepultamentos)
registrar(
    Fonte("jazigos.concessoes", "Concessões de jazigo", concessoes, base=DIREITO, bloqueios=em_vigor),
    Fonte("jazigos.contratos", "Contratos de manutenção", contratos, base=DIREITO, bloqueios=pagos),
    Fonte("jazigos.cobrancas", "Cobranças de manutenção", cobrancas, base=DIREITO),
    Fonte("jazigos.reajustes", "Reajustes da manutenção", reajustes, base=DIREITO),
    Fonte("jazigos.sepultamentos", "Sepultamentos", sepultamentos, base=_REGISTRO),
)
dispensar(
    {"jazigos.Cemiterio": "Cemitérios, não pessoas.", "jazigos.Jazigo": "Lugares; de quem são está nas concessões."}
)
