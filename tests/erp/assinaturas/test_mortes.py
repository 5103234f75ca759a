"""Two at once, and SIGKILL between the provider's answer and our commit: the document goes once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from erp.acesso.erros import ErroDefinitivo
from erp.assinaturas.falso import PlugSignFalsa
from erp.assinaturas.maquina import Passo
from erp.assinaturas.models import Assinatura
from erp.assinaturas.plugsign.porta import PortaPlugSign
from erp.assinaturas.portas import Pedido, Remota
from erp.assinaturas.services import andamento, criacao
from erp.assinaturas.services.consulta import gravar, pegar, perguntar
from erp.planos.selectors.assinatura import ESPECIE, conteudo_de
from tests.concorrencia.test_drenos import juntos
from tests.erp.assinaturas.elenco import pedida, rodar, vendido
from tests.erp.assinaturas.invariantes import verificar
from tests.erp.elenco import empresa, pessoa

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ao_vivo(settings: Any) -> Iterator[PlugSignFalsa]:
    """The stand-in, asked by four threads at once."""
    empresa()
    with PlugSignFalsa() as servidor:
        settings.PLUGSIGN_URL, settings.PLUGSIGN_TOKEN, settings.PLUGSIGN_SIMULTANEAS = servidor.url, "falso", 4
        yield servidor
    verificar()


class PortaQueMorre(PortaPlugSign):
    """The process is killed as soon as PlugSign has asked for the signature."""

    def pedir(self, id_provedor: str, pedido: Pedido) -> Remota:
        super().pedir(id_provedor, pedido)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("nobody gets here")


def test_morto_com_sigkill_entre_a_resposta_e_o_commit_nao_manda_dois(ao_vivo: PlugSignFalsa) -> None:
    a = pedida()
    filho = os.fork()
    if filho == 0:
        do_pai = connection.connection
        connection.connection = None  # a connection of its own: this one is the parent's, and is not closed here
        try:
            gravar(perguntar(PortaQueMorre(), pegar(PortaQueMorre(), ate=timezone.now())))
        finally:
            os._exit(1 + int(do_pai is None))
    assert os.WTERMSIG(os.waitpid(filho, 0)[1]) == signal.SIGKILL
    a.refresh_from_db()
    assert (a.passo, a.falhas, len(ao_vivo.pedidos)) == (Passo.PREPARADA, 1, 1)
    assert rodar().contagens["documentos mandados"] == 1
    a.refresh_from_db()
    assert (a.passo, len(ao_vivo.documentos), len(ao_vivo.pedidos)) == (Passo.ENVIADA, 1, 1)


def test_duas_pessoas_e_tres_rotinas_ao_mesmo_tempo_mandam_uma_vez_e_guardam_uma_vez(ao_vivo: PlugSignFalsa) -> None:
    contratos = [vendido() for _ in range(6)]
    bia, versoes = pessoa("operador", 1), {c.pk: conteudo_de(c).versao() for c in contratos}

    def mandar() -> None:
        for contrato in contratos:
            try:
                feita = criacao.pedir(
                    especie_nome=ESPECIE, objeto_id=contrato.pk, versao=versoes[contrato.pk], usuario=bia
                )
                andamento.enviar(feita)
            except ErroDefinitivo as erro:
                assert erro.codigo == "JA_ENVIADO"

    juntos(mandar, mandar)
    assert len(ao_vivo.documentos) == len(ao_vivo.pedidos) == Assinatura.objects.count() == 6
    for chave in ao_vivo.documentos:
        ao_vivo.mudar(chave, "Signed")
    todas = list(Assinatura.objects.all())

    def guardar() -> None:
        gravar(perguntar(PortaPlugSign(), todas))

    juntos(guardar, guardar, guardar)
    for a in Assinatura.objects.all():
        assert (a.passo, a.arquivos.count(), a.erro) == (Passo.ASSINADA, 2, "")
        assert a.eventos.filter(situacao=Passo.ASSINADA.value).count() == 1
