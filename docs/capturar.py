"""Make the pictures of docs/manual.md again: plays three tills against a server of its own and photographs the screens.

    .venv/bin/python docs/capturar.py [--saida docs/imagens] [--todas] [--so NOME ...]

Everything it makes lives in a temporary folder and goes away at the end; with `--manter FOLDER` it stays, and the next
run only takes the pictures. `--todas` also takes the screens that the manual does not show, and each in the dark and on
a telephone, for whoever changes the pages. It needs chromium, and pngquant where the pictures should be small.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import django
from captura.ambiente import RAIZ, manage, porta_livre, preparar_ambiente, servidor
from captura.navegador import fotografar
from captura.telas import CLARO, MODOS, fotos

NOME = "retaguarda-fotos"  # the folder that is ours to delete, also inside one that somebody keeps


def main() -> None:
    analisador = argparse.ArgumentParser(description=__doc__)
    analisador.add_argument("--saida", type=Path, default=RAIZ / "docs" / "imagens")
    analisador.add_argument("--todas", action="store_true", help="todas as telas, também no escuro e no celular")
    analisador.add_argument("--so", nargs="*", default=[], help="nomes das fotos")
    analisador.add_argument("--manter", type=Path, help="pasta dos dados, que fica para a próxima vez")
    opcoes = analisador.parse_args()
    pasta = opcoes.manter / NOME if opcoes.manter else Path(tempfile.mkdtemp(prefix=f"{NOME}-"))
    preparar_ambiente(pasta)
    ja_feito = (pasta / "ids.json").exists()
    if not ja_feito:
        apagar(pasta)  # half of an example, of a run that was cut short: another on top of it repeats documents
        pasta.mkdir(parents=True)
    try:
        produzir(opcoes, ja_feito=ja_feito, pasta=pasta)
    finally:
        if opcoes.manter is None:
            apagar(pasta)


def apagar(pasta: Path) -> None:
    from erp.config.embutido import servidor_padrao  # it reads the settings, which must be ours by now

    servidor_padrao(pasta).destruir()
    shutil.rmtree(pasta, ignore_errors=True)


def produzir(opcoes: argparse.Namespace, *, ja_feito: bool, pasta: Path) -> None:
    manage("migrate")
    django.setup()
    # models: only once Django is set up
    from captura import (
        auditoria,
        clientes,
        contatos,
        empresa,
        etiquetas,
        falsos,
        jazigos,
        planos,
        ponto,
        provedores,
        rotinas,
    )  # fmt: skip

    endereco = f"127.0.0.1:{porta_livre()}"
    with falsos.no_ar(f"http://{endereco}") as no_ar, servidor(endereco) as url:
        if ja_feito:
            ids = json.loads((pasta / "ids.json").read_text())
        else:
            empresa.vender(url, empresa.cadastrar())
            ids = clientes.receber(url) | empresa.trabalhar() | contatos.encher_os_comunicados()
            ids |= jazigos.encher_os_jazigos() | ponto.fazer_as_folhas() | planos.vender_planos()
            etiquetas.etiquetar()
            ids |= provedores.falar_com_os_provedores(no_ar, ids)
            ids |= rotinas.rodar_as_rotinas()  # after them: it puts a history of its own in the place of what ran
            ids |= auditoria.provar()
            (pasta / "ids.json").write_text(json.dumps(ids, default=str))
        manual = (RAIZ / "docs" / "manual.md").read_text()
        lista = [f for f in fotos(ids) if opcoes.todas or f"/{f.nome}.png" in manual]
        lista = [f for f in lista if not opcoes.so or f.nome in opcoes.so]
        fotografar(url, lista, MODOS if opcoes.todas else (CLARO,), opcoes.saida)


if __name__ == "__main__":
    main()
