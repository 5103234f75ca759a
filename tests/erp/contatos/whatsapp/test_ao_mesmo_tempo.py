"""Many hands at once: one turn for a pair, one channel for a fact, one proof for a delivery."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from erp.contatos.models import Comunicado, EnvioWhatsapp, ModeloMensagem
from erp.contatos.services import avisar
from erp.contatos.services.reserva import passar_ao_email
from erp.contatos.whatsapp import duvidas, estados
from erp.contatos.whatsapp.falso import WhatsappFalso
from erp.contatos.whatsapp.leitura import Noticia
from tests.concorrencia.test_drenos import juntos
from tests.erp.contatos.conftest import aviso
from tests.erp.contatos.whatsapp.conftest import Celular, mandar, por_na_fila

pytestmark = pytest.mark.django_db(transaction=True)


def test_oito_trabalhadores_tem_uma_vez_so_para_cada_par(meta: WhatsappFalso) -> None:
    pessoas = [f"55319{n:08d}" for n in range(20)]
    vao: list[str] = []
    trava = threading.Lock()

    def um() -> None:
        minhas = dict(enumerate(random.sample(pessoas, len(pessoas))))
        chaves = {f"{id(minhas)}-{n}": numero for n, numero in minhas.items()}
        esperam = duvidas.fora_da_vez(chaves, timezone.now())
        with trava:
            vao.extend(numero for chave, numero in chaves.items() if chave not in esperam)

    juntos(*[um] * 8)
    assert sorted(vao) == pessoas


def test_o_canal_muda_no_meio_e_o_fato_vai_por_um_so(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    codigo = celular()
    fatos = [f"f:{n}" for n in range(60)]

    def um() -> None:
        avisar(aviso(fato, codigo_cliente=codigo) for fato in random.sample(fatos, len(fatos)))

    def trocar() -> None:
        for ativo in (False, True, False):
            ModeloMensagem.objects.filter(pk=na_meta.pk).update(ativo=ativo)

    juntos(um, trocar, um, um)
    assert sorted(Comunicado.objects.values_list("fato", flat=True)) == sorted(fatos)
    Comunicado.objects.filter(canal="whatsapp").update(situacao=3, motivo="NUMERO_NAO_ENTREGA")
    ids = list(Comunicado.objects.filter(canal="whatsapp").values_list("pk", flat=True))
    juntos(*[lambda: passar_ao_email(ids, timezone.now())] * 3)
    assert Comunicado.objects.filter(canal="email").count() == 60


def test_a_mesma_noticia_em_quatro_maos_prova_uma_vez(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    comunicado = por_na_fila(celular())
    mandar()
    agora = datetime.now(UTC)
    noticias = [
        Noticia("wamid.falso1", momento, agora, comunicado.token)
        for momento in ("lida_em", "enviada_em", "entregue_em")
    ]

    def um() -> None:
        for noticia in random.sample(noticias, len(noticias)):
            estados.aplicar([noticia])

    juntos(*[um] * 4)
    assert EnvioWhatsapp.objects.get().situacao == EnvioWhatsapp.Situacao.LIDA
    comunicado.refresh_from_db()
    assert comunicado.situacao == Comunicado.Situacao.ENTREGUE
