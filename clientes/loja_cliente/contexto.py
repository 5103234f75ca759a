"""`LojaCliente`: the context of the queue that keeps the external platform in step with the register (setIlli)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.admin.utils import quote
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse

from clientes.loja_cliente import respostas
from clientes.loja_cliente.rules import montar_payload
from clientes.monitor import CONTEXTO
from clientes.monitor.conteudo import conteudos
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from filas.fila.contextos import Contexto, Requisicao, Resposta, Resultado

PRIMEIRA_ESPERA: Final = timedelta(seconds=15)
MAIOR_ESPERA: Final = timedelta(hours=1)

# Queue §2 and design 6: the order in which people read them, which JSON in the database does not keep.
ORDEM_DO_CONTEUDO: Final = (
    "CODIGO_CLIENTE", "CLIENTE_VAREJO", "CPF_CGC", "RG_IE", "ENDERECO", "TIPO_LOGRADOURO", "NUMERO", "COMPLEMENTO",
    "BAIRRO", "CIDADE", "UF", "CEP", "PAIS", "PAIS_BC", "IBGE", "TELEFONE", "DDD", "CELULAR", "DDD_CELULAR", "EMAIL",
    "SEXO", "STATUS", "ANIVERSARIO", "CADASTRAMENTO", "DATA_PARA_TRANSFERENCIA", "FILIAL", "TIPO_VAREJO", "ESTRANGEIRO",
    "PF_PJ",
)  # fmt: skip
ORDEM_DO_PAYLOAD: Final = (
    "codigo", "nome", "tipo", "cpf", "identidade", "cnpj", "ie", "situacao", "sexo", "nascimento", "cadastramento",
    "filial", "tipo_varejo", "estrangeiro", "contatos", "valor", "enderecos", "logradouro", "numero", "complemento",
    "bairro", "cidade", "uf", "cep", "ibge", "bacen", "pais",
)  # fmt: skip


class LojaCliente(Contexto):
    """One message is one customer, by CODIGO_CLIENTE; its content has the names of spec/004, Queue §2."""

    nome = CONTEXTO
    titulo = "Clientes (setIlli)"
    concorrencia = 16
    tentativas = 8
    ordem = (*ORDEM_DO_CONTEUDO, *ORDEM_DO_PAYLOAD)
    # Of the address, what places a city and no door; the rest is of a person.
    campos_abertos = frozenset(
        {
            "CIDADE", "UF", "PAIS", "IBGE", "PAIS_BC", "FILIAL", "TIPO_VAREJO", "STATUS", "ESTRANGEIRO", "PF_PJ",
            "CADASTRAMENTO", "DATA_PARA_TRANSFERENCIA", "cadastramento", "tipo_varejo", "estrangeiro",
        }
    )  # fmt: skip

    def configurado(self) -> bool:
        """The address and the token: without either, every message would come back refused. They wait instead."""
        return bool(settings.ILLI_URL and settings.ILLI_TOKEN)

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        """The call to setIlli. Raises `ErroDefinitivo` of the rules (`SEM_IBGE`, `SEM_BACEN`, `DOCUMENTO_LONGO`)."""
        return Requisicao(
            metodo="POST",
            url=settings.ILLI_URL,
            json=montar_payload(conteudo),
            cabecalhos={"Authorization": f"Bearer {settings.ILLI_TOKEN}", "Accept": "application/json"},
            segredos=frozenset({"Authorization"}),
            tempo_limite=float(settings.ILLI_TEMPO_LIMITE),
        )

    def interpretar(self, resposta: Resposta) -> Resultado:
        return respostas.interpretar(resposta)

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        """From the rows as they are now, with the same queries as the Monitor's."""
        with connection.cursor() as cursor:
            return dict(conteudos(cursor, chaves))

    def nome_do_registro(self, conteudo: dict[str, Any]) -> str:
        return str(conteudo.get("CLIENTE_VAREJO") or "")

    def endereco(self, chave: str, request: HttpRequest) -> str:
        pode = request.user.has_perms(["clientes.view_cliente", VER_DOCUMENTOS])  # a code in the address may be a CPF
        return reverse("admin:clientes_cliente_change", args=[quote(chave)]) if pode else ""

    def espera(self, tentativa: int) -> timedelta:
        """15 s, 45 s, 2 min, 7 min, 20 min, then an hour: eight attempts are more than two hours."""
        return min(PRIMEIRA_ESPERA * int(3 ** min(tentativa - 1, 10)), MAIOR_ESPERA)
