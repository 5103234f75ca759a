"""The places of the layers below: the audit trail, the receipts, and why logins of staff are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from auditoria.lados import ler
from auditoria.models import Evento
from auditoria.pessoas.cifra import eventos_de
from auditoria.pessoas.identidade import nomes_da_pessoa, referencias
from auditoria.trilha.filtro import Visto
from auditoria.trilha.reuniao import reunir
from auditoria.trilha.saidos import saidos_ate
from erp.lgpd.fontes import Fonte, Leitura, Linha, dispensar, em_linha, registrar
from erp.lgpd.models import Anonimizacao
from erp.lgpd.pessoa import Pessoa

TRILHA: Final = (
    "Trilha de auditoria: obrigação de registrar e provar (Lei 13.709/2018, arts. 16, I, e 37). Os dados pessoais estão "
    "mascarados; o que está cifrado deixa de poder ser lido. Vale o mesmo para as cópias no arquivo da auditoria."
)
_PROVA: Final = "Prova de que o pedido foi atendido (Lei 13.709/2018, art. 16, I). Não tem dado pessoal em claro."
Objetos = Callable[[Pessoa], Iterable[tuple[str, Iterable[str]]]]
_objetos: list[Objetos] = []


def registrar_objetos(objetos: Objetos) -> None:
    """What events call the things of a person: `(model's label, ids as text)` of each kind."""
    _objetos.append(objetos)


def registrar_objetos_de(rotulo: str, consulta: Callable[[Pessoa], QuerySet[Any]]) -> None:
    """`registrar_objetos`, of the rows of one query."""

    def objetos(pessoa: Pessoa) -> Iterable[tuple[str, Iterable[str]]]:
        yield rotulo, map(str, consulta(pessoa).order_by().values_list("pk", flat=True).iterator())

    registrar_objetos(objetos)


def coisas(pessoa: Pessoa) -> Iterator[tuple[str, Iterator[str]]]:
    """The person's things as events name them, and the person as requests about one do."""
    yield "auditoria.chavepessoa", iter(nomes_da_pessoa(pessoa.nome_da_chave))
    for objetos in _objetos:
        for rotulo, ids in objetos(pessoa):
            yield rotulo, (nome for pk in ids for nome in referencias(pk))


@contextmanager
def eventos(pessoa: Pessoa) -> Iterator[Leitura]:
    """What was done to the person's things, and what has something under the person's key, in both stores."""
    with reunir(coisas(pessoa), eventos_de(pessoa.nome_da_chave)) as reuniao:
        yield Leitura(reuniao.contar, lambda maximo: map(_linha, reuniao.percorrer(maximo)), reuniao.falta)


def quantos_no_banco(pessoa: Pessoa) -> int:
    with reunir(coisas(pessoa), eventos_de(pessoa.nome_da_chave), com_arquivo=False) as reuniao:
        return reuniao.contar()


def fora_do_banco() -> str:
    """What a count of PostgreSQL leaves out: nobody waits for the archive to see a number."""
    if (ate := saidos_ate()) is None:
        return ""
    return (
        f"Os atos até {timezone.localtime(ate):%d/%m/%Y %H:%M} já saíram do PostgreSQL e não estão nesta conta: o arquivo da "
        "auditoria os tem, e os arquivos que se baixam aqui os trazem."
    )


def _linha(visto: Visto) -> Linha:
    campos = visto.linha._asdict()
    lados = {lado: ler(campos[lado]) for lado in ("antes", "depois")}
    onde = "só no arquivo da auditoria" if visto.do_arquivo else "PostgreSQL"
    return em_linha(Evento(**campos | lados), ("ip", "request_id")) | {"onde está": onde}


def recibos(pessoa: Pessoa) -> QuerySet[Anonimizacao]:
    return Anonimizacao.objects.filter(indice__in=pessoa.indices())


def registrar_proprias() -> None:
    registrar(
        Fonte(
            "auditoria.eventos", "Atos registrados na auditoria", lambda _: Evento.objects.none(), base=TRILHA,
            leitura=eventos, quantas=quantos_no_banco, fora=fora_do_banco, cobre=("auditoria.DadoCifrado",),
        ),
        Fonte("lgpd.recibos", "Recibos de anonimização", recibos, base=_PROVA, omitir=("indice",)),
    )  # fmt: skip
    dispensar(_SEM_PESSOA)


_SEM_PESSOA: Final[dict[str, Any]] = {
    "auditoria.ChavePessoa": "Só o resumo com chave do documento; é destruída com a pessoa.",
    "auditoria.Resumo": "Só hashes e contagens.",
    "auditoria.Verificacao": "Só sequências e identificadores de eventos.",
    "auditoria.Retirada": "Só sequências, contagens e identificadores de eventos.",
    "auditoria.Arquivo": "Só contagens e identificadores de eventos.",
    "auditoria.ChaveAssinatura": "Chaves públicas.",
    "acesso.ChaveApi": "De sistemas, não de pessoas.",
    "acesso.Aprovacao": "Login de quem trabalha aqui: parte do contrato de trabalho e da prova de quem fez o quê.",
    "acesso.FormularioEnviado": "Login de quem trabalha aqui, apagado em dias.",
    "acesso.EscopoFilial": "Login de quem trabalha aqui.",
}
