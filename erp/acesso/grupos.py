"""The table of staff groups: which permissions each one starts with.

The apps above fill it in `AppConfig.ready`; `migrate` turns it into rows. A permission is given once: what staff
change in a group afterwards is never undone by the next deploy.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, router, transaction

from erp.acesso.models import ConcessaoFeita

GRUPOS = ("operador", "gerente", "fiscal", "financeiro", "TI", "auditor")

ENCARREGADO = "Encarregado de dados"  # of the LGPD (art. 41): it sees what a person's request needs, and no more

_tabela: dict[str, set[str]] = {grupo: set() for grupo in (*GRUPOS, ENCARREGADO)}


def conceder(grupo: str, *permissoes: str) -> None:
    """Give permissions (`app.codename`) to one of `GRUPOS`, or to `ENCARREGADO`. Raises `KeyError` for any other."""
    _tabela[grupo].update(permissoes)


def tabela() -> dict[str, frozenset[str]]:
    """A copy of the table."""
    return {grupo: frozenset(permissoes) for grupo, permissoes in _tabela.items()}


@transaction.atomic
def sincronizar(app_label: str) -> int:
    """Make the groups, and give them the permissions of one app that they were never given; returns how many."""
    dadas = 0
    for grupo, permissoes in _tabela.items():
        linha, _ = Group.objects.get_or_create(name=grupo)
        for nome in sorted(p for p in permissoes if p.partition(".")[0] == app_label):
            dadas += _dar(linha, nome)
    return dadas


def ao_migrar(sender: AppConfig, using: str, **_: Any) -> None:
    """`post_migrate` of each app: its permissions exist from here on."""
    if using != DEFAULT_DB_ALIAS or not router.allow_migrate_model(using, ConcessaoFeita):
        return
    if sender.label != "acesso" and not any(p.startswith(f"{sender.label}.") for ps in _tabela.values() for p in ps):
        return
    create_permissions(sender, using=using, verbosity=0)
    sincronizar(sender.label)


def conferir_tabela(app_configs: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """System check: a misspelt permission would otherwise silently be given to nobody."""
    return [
        checks.Error(f"O grupo {grupo} recebe a permissão {nome}, que nenhum modelo declara.", id="acesso.E001")
        for grupo, permissoes in sorted(_tabela.items())
        for nome in sorted(permissoes)
        if not _existe(nome)
    ]


def _dar(grupo: Group, nome: str) -> int:
    app_label, _, codename = nome.partition(".")
    permissao = Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
    if permissao is None:
        return 0
    _, nova = ConcessaoFeita.objects.get_or_create(grupo=grupo.name, permissao=nome)
    if nova:
        grupo.permissions.add(permissao)
    return int(nova)


def _existe(nome: str) -> bool:
    app_label, _, codename = nome.partition(".")
    try:
        modelos = list(apps.get_app_config(app_label).get_models())
    except LookupError:
        return False
    return any(codename in _permissoes_de(modelo) for modelo in modelos)


def _permissoes_de(modelo: Any) -> set[str]:
    meta = modelo._meta
    padrao = {f"{acao}_{meta.model_name}" for acao in meta.default_permissions}
    return padrao | {codename for codename, _ in meta.permissions}
