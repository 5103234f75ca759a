"""Who pays a carnê, and what its first parcel tells of all of it."""

from __future__ import annotations

from clientes.models import Cliente
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.documentos import limpar
from erp.cobrancas.models import Cobranca
from erp.cobrancas.portas import Carne


def carne_de(cobranca: Cobranca) -> Carne | None:
    """What the first parcel of a carnê tells the provider of all of it; None for any other charge."""
    if cobranca.tipo != Cobranca.Tipo.CARNE or cobranca.parcela != 1:
        return None
    partes = Cobranca.objects.filter(provedor=cobranca.provedor, grupo=cobranca.grupo).order_by("parcela")
    nome, documento, telefone = pagador(cobranca.codigo_cliente)
    return Carne(nome, documento, telefone, tuple(partes.values_list("valor", "vencimento")))


def pagador(codigo_cliente: str) -> tuple[str, str, str]:
    """Name, CPF or CNPJ, and phone of who pays. Raises ErroDefinitivo saying what the register lacks."""
    cliente = Cliente.objects.filter(pk=codigo_cliente).first() if codigo_cliente else None
    if cliente is None:
        raise ErroDefinitivo("SEM_CLIENTE", "O carnê pede um cliente cadastrado.", "Cadastre-o em Clientes.")
    documento = limpar(cliente.cpf_cgc or "")
    telefones = [
        limpar(f"{ddd or ''}{numero or ''}").lstrip("0")
        for ddd, numero in ((cliente.ddd_celular, cliente.celular), (cliente.ddd, cliente.telefone))
    ]
    telefone = next((t for t in telefones if t.isdecimal() and len(t) in (10, 11)), "")
    if len(documento) not in (11, 14) or not telefone:
        falta = "o CPF ou CNPJ" if len(documento) not in (11, 14) else "um telefone com DDD"
        raise ErroDefinitivo("CLIENTE_INCOMPLETO", f"No cadastro do cliente falta {falta}.", "Complete-o em Clientes.")
    return cliente.cliente_varejo, documento, telefone
