"""`POST /sincronizacao/vendas/<ponto de venda>`: a till's package, brought by the other side."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from erp.acesso.api import ExigeEscopo
from erp.acesso.models import ChaveApi
from erp.cadastros.models import PontoVenda
from erp.sincronizacao.api.feed import ESCOPO
from erp.sincronizacao.fio import codificar
from pdv.replicacao.api.documentacao import DOCUMENTACAO
from pdv.replicacao.api.pedido import TIPO, VistaDoPdv, ler_corpo
from pdv.replicacao.codigos import CodigoPacote, PacoteRecusado
from pdv.replicacao.services import receber_pacote

_DOCUMENTACAO = DOCUMENTACAO | {
    "operation_id": "sincronizacao_vendas",
    "tags": ["Sincronização"],
    "summary": "Entregar vendas de um ponto de venda",
    "description": (
        "O mesmo pacote, a mesma resposta e as mesmas regras de `POST /api/pdv/v1/replicacao`, trazidos por outra "
        "retaguarda com uma chave do escopo `sincronizacao`. O caminho leva o código do ponto de venda.\n\n"
    )
    + str(DOCUMENTACAO["description"]),
}


class VendasView(VistaDoPdv):
    """The same staging as a till's; the till is told by the path, for one key brings the sales of all."""

    permission_classes = [ExigeEscopo(ESCOPO)]

    @extend_schema(**_DOCUMENTACAO)
    def post(self, request: Request, ponto_venda: int) -> HttpResponse:
        chave = request.auth
        assert isinstance(chave, ChaveApi)  # ExigeEscopo lets nothing else through
        destino = _ponto_venda(ponto_venda)
        gravar = not chave.homologacao
        corpo = ler_corpo(request._request, destino, gravar)
        resposta = receber_pacote(corpo=corpo, ponto_venda=destino, gravar=gravar)
        return HttpResponse(codificar(resposta), content_type=TIPO)


def _ponto_venda(codigo: int) -> PontoVenda:
    achado = PontoVenda.objects.filter(codigo=codigo).first() if codigo < 2**31 else None
    if achado is None:
        mensagem = f"O ponto de venda {codigo} não está cadastrado aqui."
        raise PacoteRecusado(CodigoPacote.CHAVE_SEM_PONTO_VENDA, mensagem)
    if not achado.ativo:
        raise PacoteRecusado(CodigoPacote.PONTO_VENDA_INATIVO, f"O ponto de venda {achado} está inativo.")
    return achado
