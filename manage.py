#!/usr/bin/env python
"""Django's command line: `manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

from auditoria.atores import Ator
from auditoria.contexto import agindo
from erp.config import escapes

if __name__ == "__main__":
    escapes.cobrir()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.config.settings")
    with agindo(Ator("sistema", f"manage.py {sys.argv[1]}" if len(sys.argv) > 1 else "manage.py")):
        execute_from_command_line(sys.argv)
