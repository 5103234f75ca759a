"""An operator's terminal that stays open: `python -m tests.erp.config.operador` takes one request a line, in JSON.

`argumentos` go to `manage.py`, the file itself, as at a prompt; `codigo` is Python. The answer is what came of it: the
code of the exit, what was written and what was complained. Nothing stays connected between two requests.
"""

from __future__ import annotations

import io
import json
import runpy
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import django

from erp.config.embutido import RAIZ

django.setup()

from django.db import connections  # noqa: E402  # they read the settings


def _obedecer(pedido: dict[str, Any]) -> None:
    if "codigo" in pedido:
        exec(pedido["codigo"], {})
        return
    sys.argv = ["manage.py", *pedido["argumentos"]]
    runpy.run_path(str(RAIZ / "manage.py"), run_name="__main__")


def _responder(pedido: dict[str, Any]) -> tuple[int, str, str]:
    saida, erros, codigo = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(saida), redirect_stderr(erros):
        try:
            _obedecer(pedido)
        except SystemExit as fim:
            codigo = fim.code if isinstance(fim.code, int) else int(fim.code is not None)
        except Exception:  # as Python does with one at a prompt
            traceback.print_exc()
            codigo = 1
        connections.close_all()
    return codigo, saida.getvalue(), erros.getvalue()


if __name__ == "__main__":
    for linha in sys.stdin:
        print(json.dumps(_responder(json.loads(linha))), flush=True)
