"""What the other side said of a person."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from erp.lgpd.fontes import Fonte, Troca, dispensar, registrar
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.trocas import apagar_linhas
from erp.sincronizacao.models import Conflito, Diferenca, RegistroSincronizado

_ENTIDADE: Final = "clientes"
_VERSAO: Final = (
    "O código e o número da última versão: sem eles a próxima sincronização traria a pessoa de volta (Lei 13.709/2018, art. 16, "
    "I). Peça também ao outro sistema que a esqueça (art. 18, § 6º)."
)


def registros(pessoa: Pessoa) -> QuerySet[RegistroSincronizado]:
    return RegistroSincronizado.objects.filter(pessoa.onde(codigo="chave"), entidade=_ENTIDADE)


def com_dados(pessoa: Pessoa) -> QuerySet[RegistroSincronizado]:
    return registros(pessoa).filter(dados__isnull=False)


def conflitos(pessoa: Pessoa) -> QuerySet[Conflito]:
    return Conflito.objects.filter(pessoa.onde(codigo="chave"), entidade=_ENTIDADE)


def diferencas(pessoa: Pessoa) -> QuerySet[Diferenca]:
    return Diferenca.objects.filter(pessoa.onde(codigo="chave"), entidade=_ENTIDADE)


def _anonimizar(troca: Troca) -> int:
    return com_dados(troca.pessoa).update(dados=None)


registrar(
    Fonte(
        "sincronizacao.registros", "O que o outro sistema disse", registros, anonimizar=_anonimizar, mudam=com_dados,
        o_que="o conteúdo é apagado", base=_VERSAO,
    ),
    Fonte(
        "sincronizacao.conflitos", "Conflitos de sincronização", conflitos, anonimizar=apagar_linhas(conflitos),
        o_que="apagados",
    ),
    Fonte(
        "sincronizacao.diferencas", "Diferenças entre os sistemas", diferencas, anonimizar=apagar_linhas(diferencas),
        o_que="apagadas",
    ),
)  # fmt: skip
dispensar(
    {
        "sincronizacao.Mudanca": "O código do registro que mudou ou saiu: é por ele que o outro sistema sabe.",
        "sincronizacao.VendaAEnviar": "Números de linhas, apagados quando vão.",
    }
)
