"""kombu's SQLAlchemy transport, asked four times a second, with connections of each process's own."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from kombu.transport import sqlalchemy


class Channel(sqlalchemy.Channel):
    """The class keeps one engine a URL, for all. A forked worker must not talk through its parent's connections."""

    _processo: ClassVar[int] = os.getpid()

    def _open(self) -> Any:
        if Channel._processo != os.getpid():
            for motor, _sessao in Channel._engines.values():
                motor.dispose(close=False)  # forgotten, not closed: the parent still uses them
            Channel._engines.clear()
            Channel._processo = os.getpid()
        return super()._open()


class Transport(sqlalchemy.Transport):
    """The interval cannot come as a transport option: kombu hands those on to SQLAlchemy, which refuses it."""

    Channel = Channel
    polling_interval = 0.25
