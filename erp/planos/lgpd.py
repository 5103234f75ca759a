"""The contracts of a person, whom they cover, who died."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet

from erp.assinaturas.lgpd import fontes_de_assinaturas
from erp.lgpd.fontes import Bloqueio, Fonte, Troca, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from erp.planos.models import AvisoContratacao, Contratacao, Dependente, MudancaContratacao, Obito

CONTRATO: Final = (
    "Contrato e a sua história (Lei 13.709/2018, arts. 7º, VI, e 16, I; Código Civil, art. 205; CDC, art. 27)."
)
_OBITO: Final = "Prova do óbito que o plano cobriu (Lei 13.709/2018, art. 16, I; Lei 6.015/1973)."
_NOME: Final = "Dependente anonimizado"
Situacao = Contratacao.Situacao


def contratos(pessoa: Pessoa) -> QuerySet[Contratacao]:
    return Contratacao.objects.filter(pessoa.onde(codigo="titular_id"))


def dependencias(pessoa: Pessoa) -> QuerySet[Dependente]:
    return Dependente.objects.filter(pessoa.onde(documento="cpf", codigo="cliente_id"))


def dependentes(pessoa: Pessoa) -> QuerySet[Dependente]:
    """Whom the person's own contracts cover: what the person told us of others."""
    return Dependente.objects.filter(contratacao__in=contratos(pessoa).order_by())


def identificadas(pessoa: Pessoa) -> QuerySet[Dependente]:
    return dependencias(pessoa).exclude(nome=_NOME)


def obitos(pessoa: Pessoa) -> QuerySet[Obito]:
    return Obito.objects.filter(
        pessoa.onde(codigo="cliente_id") | Q(dependente__in=dependencias(pessoa).order_by().values("pk"))
    )


def mudancas(pessoa: Pessoa) -> QuerySet[MudancaContratacao]:
    return MudancaContratacao.objects.filter(contratacao__in=contratos(pessoa).order_by())


def avisos(pessoa: Pessoa) -> QuerySet[AvisoContratacao]:
    return AvisoContratacao.objects.filter(contratacao__in=contratos(pessoa).order_by())


def em_vigor(pessoa: Pessoa) -> Iterator[Bloqueio]:
    for contrato in contratos(pessoa).exclude(situacao=Situacao.CANCELADO).order_by("pk")[:5]:
        yield Bloqueio(
            f"O contrato {contrato.numero} está {contrato.get_situacao_display().lower()}.",
            "Cancele o contrato, se for o que a pessoa quer: sem os dados dela ele não se cumpre.",
        )


def cobertos(pessoa: Pessoa) -> Iterator[Bloqueio]:
    ativos = dependencias(pessoa).filter(excluido_em__isnull=True, obito__isnull=True)
    for dependente in ativos.exclude(contratacao__situacao=Situacao.CANCELADO).select_related("contratacao")[:5]:
        yield Bloqueio(
            f"É dependente no contrato {dependente.contratacao.numero}.", "Exclua o dependente do contrato primeiro."
        )


def _anonimizar(troca: Troca) -> int:
    achados = list(identificadas(troca.pessoa).order_by("pk").select_for_update())
    for dependente in achados:
        ano = date(dependente.nascimento.year, 1, 1)
        Dependente.objects.filter(pk=dependente.pk).update(nome=_NOME, cpf="", nascimento=ano)
    return len(achados)


registrar_objetos_de("planos.contratacao", contratos)
registrar_objetos_de("planos.dependente", dependencias)
registrar_objetos_de("planos.obito", obitos)
registrar(
    Fonte("planos.contratos", "Contratos de plano", contratos, base=CONTRATO, bloqueios=em_vigor, omitir=("chave",)),
    Fonte(
        "planos.dependencias", "Contratos em que é dependente", dependencias, anonimizar=_anonimizar, mudam=identificadas,
        o_que="nome, CPF, dia e mês do nascimento são apagados", bloqueios=cobertos,
    ),
    Fonte("planos.dependentes", "Dependentes dos contratos", dependentes, base=CONTRATO),
    Fonte("planos.obitos", "Óbitos", obitos, base=_OBITO),
    Fonte("planos.mudancas", "Mudanças dos contratos", mudancas, base=CONTRATO),
    Fonte("planos.avisos", "Avisos de suspensão e cancelamento", avisos, base=CONTRATO),
    *fontes_de_assinaturas(
        "planos", "planos.contratacao", lambda pessoa: contratos(pessoa).order_by().values("pk")
    ),
)  # fmt: skip
dispensar({"planos.Plano": "Planos à venda."})
