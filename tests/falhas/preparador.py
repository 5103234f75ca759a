"""A till's preparation that waits for the others at the line: `python -m tests.falhas.preparador READY START`."""

import sys
import time
from pathlib import Path

import django

django.setup()

from pdv.terminal.preparo import preparar  # noqa: E402  # after setup, which reads the models

Path(sys.argv[1]).touch()
while not Path(sys.argv[2]).exists():
    time.sleep(0.001)
preparar()
