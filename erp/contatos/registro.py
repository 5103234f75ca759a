"""What the apps above register here from `AppConfig.ready`: templates, sources of reminders, tasks, who hears of deliveries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import User

from erp.contatos.valores import Aviso, Entrega

COMUNS: Mapping[str, str] = {
    "nome": "o nome de quem recebe",
    "primeiro_nome": "o primeiro nome de quem recebe",
    "empresa": "o nome da empresa",
}
Amostra = Mapping[str, str]


@dataclass(frozen=True)
class Modelo:
    """A kind of message: its code, what staff call it, the fields it may use (name: what it is), its first words.

    `amostras(n)` gives up to `n` sets of fields of real rows, for the preview; `exemplo` stands in while there are none.
    One of e-mail is one of WhatsApp too, with the same first words and out of use until staff say how Meta knows it;
    unless `so_email`: it is for staff, or does not fit.
    """

    codigo: str
    titulo: str
    descricao: str
    campos: Mapping[str, str]
    exemplo: Mapping[str, str]
    assunto: str
    corpo: str
    canal: str = "email"
    amostras: Callable[[int], Iterable[Amostra]] = field(default=lambda n: ())
    so_email: bool = False


@dataclass(frozen=True)
class Fonte:
    """Where reminders come from: `ler(dia)` gives what is to be told on that day, each fact named as ever.

    It may be read twice on one day, or days late: facts already told are left out by whoever receives them, but what
    is stale must not be given. `continuam(fatos)` says which are still true when the hour to send comes; None: all.
    """

    nome: str
    titulo: str
    ler: Callable[[date], Iterable[Aviso]]
    continuam: Callable[[Sequence[str]], set[str]] | None = None


class Tarefa(NamedTuple):
    """Something that waits for this person: `texto` in one line with its number, and the path of the page."""

    texto: str
    caminho: str


Tarefas = Callable[[User], Iterable[Tarefa]]
Ouvinte = Callable[[Sequence[Entrega]], None]

_modelos: dict[tuple[str, str], Modelo] = {}
_fontes: dict[str, Fonte] = {}
_tarefas: dict[str, Tarefas] = {}
_ouvintes: dict[str, Ouvinte] = {}


def registrar_modelo(modelo: Modelo) -> None:
    """Declare a template. Its row is made once by `migrate`; what staff wrote since is kept."""
    sobras = set(modelo.campos) & set(COMUNS)
    if sobras:
        raise ValueError(f"{modelo.codigo}: {', '.join(sorted(sobras))} já vêm de si; tire de `campos`")
    if faltam := set(modelo.campos) - set(modelo.exemplo):
        raise ValueError(f"{modelo.codigo}: falta o exemplo de {', '.join(sorted(faltam))}")
    _modelos[modelo.codigo, modelo.canal] = modelo
    if modelo.canal == "email" and not modelo.so_email:
        corpo = f"{modelo.corpo}." if modelo.corpo.endswith("}}") else modelo.corpo  # Meta takes no field at the end
        _modelos[modelo.codigo, "whatsapp"] = replace(modelo, canal="whatsapp", assunto="", corpo=corpo)


def registrar_fonte(fonte: Fonte) -> None:
    """Add a source of reminders; a second one of that name takes the place of the first."""
    _fontes[fonte.nome] = fonte


def registrar_tarefas(nome: str, tarefas: Tarefas) -> None:
    """Add what a member of staff has waiting, by the permissions and filiais of that person."""
    _tarefas[nome] = tarefas


def registrar_entrega(prefixo: str, ouvinte: Ouvinte) -> None:
    """Have `ouvinte` told of each delivery of a fact that begins with `prefixo`, once, in a transaction with our note of it.

    What it does must be in the database: if it fails, it is told again. It gets them in batches.
    """
    _ouvintes[prefixo] = ouvinte


def modelos() -> list[Modelo]:
    """Every declared template, by its title."""
    return sorted(_modelos.values(), key=lambda m: m.titulo)


def modelo_de(codigo: str, canal: str = "email") -> Modelo | None:
    return _modelos.get((codigo, canal))


def campos_do_modelo(codigo: str) -> dict[str, str]:
    """The fields a template may use, and what each is."""
    achado = next((m for (nome, _), m in _modelos.items() if nome == codigo), None)
    return {**COMUNS, **(achado.campos if achado else {})}


def fontes() -> list[Fonte]:
    return sorted(_fontes.values(), key=lambda f: f.nome)


def fonte_de(nome: str) -> Fonte | None:
    return _fontes.get(nome)


def tarefas() -> list[tuple[str, Tarefas]]:
    return sorted(_tarefas.items())


def ouvintes_de(fato: str) -> list[Ouvinte]:
    """Who is told of the delivery of this fact."""
    return [ouvinte for prefixo, ouvinte in _ouvintes.items() if fato.startswith(prefixo)]


def prefixos_ouvidos() -> list[str]:
    return sorted(_ouvintes)


def ouvinte(prefixo: str) -> Ouvinte:
    """Who registered that prefix."""
    return _ouvintes[prefixo]
