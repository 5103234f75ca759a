import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from erp.acesso.api import AutenticacaoPorChave, ExigeEscopo, exigir_chave, tratar_excecao
from erp.acesso.erros import ErroApi
from erp.acesso.models import ChaveApi
from erp.acesso.services import criar_chave, revogar_chave
from tests.erp.acesso.conftest import ATOR


class Vista(APIView):
    authentication_classes = [AutenticacaoPorChave]
    permission_classes = [ExigeEscopo("pdv")]
    erro: Exception

    def get(self, request):
        return Response({"ponto": request.auth.ponto_venda_id, "quem": str(request.user)})

    def post(self, request):
        raise self.erro


def pedir(cabecalho=None, metodo="get", vista=None):
    extra = {} if cabecalho is None else {"HTTP_AUTHORIZATION": cabecalho}
    pedido = getattr(APIRequestFactory(), metodo)("/", **extra)
    return (vista or Vista.as_view())(pedido)


def test_a_chave_certa_entra_como_ela_mesma(nova_chave):
    chave, texto = nova_chave
    resposta = pedir(f"Api-Key {texto}")
    assert (resposta.status_code, resposta.data) == (200, {"ponto": 31, "quem": f"chave {chave.prefixo}"})


def test_o_nome_do_esquema_vale_em_qualquer_caixa(nova_chave):
    assert pedir(f"api-key {nova_chave[1]}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cabecalho", "codigo"),
    [
        (None, "NAO_AUTENTICADO"),
        ("", "NAO_AUTENTICADO"),
        ("Bearer abc", "NAO_AUTENTICADO"),
        ("Api-Key", "CHAVE_INVALIDA"),
        ("Api-Key ", "CHAVE_INVALIDA"),
        ("Api-Key rtg_x_y", "CHAVE_INVALIDA"),
        (f"Api-Key rtg_{'0' * 12}_{'0' * 64}", "CHAVE_INVALIDA"),
    ],
)
def test_sem_chave_que_abra_e_401_com_corpo_e_desafio(cabecalho, codigo):
    resposta = pedir(cabecalho)
    assert resposta.status_code == 401
    assert resposta["WWW-Authenticate"] == "Api-Key"
    assert set(resposta.data) == {"codigo", "mensagem", "contexto"}
    assert resposta.data["codigo"] == codigo
    assert codigo != "NAO_AUTENTICADO" or "Authorization: Api-Key <chave>" in resposta.data["mensagem"]


def test_chave_revogada_e_401(nova_chave, django_capture_on_commit_callbacks):
    chave, texto = nova_chave
    with django_capture_on_commit_callbacks(execute=True):
        revogar_chave(chave=chave, motivo="perdida", ator=ATOR)
    assert pedir(f"Api-Key {texto}").data["codigo"] == "CHAVE_INVALIDA"


@pytest.mark.django_db
def test_chave_de_outro_escopo_e_403_e_diz_qual_falta():
    _, texto = criar_chave(nome="Agendador", escopos=["rotinas"], ator=ATOR)
    resposta = pedir(f"Api-Key {texto}")
    assert resposta.status_code == 403
    assert resposta.data["codigo"] == "ESCOPO_INSUFICIENTE"
    assert resposta.data["contexto"] == {"esperado": "pdv", "recebido": ["rotinas"]}


def test_a_resposta_de_erro_nunca_repete_a_chave(nova_chave):
    texto = nova_chave[1][:-1] + "x"
    resposta = pedir(f"Api-Key {texto}")
    assert resposta.status_code == 401 and texto not in str(resposta.data)


@pytest.mark.parametrize(
    ("erro", "status", "codigo"),
    [
        (ErroApi(413, "CORPO_GRANDE_DEMAIS", "Corpo de 20 MiB; máximo 16 MiB.", {"maximo": 16}), 413, "CORPO_GRANDE_DEMAIS"),
        (exceptions.ParseError("JSON inválido"), 400, "REQUISICAO_INVALIDA"),
        (exceptions.ValidationError({"nome": ["obrigatório"]}), 400, "DADOS_INVALIDOS"),
        (exceptions.NotAuthenticated(), 401, "NAO_AUTENTICADO"),
        (exceptions.PermissionDenied(), 403, "SEM_PERMISSAO"),
        (PermissionDenied(), 403, "SEM_PERMISSAO"),
        (exceptions.NotFound(), 404, "NAO_ENCONTRADO"),
        (Http404(), 404, "NAO_ENCONTRADO"),
        (exceptions.MethodNotAllowed("PUT"), 405, "METODO_NAO_PERMITIDO"),
        (exceptions.NotAcceptable(), 406, "FORMATO_NAO_OFERECIDO"),
        (exceptions.UnsupportedMediaType("text/xml"), 415, "TIPO_DE_CONTEUDO_NAO_SUPORTADO"),
        (exceptions.Throttled(wait=7), 429, "LIMITE_EXCEDIDO"),
    ],
)  # fmt: skip
def test_todo_erro_tem_codigo_mensagem_e_contexto(erro, status, codigo):
    resposta = tratar_excecao(erro, {})
    assert resposta.status_code == status
    assert resposta.data["codigo"] == codigo
    assert isinstance(resposta.data["mensagem"], str) and resposta.data["mensagem"]
    assert isinstance(resposta.data["contexto"], dict)


def test_limite_excedido_diz_quanto_esperar():
    resposta = tratar_excecao(exceptions.Throttled(wait=7), {})
    assert resposta["Retry-After"] == "7" and resposta.data["contexto"] == {"espere_segundos": 7}


def test_defeito_nosso_continua_sendo_500():
    assert tratar_excecao(ZeroDivisionError(), {}) is None


def test_metodo_errado_passa_pelo_mesmo_formato(nova_chave):
    resposta = pedir(f"Api-Key {nova_chave[1]}", metodo="put")
    assert (resposta.status_code, resposta.data["codigo"]) == (405, "METODO_NAO_PERMITIDO")


def test_vista_simples_do_django_usa_a_mesma_porta(nova_chave):
    chave, texto = nova_chave
    pedido = RequestFactory().get("/", HTTP_AUTHORIZATION=f"Api-Key {texto}")
    aberta = exigir_chave(pedido, "pdv")
    assert isinstance(aberta, ChaveApi) and aberta == chave
    with pytest.raises(ErroApi) as erro:
        exigir_chave(pedido, "rotinas")
    assert erro.value.status == 403
    with pytest.raises(ErroApi) as erro:
        exigir_chave(RequestFactory().get("/"), "pdv")
    assert (erro.value.status, erro.value.codigo) == (401, "NAO_AUTENTICADO")
