"""What the pictures of the queue show: some that went, some that wait, some that stopped, and why. Invented people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from clientes.models import Cliente
from clientes.monitor import CONTEXTO
from clientes.monitor.services import varrer
from filas.models import EstadoContexto, Mensagem, Tentativa

Situacao = Mensagem.Situacao
SEM_IBGE = "Sem o código IBGE do município (BELO HORISONTE/MG), obrigatório para cliente nacional. Informe o município."


def encher_a_fila() -> dict[str, Any]:
    """Returns the ids and the filter that the pictures show."""
    agora = timezone.now()
    for n in range(140):
        _mensagem(
            n, Situacao.SUCESSO, agora - timedelta(minutes=300 - n), terminada_em=agora - timedelta(minutes=299 - n)
        )
    for n in range(3):
        _mensagem(400 + n, Situacao.PENDENTE, agora - timedelta(minutes=2))
    for n in range(12):
        sem_municipio = _erro(200 + n, "SEM_IBGE", SEM_IBGE, agora - timedelta(hours=2, minutes=n))
    for n in range(2):
        recusada = _erro(300 + n, "HTTP_422", "HTTP 422: o destino recusou", agora - timedelta(minutes=50))
        _tentar(recusada, 1, "joao@exemplo", agora - timedelta(minutes=50))
        _tentar(recusada, 2, "joao@exemplo.com", agora - timedelta(minutes=20))
    varrer(por="rotina")
    estado, _ = EstadoContexto.objects.get_or_create(contexto=CONTEXTO)
    estado.ultimo_sucesso_em, estado.ultima_falha_em = agora - timedelta(minutes=3), agora - timedelta(minutes=20)
    estado.ultima_falha = "HTTP_422: HTTP 422: o destino recusou"
    estado.save()
    return {"mensagem": recusada.pk, "sem_municipio": sem_municipio.pk, "causa": f"{CONTEXTO}:SEM_IBGE"}


def _conteudo(n: int) -> dict[str, Any]:
    cliente = Cliente.objects.order_by("codigo_cliente")[n % Cliente.objects.count()]
    cidade, ibge = ("BELO HORISONTE", "") if 200 <= n < 300 else ("BELO HORIZONTE", "3106200")
    return {
        "CODIGO_CLIENTE": f"C{n:05}", "CLIENTE_VAREJO": cliente.cliente_varejo, "CPF_CGC": "", "CIDADE": cidade,
        "UF": "MG", "CEP": "30110001", "PAIS": "BRASIL", "PAIS_BC": "1058", "IBGE": ibge, "EMAIL": "joao@exemplo.com",
        "STATUS": "1", "ESTRANGEIRO": "0", "FILIAL": cliente.filial,
    }  # fmt: skip


def _mensagem(n: int, situacao: int, criada_em: datetime, **campos: Any) -> Mensagem:
    return Mensagem.objects.create(
        contexto=CONTEXTO, chave=f"C{n:05}", conteudo=_conteudo(n), situacao=situacao, criada_em=criada_em, **campos
    )


def _erro(n: int, causa: str, mensagem: str, criada_em: datetime) -> Mensagem:
    quando = criada_em + timedelta(seconds=4)
    return _mensagem(
        n, Situacao.ERRO, criada_em, causa=causa, mensagem=mensagem, erro_em=quando, terminada_em=quando, tentativas=1
    )


def _tentar(m: Mensagem, numero: int, email: str, quando: datetime) -> None:
    Tentativa.objects.create(
        mensagem_id=m.pk, numero=numero, resultado=Tentativa.Resultado.ERRO, iniciada_em=quando, segundos="0.183",
        status_http=422, causa="HTTP_422", mensagem="HTTP 422: o destino recusou", conteudo=m.conteudo | {"EMAIL": email},
        payload={"codigo": m.chave, "nome": m.conteudo["CLIENTE_VAREJO"], "tipo": "FISICA",
                 "contatos": [{"tipo": "EMAIL", "valor": email}]},
        retorno='{"erro": "contatos[0].valor: e-mail já usado por outro cadastro"}',
        curl="curl -X POST 'https://exemplo.com.br/setIlli' \\\n  -H 'Authorization: ***' \\\n"
        f"  -H 'Idempotency-Key: {m.token}' \\\n  --data '…'",
    )  # fmt: skip
