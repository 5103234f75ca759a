"""What was asked of a person's CPF, and what was answered."""

from __future__ import annotations

import secrets

from django.db.models import QuerySet
from django.utils import timezone

from erp.consultas.chaves import chave_do_cpf
from erp.consultas.models import ConsultaCpf, RespostaCpf
from erp.lgpd.fontes import Bloqueio, Fonte, Troca, dispensar, registrar
from erp.lgpd.pessoa import Pessoa

SEM_CPF = "***"
_REGISTRO = "Que houve a consulta, quando, para quê e por quem: registro das operações (Lei 13.709/2018, art. 37)."


def consultas(pessoa: Pessoa) -> QuerySet[ConsultaCpf]:
    return ConsultaCpf.objects.filter(chave_cpf=chave_do_cpf(pessoa.documento)) if pessoa.documento else _nada()


def respostas(pessoa: Pessoa) -> QuerySet[RespostaCpf]:
    return RespostaCpf.objects.filter(consultas__in=consultas(pessoa)).distinct()


def _nada() -> QuerySet[ConsultaCpf]:
    return ConsultaCpf.objects.none()


def _a_caminho(pessoa: Pessoa) -> list[Bloqueio]:
    if consultas(pessoa).filter(situacao=ConsultaCpf.Situacao.PEDIDA).exists():
        return [Bloqueio("Uma consulta deste CPF está a caminho.", "Espere a resposta e tente de novo.")]
    return []


def _anonimizar_respostas(troca: Troca) -> int:
    ids = list(respostas(troca.pessoa).values_list("pk", flat=True))
    for pk in ids:  # as many as questions of one person
        RespostaCpf.objects.filter(pk=pk).update(
            nome="", comprovante="", ano_obito=None, apagada_em=timezone.now(), chave=secrets.token_bytes(32),
            chave_cpf=secrets.token_bytes(32),
        )  # fmt: skip
    return len(ids)


def _anonimizar_consultas(troca: Troca) -> int:
    """The digest becomes a number drawn by lot: nobody finds the question by the CPF any more."""
    ids = list(consultas(troca.pessoa).values_list("pk", flat=True))
    for pk in ids:
        ConsultaCpf.objects.filter(pk=pk).update(
            cpf_mascarado=SEM_CPF, detalhe="apagado", erro="",
            chave=secrets.token_bytes(32), chave_cpf=secrets.token_bytes(32),
        )  # fmt: skip
    return len(ids)


registrar(
    Fonte(
        "consultas.respostas", "O que a Receita respondeu", respostas, omitir=("chave", "chave_cpf"), ordem=20,
        anonimizar=_anonimizar_respostas, o_que="o nome e o comprovante são apagados",
    ),
    Fonte(
        "consultas.consultas", "Consultas do CPF à Receita", consultas, omitir=("chave", "chave_cpf"), ordem=21,
        anonimizar=_anonimizar_consultas, o_que="o CPF mascarado e o detalhe são apagados", base=_REGISTRO,
        bloqueios=_a_caminho,
    ),
)  # fmt: skip
dispensar({"consultas.SaldoConsulta": "Créditos de provedores."})
