"""A routine asked for over HTTP: the request is a row, a worker runs it, and this waits a moment for the outcome."""

import time
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from auditoria.services import Ator
from erp.acesso.api import AutenticacaoPorChave, ExigeEscopo
from erp.acesso.erros import ErroApi, ErroDefinitivo
from erp.acesso.models import ChaveApi
from erp.rotinas import registro
from erp.rotinas.api.documentacao import EXECUCAO, da_rotina
from erp.rotinas.api.retrato import ExecucaoComLinhasSerializer, ExecucaoSerializer, endereco
from erp.rotinas.especificacao import METODOS
from erp.rotinas.models import Execucao
from erp.rotinas.registro import Rotina
from erp.rotinas.services import em_curso, solicitar_execucao

ESPERA: Final = 2.0  # seconds
PASSO: Final = 0.05
SIM, NAO = ("1", "true", "sim"), ("", "0", "false", "nao", "não")
EM_ANDAMENTO = (Execucao.Situacao.PENDENTE, Execucao.Situacao.EXECUTANDO)
MAIOR_ID: Final = 2**63 - 1


class _ComChave(APIView):
    authentication_classes = (AutenticacaoPorChave,)
    permission_classes = (ExigeEscopo("rotinas"),)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """A GET that does something is nothing to keep."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class RotinaView(_ComChave):
    """One path of the specification; `vista_de` gives it its method."""

    caminho = ""

    def chamar(self, request: Request) -> Response:
        chave = request.auth
        assert isinstance(chave, ChaveApi)  # ExigeEscopo lets nothing else through
        rotina = _configurada(self.caminho)
        simulacao = _sim_ou_nao(request.query_params.get("simular", ""))
        referencia = _dia(request.query_params.get("referencia", ""))
        if chave.homologacao and not simulacao:
            raise ErroApi(403, "CHAVE_DE_HOMOLOGACAO", "Uma chave de homologação só simula: use simular=1.")
        _recusar_se_em_curso(rotina, simulacao)
        execucao = _pedir(rotina, chave, simulacao, referencia)
        _esperar(execucao)
        if execucao.situacao == Execucao.Situacao.PULADA:
            _recusar_se_em_curso(rotina, simulacao)
        corpo = ExecucaoSerializer(execucao).data
        if execucao.situacao in EM_ANDAMENTO:
            return Response(corpo, status=202, headers={"Location": endereco(execucao)})
        return Response(corpo)


class DesconhecidaView(_ComChave):
    """A path that is no routine's: told only to who has a key."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404


class ExecucaoView(_ComChave):
    http_method_names = ("get",)

    @extend_schema(**EXECUCAO)
    def get(self, request: Request, execucao_id: int) -> Response:
        """Of the routines that the API can call: the system's own are nobody's business."""
        execucao = Execucao.objects.filter(pk=execucao_id).first() if execucao_id <= MAIOR_ID else None
        if execucao is None or execucao.rotina not in METODOS:
            raise Http404
        return Response(ExecucaoComLinhasSerializer(execucao).data)


def vista_de(caminho: str, metodo: str) -> type[RotinaView]:
    """The view of one path, which answers to its own method and to no other: a HEAD must not run a routine."""
    verbo = metodo.lower()

    @extend_schema(**da_rotina(caminho))
    def chamar(self: RotinaView, request: Request) -> Response:
        return self.chamar(request)

    nome = f"{caminho.replace('/', '')}View"
    return type(nome, (RotinaView,), {"caminho": caminho, "http_method_names": (verbo,), verbo: chamar})


VISTAS: Final = {caminho: vista_de(caminho, metodo) for caminho, metodo in METODOS.items()}
_em_qualquer_caixa: Final = {caminho.lower(): vista.as_view() for caminho, vista in VISTAS.items()}
_desconhecida: Final = DesconhecidaView.as_view()


@csrf_exempt  # the views it hands on to take keys, never sessions
def em_qualquer_caixa(request: HttpRequest, assunto: str, acao: str) -> HttpResponseBase:
    """The same paths, whatever the case of their letters."""
    return _em_qualquer_caixa.get(f"{assunto}/{acao}".lower(), _desconhecida)(request)


def _configurada(caminho: str) -> Rotina:
    rotina = registro.procurar(caminho)
    if rotina is None or not rotina.configurada:
        titulo = rotina.titulo if rotina else caminho
        raise ErroApi(501, "ROTINA_NAO_CONFIGURADA", f"{titulo}: ainda não está configurada. Nada foi feito.")
    return rotina


def _pedir(rotina: Rotina, chave: ChaveApi, simulacao: bool, referencia: date | None) -> Execucao:
    try:
        return solicitar_execucao(
            caminho=rotina.caminho,
            por=Ator("chave", chave.prefixo),
            motivo="pedida pela API",
            simulacao=simulacao,
            referencia=referencia,
        )
    except ErroDefinitivo as erro:
        if erro.codigo != "ROTINA_JA_PEDIDA":
            raise ErroApi(400, erro.codigo, erro.mensagem) from erro
        pedida = Execucao.objects.filter(
            rotina=rotina.caminho, situacao=Execucao.Situacao.PENDENTE, simulacao=simulacao
        ).first()
        raise _conflito(erro.codigo, erro.mensagem, pedida) from erro


def _recusar_se_em_curso(rotina: Rotina, simulacao: bool) -> None:
    if outra := em_curso(rotina.caminho, simulacao=simulacao):
        raise _conflito("ROTINA_EM_CURSO", f"{rotina.titulo}: a execução {outra.pk} está em curso.", outra)


def _conflito(codigo: str, mensagem: str, outra: Execucao | None) -> ErroApi:
    onde = endereco(outra) if outra else ""
    return ErroApi(409, codigo, mensagem, {"execucao": onde}, {"Location": onde} if onde else {})


def _esperar(execucao: Execucao) -> None:
    """Until it is over, or `ESPERA` passed."""
    ate = time.monotonic() + ESPERA
    while execucao.situacao in EM_ANDAMENTO and time.monotonic() < ate:
        time.sleep(PASSO)
        execucao.refresh_from_db()


def _sim_ou_nao(texto: str) -> bool:
    if texto.lower() not in SIM + NAO:
        raise ErroApi(400, "PARAMETRO_INVALIDO", f"simular recebido: {texto[:20]!r}; esperado 1 ou 0.")
    return texto.lower() in SIM


def _dia(texto: str) -> date | None:
    try:
        return date.fromisoformat(texto) if texto else None
    except ValueError:
        recebido = repr(texto[:20])
        raise ErroApi(400, "PARAMETRO_INVALIDO", f"referencia recebida: {recebido}; esperado AAAA-MM-DD.") from None
