"""What `LojaCliente` tells the queue at start: itself, and what its errors mean and where they are mended."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse

from clientes.loja_cliente.contexto import LojaCliente
from clientes.loja_cliente.respostas import RECUSADA
from clientes.loja_cliente.rules import DOCUMENTO_LONGO, SEM_BACEN, SEM_IBGE
from clientes.monitor.informar import PERMISSAO as INFORMAR
from clientes.monitor.informar import falta_o_nome, lugar_da_mensagem
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from filas.causas import Causa, Conserto, registrar_causas
from filas.fila.contextos import registrar


def ligar() -> None:
    """Called once, from `AppConfig.ready`."""
    registrar(LojaCliente())
    registrar_causas(
        {
            SEM_IBGE: Causa(
                "Município sem código IBGE",
                "Informe o município uma vez: todos os clientes com essa cidade são reenviados.",
                _informar_o_lugar,
            ),
            SEM_BACEN: Causa(
                "País sem código BACEN",
                "Informe o país uma vez: todos os clientes com esse país são reenviados.",
                _informar_o_lugar,
            ),
            DOCUMENTO_LONGO: Causa(
                "CPF ou CNPJ longo demais", "Corrija o documento no cadastro do cliente e reprocesse.", _abrir_o_cliente
            ),
            RECUSADA: Causa(
                "Recusada: a resposta diz erro",
                "O outro sistema recebeu e não aceitou. Leia a resposta, corrija o cadastro e reprocesse.",
                _abrir_o_cliente,
            ),
        }
    )


def _informar_o_lugar(mensagem: Any) -> Conserto | None:
    """The page where a person says which place it is; of one that has no name, or needs none, the customer's own."""
    lugar = lugar_da_mensagem(mensagem)
    if lugar is None or falta_o_nome(mensagem):
        return _abrir_o_cliente(mensagem)
    texto = "Informar o país" if lugar.e_pais else "Informar o município"
    return Conserto(reverse("admin:clientes_informar_municipio", args=[mensagem.pk]), texto, INFORMAR)


def _abrir_o_cliente(mensagem: Any) -> Conserto | None:
    endereco = reverse("admin:clientes_cliente_change", args=[quote(mensagem.chave)])
    return Conserto(endereco, "Abrir o cliente", VER_DOCUMENTOS)  # the code in the address may be a CPF
