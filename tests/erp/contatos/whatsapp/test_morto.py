"""A worker killed with the message at Meta and the answer on its way: in doubt, and settled by what Meta tells."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.services import acompanhar
from erp.contatos.whatsapp.contexto import Whatsapp
from erp.contatos.whatsapp.falso import WhatsappFalso
from filas.fila.motor import enviar
from filas.models import Mensagem, Tentativa
from tests.erp.contatos.whatsapp.conftest import Celular, contar, ja, por_na_fila
from tests.falhas.vivos import RAIZ, url_do_banco

pytestmark = pytest.mark.django_db(transaction=True)


class Preso(WhatsappFalso):
    """It takes the message, and holds the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.chegou, self.solta = threading.Event(), threading.Event()

    def rotear(self, *pedido: Any) -> Any:
        resposta = super().rotear(*pedido)
        if not self.chegou.is_set():
            self.chegou.set()
            self.solta.wait(60)
        return resposta


def _vencer() -> None:
    """The lease of who died is over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wosk_queue SET reservada_ate = now() - interval '1 s' WHERE situacao = 1")


@pytest.mark.parametrize(
    "contou", [True, pytest.param(False, marks=pytest.mark.prova)], ids=["a Meta contou", "a Meta calou"]
)
def test_morto_com_a_mensagem_na_meta_espera_o_aviso_e_nao_manda_duas_vezes_o_que_ela_contou(
    na_meta: ModeloMensagem, celular: Celular, settings: Any, contou: bool
) -> None:
    with Preso() as meta:
        for ajuste, valor in meta.ajustes().items():
            setattr(settings, ajuste, valor)
        por_na_fila(celular())
        ambiente = os.environ | {
            **meta.ajustes(), "DATABASE_URL": url_do_banco(), "LOG_NIVEL": "ERROR",
        }  # fmt: skip
        vitima = subprocess.Popen(
            [sys.executable, "-m", "tests.erp.contatos.whatsapp.trabalhador"], cwd=RAIZ, env=ambiente
        )
        try:
            assert meta.chegou.wait(60)
        finally:
            vitima.kill()
            vitima.wait()
        meta.solta.set()
        _vencer()
        enviar([Whatsapp()])  # gives it back, and it is in doubt
        ja(10)
        enviar([Whatsapp()])
        assert len(meta.mensagens) == 1 and Mensagem.objects.get().causa == "EM_DUVIDA"
        if contou:
            contar(meta, "delivered")
        else:
            settings.WHATSAPP_DUVIDA = timedelta(0)
        ja(10)
        enviar([Whatsapp()])
        acompanhar()

        assert len(meta.mensagens) == (1 if contou else 2)
        esperada = Comunicado.Situacao.ENTREGUE if contou else Comunicado.Situacao.ENVIADO
        assert (Mensagem.objects.get().situacao, Comunicado.objects.get().situacao) == (2, esperada)
        assert Tentativa.objects.filter(resultado=Tentativa.Resultado.ABANDONADA).count() == 1
