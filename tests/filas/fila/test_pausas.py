"""A context that keeps failing pauses itself, tries again one at a time, and comes back with the first success."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from auditoria.models import Evento
from filas.fila.contextos import ErroDefinitivo, Requisicao
from filas.fila.entrada import enfileirar
from filas.fila.motor import enviar
from filas.fila.servicos import pausar, retomar
from filas.models import EstadoContexto, Mensagem
from tests.filas.fila.provas import NOME, Provas

pytestmark = pytest.mark.django_db(transaction=True)


def _estado() -> EstadoContexto:
    return EstadoContexto.objects.get(pk=NOME)


def _falta() -> timedelta:
    ate = _estado().pausado_ate
    assert ate is not None
    return ate - timezone.now()


def _acabou_a_pausa() -> None:
    EstadoContexto.objects.update(pausado_ate=timezone.now() - timedelta(seconds=1))
    Mensagem.objects.filter(situacao=0).update(proxima_tentativa_em=timezone.now())


def _fora(**opcoes: object) -> Provas:
    return Provas(status=503, falhas_ate_pausar=5, concorrencia=5, **opcoes)


def test_falhas_seguidas_pausam_o_contexto_e_poupam_as_outras_mensagens() -> None:
    provas = _fora()
    enfileirar(NOME, [(str(n), {}) for n in range(40)])

    enviar([provas])

    estado = _estado()
    assert estado.falhas_seguidas == 5
    assert "HTTP_503" in estado.ultima_falha
    assert timedelta(seconds=20) < _falta() <= timedelta(seconds=30)
    assert len(provas.chamadas) <= 10  # those of the first batch, and what was claimed before it was written
    assert not Mensagem.objects.filter(situacao=4).exists()


def test_depois_da_pausa_vai_uma_de_cada_vez_e_a_pausa_dobra() -> None:
    enfileirar(NOME, [(str(n), {}) for n in range(40)])
    enviar([_fora()])

    for segundos in (60, 120, 240, 480, 600, 600):
        _acabou_a_pausa()
        tentativa = _fora()
        enviar([tentativa])
        assert len(tentativa.chamadas) == 1
        assert timedelta(seconds=segundos - 10) < _falta() <= timedelta(seconds=segundos)


def test_um_sucesso_acaba_com_a_pausa_e_tudo_vai() -> None:
    enfileirar(NOME, [(str(n), {}) for n in range(40)])
    enviar([_fora()])
    _acabou_a_pausa()

    feito = enviar([Provas(concorrencia=5)])

    assert feito.com_sucesso == 40
    assert (_estado().falhas_seguidas, _estado().pausado_ate) == (0, None)
    assert _estado().ultimo_sucesso_em is not None


def test_recusas_de_cada_mensagem_nao_pausam_o_contexto() -> None:
    class Recusa(Provas):
        def montar(self, conteudo: dict[str, object]) -> Requisicao:
            if conteudo["n"] == 0:
                raise ErroDefinitivo("SEM_IBGE", "falta")
            return super().montar(conteudo)

    enfileirar(NOME, [(str(n), {"n": n % 2}) for n in range(40)])

    enviar([Recusa(status=422)])

    assert Mensagem.objects.filter(situacao=4).count() == 40
    assert (_estado().falhas_seguidas, _estado().pausado_ate) == (0, None)


def test_senha_recusada_pausa_antes_de_queimar_a_fila_inteira() -> None:
    enfileirar(NOME, [(str(n), {}) for n in range(40)])

    enviar([Provas(status=401, falhas_ate_pausar=5, concorrencia=5)])

    assert Mensagem.objects.filter(situacao=4, causa="HTTP_401").count() <= 10
    assert Mensagem.objects.filter(situacao=0).count() >= 30
    assert _estado().pausado_ate is not None


def test_pausa_de_uma_pessoa_segura_tudo_ate_alguem_retomar() -> None:
    ana = User.objects.create_user("ana")
    enfileirar(NOME, [("1", {})])
    pausar(NOME, usuario=ana, motivo="manutenção do destino")

    assert enviar([Provas()]).total == 0
    assert _estado().pausado_por == "ana"

    assert retomar(NOME, usuario=ana)
    assert enviar([Provas()]).com_sucesso == 1
    acoes = list(Evento.objects.order_by("pk").values_list("acao", flat=True))
    assert acoes == ["filas.contexto_pausado", "filas.contexto_retomado"]


def test_retomar_acaba_tambem_com_a_pausa_automatica() -> None:
    ana = User.objects.create_user("ana")
    enfileirar(NOME, [(str(n), {}) for n in range(10)])
    enviar([_fora()])

    assert retomar(NOME, usuario=ana)

    Mensagem.objects.filter(situacao=0).update(proxima_tentativa_em=timezone.now())
    assert enviar([Provas()]).com_sucesso == 10
