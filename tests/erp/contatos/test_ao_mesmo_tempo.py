"""Many hands over the same facts, the same queue, the same deliveries: each once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence

import pytest
from django.db import transaction
from django.utils import timezone

from erp.contatos.models import Comunicado, Descadastro, ModeloMensagem
from erp.contatos.registro import registrar_entrega
from erp.contatos.services import acompanhar, avisar, cancelar, descadastrar, desfazer_pela_pagina, enviar
from erp.contatos.valores import Entrega
from filas.fila.contextos import obter_contexto
from filas.fila.motor import enviar as enviar_a_fila
from filas.models import Mensagem
from tests.concorrencia.test_drenos import juntos
from tests.erp.contatos.conftest import aviso, por_na_fila
from tests.erp.elenco import pessoa
from tests.filas.fila.correio import Correio

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Comunicado.Situacao


def test_oito_avisam_os_mesmos_fatos_em_ordens_diferentes_e_cada_um_entra_uma_vez(modelo: ModeloMensagem) -> None:
    fatos = [f"f:{n}" for n in range(400)]
    novos: list[int] = []

    def um() -> None:
        meus = random.sample(fatos, len(fatos))
        with transaction.atomic():
            novos.append(avisar(aviso(fato) for fato in meus).novos)

    juntos(*[um] * 8)

    assert sum(novos) == 400
    assert Comunicado.objects.count() == 400


def test_quatro_encaminham_ao_mesmo_tempo_e_cada_comunicado_entra_na_fila_uma_vez(modelo: ModeloMensagem) -> None:
    avisar(aviso(f"f:{n}") for n in range(1500))

    juntos(*[enviar] * 4)

    chaves = Counter(Mensagem.objects.values_list("chave", flat=True))
    assert len(chaves) == 1500 and set(chaves.values()) == {1}
    assert not Comunicado.objects.exclude(situacao=Situacao.NA_FILA).exists()


def test_dois_acompanham_ao_mesmo_tempo_e_cada_entrega_e_contada_uma_vez(modelo: ModeloMensagem) -> None:
    por_na_fila(*(aviso(f"f:{n}") for n in range(300)))
    Mensagem.objects.update(situacao=2, terminada_em=timezone.now(), mensagem="Aceita")
    ouvidas: list[str] = []
    trava = threading.Lock()

    def ouvir(provas: Sequence[Entrega]) -> None:
        with trava:
            ouvidas.extend(p.fato for p in provas)

    registrar_entrega("f:", ouvir)
    juntos(*[acompanhar] * 4)
    acompanhar()

    assert sorted(ouvidas) == sorted(f"f:{n}" for n in range(300))


def test_cliques_ao_mesmo_tempo_deixam_um_descadastro_de_pe(modelo: ModeloMensagem) -> None:
    [comunicado] = por_na_fila(aviso())
    feitos: list[bool] = []

    def clicar() -> None:
        feitos.append(descadastrar(Comunicado.objects.get(pk=comunicado.pk)))

    juntos(*[clicar] * 6)
    assert feitos.count(True) == 1
    juntos(*[lambda: desfazer_pela_pagina(comunicado)] * 3)
    assert Descadastro.objects.filter(desfeito_em=None).count() == 0
    assert Descadastro.objects.count() == 1


def test_descadastro_no_meio_dos_envios_para_tudo_o_que_ainda_nao_foi_pego(
    modelo: ModeloMensagem,
    correio: Correio,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reader refuses with the first letter at the server: of the forty that wait, none comes but what was in hand."""
    contexto = obter_contexto("Email")
    monkeypatch.setattr(contexto, "concorrencia", 1, raising=False)
    comunicados = por_na_fila(*(aviso(f"f:{n}") for n in range(40)))

    def recusar() -> None:
        if not correio.cartas:
            juntos(lambda: descadastrar(comunicados[0]))  # in a thread of its own

    correio.ao_receber = recusar

    enviar_a_fila([contexto])
    acompanhar()

    assert len(correio.cartas) == 1
    assert Comunicado.objects.filter(situacao=Situacao.ENTREGUE).count() == 1
    assert Comunicado.objects.filter(situacao=Situacao.NAO_ENVIADO, motivo="DESCADASTRADO").count() == 39


def test_cancelado_por_uma_pessoa_enquanto_a_fila_anda_ou_foi_ou_nao_foi(
    modelo: ModeloMensagem, correio: Correio
) -> None:
    ids = [c.pk for c in por_na_fila(*(aviso(f"f:{n}") for n in range(60)))]
    ana = pessoa("gerente")
    juntos(
        lambda: enviar_a_fila([obter_contexto("Email")]),
        lambda: cancelar(ids, usuario=ana, motivo="engano da campanha"),
    )
    enviar_a_fila([obter_contexto("Email")])
    acompanhar()

    foram = Comunicado.objects.filter(situacao=Situacao.ENTREGUE).count()
    cancelados = Comunicado.objects.filter(situacao=Situacao.NAO_ENVIADO, motivo="CANCELADO").count()
    assert foram == len(correio.cartas)
    assert foram + cancelados == 60
