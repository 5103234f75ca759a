"""A family that pays from afar: its contract, and the account in which its money must be, to the cent."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils import timezone

from auditoria.services import ator_usuario
from bench.clientes import cpf
from bench.demonstracao.empresa import gerente
from clientes.models import Cliente
from clientes.services import gravar_cliente
from erp.cadastros.models import Conta, Filial
from erp.financeiro.models import Lancamento, Origem, Titulo
from erp.planos.models import Contratacao, Plano
from erp.planos.services.venda import Venda, vender

CODIGO, DIA = cpf(900_000), 10
ZERO = Decimal(0)


class Familia:
    """Its contract, sold now, and the titles that it has to pay; `recebido` is what the account must hold."""

    def __init__(self) -> None:
        self.usuario: User = gerente()
        self.conta = Conta.objects.create(codigo="BANCO-COBRANCAS", nome="Banco das cobranças", tipo=Conta.Tipo.BANCO)
        self.contrato = self._vender()
        titulos = Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=self.contrato.pk, estorno_de=None)
        self.titulos = list(titulos.order_by("vencimento", "pk"))
        self.recebido = ZERO

    def na_conta(self) -> Decimal:
        soma: Decimal | None = Lancamento.objects.filter(conta_id=self.conta.pk).aggregate(s=Sum("valor"))["s"]
        return soma or ZERO

    def _vender(self) -> Contratacao:
        filial, hoje = Filial.objects.order_by("codigo")[0], timezone.localdate()
        cliente = Cliente(
            codigo_cliente=CODIGO, cpf_cgc=CODIGO, cliente_varejo="FAMÍLIA DE LONGE", email="longe@exemplo.com.br",
            ddd_celular="31", celular="987654321", filial=filial.nome,
        )  # fmt: skip
        gravar_cliente(cliente, novo=True, usuario=self.usuario)
        venda = Venda(Plano.objects.order_by("pk")[0].pk, CODIGO, filial.pk, hoje, DIA, dependentes=[])
        return vender(venda, ator=ator_usuario(self.usuario), chave=uuid.uuid4(), dia=hoje)
