"""What is kept of who works here, or did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from erp.colaboradores.models import (
    Colaborador,
    EscalaColaborador,
    FolhaDia,
    FolhaDiaVersao,
    Marcacao,
    Tratamento,
)
from erp.lgpd.fontes import Bloqueio, Fonte, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from erp.lgpd.trocas import apagar_campos

TRABALHO: Final = (
    "Registro do contrato de trabalho e do ponto (Lei 13.709/2018, art. 16, I; CLT, arts. 11, 29 e 74; Portaria MTP "
    "671/2021)."
)
_ONDE_MORA = {"endereco": "", "latitude": None, "longitude": None}


def colaboradores(pessoa: Pessoa) -> QuerySet[Colaborador]:
    return Colaborador.objects.filter(pessoa.onde(documento="cpf"))


def com_endereco(pessoa: Pessoa) -> QuerySet[Colaborador]:
    return colaboradores(pessoa).exclude(**_ONDE_MORA)


def marcacoes(pessoa: Pessoa) -> QuerySet[Marcacao]:
    return Marcacao.objects.filter(colaborador__in=colaboradores(pessoa).order_by())


def folhas(pessoa: Pessoa) -> QuerySet[FolhaDia]:
    return FolhaDia.objects.filter(colaborador__in=colaboradores(pessoa).order_by())


def versoes(pessoa: Pessoa) -> QuerySet[FolhaDiaVersao]:
    return FolhaDiaVersao.objects.filter(folha_id__in=folhas(pessoa).order_by().values("pk"))


def tratamentos(pessoa: Pessoa) -> QuerySet[Tratamento]:
    return Tratamento.objects.filter(colaborador__in=colaboradores(pessoa).order_by())


def escalas(pessoa: Pessoa) -> QuerySet[EscalaColaborador]:
    return EscalaColaborador.objects.filter(colaborador__in=colaboradores(pessoa).order_by())


def empregado(pessoa: Pessoa) -> Iterator[Bloqueio]:
    for colaborador in colaboradores(pessoa).filter(desligamento__isnull=True)[:5]:
        yield Bloqueio(
            f"É colaborador (matrícula {colaborador.matricula}).",
            "Enquanto durar o contrato de trabalho os dados são dele.",
        )


registrar_objetos_de("colaboradores.colaborador", colaboradores)
registrar(
    Fonte(
        "colaboradores.cadastro", "Cadastro de colaboradores", colaboradores, base=TRABALHO, bloqueios=empregado,
        anonimizar=apagar_campos(colaboradores, **_ONDE_MORA), mudam=com_endereco,
        o_que="o endereço e as coordenadas de casa são apagados",
    ),
    Fonte("colaboradores.marcacoes", "Marcações de ponto", marcacoes, base=TRABALHO),
    Fonte("colaboradores.folhas", "Folhas de ponto", folhas, base=TRABALHO),
    Fonte("colaboradores.folhas_antigas", "Versões anteriores das folhas", versoes, base=TRABALHO),
    Fonte("colaboradores.tratamentos", "Tratamentos do ponto", tratamentos, base=TRABALHO),
    Fonte("colaboradores.escalas", "Escalas de trabalho", escalas, base=TRABALHO),
)  # fmt: skip
dispensar(
    {
        "colaboradores.ImportacaoMarcacoes": "O que o relógio não reconheceu: número do registro e motivo.",
        "colaboradores.DiaTocado": "Dias a refazer, apagados em minutos.",
        "colaboradores.Escala": "Modelos de horário.",
        "colaboradores.Relogio": "Equipamentos.",
    }
)
