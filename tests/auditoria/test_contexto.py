import re

import pytest
import structlog
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpResponse
from django.test import RequestFactory

from auditoria.atores import Ator
from auditoria.contexto import Origem, OrigemMiddleware, agindo, ator_atual, endereco, identificador, origem_atual
from auditoria.models import Evento
from auditoria.services import SemAtor, registrar
from erp.acesso.api import PortadorDeChave
from erp.acesso.models import ChaveApi
from erp.config.celery import app


@pytest.fixture(autouse=True)
def _sem_contexto_de_logs():
    with structlog.contextvars.bound_contextvars():
        structlog.contextvars.clear_contextvars()
        yield


def pedir(**meta):
    return RequestFactory().get("/", **meta)


def test_a_origem_vale_durante_a_requisicao_e_so_nela():
    vistas = []

    def servir(request):
        vistas.append(origem_atual())
        return HttpResponse()

    OrigemMiddleware(servir)(pedir(REMOTE_ADDR="10.0.0.7", HTTP_X_REQUEST_ID="abc-1"))
    assert vistas == [Origem("10.0.0.7", "abc-1")]
    assert origem_atual() == Origem()


def test_a_origem_se_desfaz_mesmo_quando_a_requisicao_falha():
    def falhar(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        OrigemMiddleware(falhar)(pedir())
    assert origem_atual() == Origem()


@pytest.mark.parametrize(
    ("proxies", "remoto", "encaminhado", "esperado"),
    [
        (None, "10.0.0.7", "", "10.0.0.7"),
        (None, "10.0.0.7", "1.2.3.4", "10.0.0.7"),  # without a proxy of ours, the header is the client's word
        (1, "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # what is left of our proxy's own note is the client's word
        (2, "10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (2, "10.0.0.1", "1.2.3.4", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "lixo", None),
        (None, "", "", None),  # a Unix socket
        (None, "2001:db8::1", "", "2001:db8::1"),
    ],
)
def test_endereco_do_cliente(settings, proxies, remoto, encaminhado, esperado):
    settings.AXES_IPWARE_PROXY_COUNT = proxies
    assert endereco(pedir(REMOTE_ADDR=remoto, HTTP_X_FORWARDED_FOR=encaminhado)) == esperado


def test_o_identificador_e_o_mesmo_dos_logs():
    with structlog.contextvars.bound_contextvars(request_id="dos-logs"):
        assert identificador(pedir(HTTP_X_REQUEST_ID="do-cliente")) == "dos-logs"


@pytest.mark.parametrize("ruim", ["", "a" * 65, "com espaço", "<script>", "a\nb"])
def test_identificador_estranho_da_lugar_a_um_novo(ruim):
    assert re.fullmatch(r"[0-9a-f]{32}", identificador(pedir(HTTP_X_REQUEST_ID=ruim)))


@pytest.mark.parametrize(
    ("usuario", "ator"),
    [
        (User(username="ana"), Ator("usuario", "ana")),
        (PortadorDeChave(ChaveApi(prefixo="0123456789ab")), Ator("chave", "0123456789ab")),
        (AnonymousUser(), None),
    ],
    ids=["pessoa", "chave", "ninguém"],
)
def test_numa_requisicao_age_quem_ela_diz_que_e_e_so_enquanto_ela_dura(usuario, ator):
    vistos = []

    def servir(request):
        request.user = usuario  # as the authentication of an API does, after the middleware
        vistos.append(ator_atual())
        return HttpResponse()

    OrigemMiddleware(servir)(pedir())
    assert vistos == [ator]
    assert ator_atual() is None


def test_uma_tarefa_age_pelo_seu_nome():
    vistos = []

    @app.task(name="teste.tarefa")
    def tarefa():
        vistos.append(ator_atual())

    tarefa.apply()
    assert vistos == [Ator("sistema", "tarefa teste.tarefa")]
    assert ator_atual() is None


@pytest.mark.django_db
def test_um_evento_tem_quem_age_a_nao_ser_que_diga_outro_e_sem_ninguem_e_recusado():
    with pytest.raises(SemAtor):
        registrar(acao="teste.feito")
    with agindo(Ator("rotina", "Assunto/Acao")):
        registrar(acao="teste.feito")
        registrar(acao="a.feito", ator=Ator("usuario", "ana"))
    assert set(Evento.objects.values_list("acao", "ator_tipo", "ator")) == {
        ("teste.feito", "rotina", "Assunto/Acao"), ("a.feito", "usuario", "ana"),
    }  # fmt: skip
