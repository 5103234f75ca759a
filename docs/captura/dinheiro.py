"""What the pictures of money by providers show: charges in every state, Pix, a carnê, and a file of cards. Invented."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from auditoria.services import ator_usuario
from captura.avisos import esperar
from clientes.models import Cliente
from clientes.services import gravar_cliente
from erp.cadastros.models import Conta, Filial
from erp.cobrancas.models import AlarmeCobranca, Cobranca, LayoutTef, LinhaTef, Pagamento, PixRecebido, TefEvento
from erp.cobrancas.portas import porta
from erp.cobrancas.services import tef
from erp.cobrancas.services.carne import criar_carne
from erp.cobrancas.services.casamento_tef import casar_pendentes
from erp.cobrancas.services.consulta import gravar, pegar, perguntar
from erp.cobrancas.services.criacao import cancelar, criar_cobrancas, enviar
from erp.cobrancas.services.devolucao_pix import devolver
from erp.cobrancas.services.pix import ler_janelas
from erp.financeiro.models import Origem, Titulo
from erp.planos.services.venda import Venda, vender

BANCO, CPF = "BANCO-1", "71428793860"
Tipo = Cobranca.Tipo


def cobrar(falsos: Mapping[str, Any], plano_id: int, ana: User) -> dict[str, Any]:
    """Charges of one family, whose contract is sold now: by link, by Pix, a carnê. Returns the ids that the pictures show."""
    conta = Conta.objects.get(codigo=BANCO)
    titulos = _vender(plano_id, ana)
    efi, pix = falsos["efi"], falsos["pix"]
    esperando, cancelada, contestada, recusada = (_uma(t, conta, "efi", Tipo.LINK, ana) for t in titulos[:4])
    cancelar(cobranca_id=cancelada.pk, motivo="O cliente vem pagar na loja", usuario=ana)
    efi.mudar(contestada.id_provedor, "paid")
    esperar(contestada.pagamentos.exists)
    efi.mudar(contestada.id_provedor, "contested")
    esperar(AlarmeCobranca.objects.filter(cobranca=contestada).exists)
    _sem_resposta(efi, recusada)
    dobrada, de_novo = _paga_duas_vezes(falsos, titulos[4], conta, ana)
    por_pix = _uma(titulos[5], conta, "pix", Tipo.PIX, ana)
    devolvido = _devolvido(pix, titulos[6], conta, ana)
    pix.pagar("", "45.00")
    ler_janelas()
    parcelas = _carne(efi, titulos[7:], conta, ana)
    _enderecos()
    return {
        "cobranca": esperando.pk, "cobranca_paga_duas_vezes": de_novo.pk, "cobranca_paga": dobrada.pk,
        "cobranca_contestada": contestada.pk, "cobranca_sem_resposta": recusada.pk, "cobranca_pix": por_pix.pk,
        "cobranca_cancelada": cancelada.pk, "parcela": parcelas[1].pk, "pagamento_pix": devolvido.pk,
        "titulo_a_cobrar": titulos[-1].pk, "titulo_cobrado": titulos[4].pk,
        "pix_solto": PixRecebido.objects.filter(cobranca=None).values_list("pk", flat=True)[0],
        "alarme_cobranca": AlarmeCobranca.objects.filter(cobranca=de_novo).values_list("pk", flat=True)[0],
        "cliente_das_cobrancas": titulos[0].codigo_cliente,
    }  # fmt: skip


def _vender(plano_id: int, ana: User) -> list[Titulo]:
    """The months that a family has to pay."""
    filial, hoje = Filial.objects.order_by("codigo")[0], timezone.localdate()
    titular = Cliente(
        codigo_cliente=CPF, cpf_cgc=CPF, cliente_varejo="MARIA APARECIDA FERREIRA", email="familia@exemplo.com.br",
        ddd_celular="31", celular="987654333", filial=filial.nome,
    )  # fmt: skip
    gravar_cliente(titular, novo=True, usuario=ana)
    venda = Venda(plano_id, CPF, filial.pk, hoje, 10, dependentes=[])
    contrato = vender(venda, ator=ator_usuario(ana), chave=uuid.uuid4(), dia=hoje)
    titulos = Titulo.objects.filter(origem=Origem.CONTRATO, origem_id=contrato.pk, estorno_de=None)
    return list(titulos.order_by("vencimento", "pk"))


def _uma(titulo: Titulo, conta: Conta, provedor: str, tipo: str, ana: User) -> Cobranca:
    (cobranca,) = criar_cobrancas(
        titulos_ids=[titulo.pk], conta_id=conta.pk, vencimento=timezone.localdate() + timedelta(days=7),
        provedor=provedor, tipo=tipo, usuario=ana,
    )  # fmt: skip
    enviar([cobranca])
    cobranca.refresh_from_db()
    return cobranca


def _consultar(cobranca: Cobranca) -> None:
    """As the button of its page does."""
    por_onde = porta(cobranca.provedor, cobranca.tipo)
    Cobranca.objects.filter(pk=cobranca.pk).update(consultar_em=timezone.now())
    gravar(perguntar(por_onde, pegar(por_onde, ate=timezone.now(), ids=[cobranca.pk])))


def _sem_resposta(efi: Any, cobranca: Cobranca) -> None:
    efi.roteiro.extend(["500"] * 10)  # more than one call tries
    _consultar(cobranca)
    efi.roteiro.clear()


def _paga_duas_vezes(falsos: Mapping[str, Any], titulo: Titulo, conta: Conta, ana: User) -> tuple[Cobranca, Cobranca]:
    """By its link and, the mail having crossed, by its Pix too: the second becomes a credit, with an alarm."""
    link, pix = _uma(titulo, conta, "efi", Tipo.LINK, ana), _uma(titulo, conta, "pix", Tipo.PIX, ana)
    falsos["efi"].mudar(link.id_provedor, "paid")
    esperar(link.pagamentos.exists)
    falsos["pix"].pagar(pix.id_provedor)
    _consultar(pix)
    return link, pix


def _devolvido(pix: Any, titulo: Titulo, conta: Conta, ana: User) -> Pagamento:
    """A Pix that was received, of which a part went back."""
    cobranca = _uma(titulo, conta, "pix", Tipo.PIX, ana)
    pix.pagar(cobranca.id_provedor)
    _consultar(cobranca)
    pagamento = Pagamento.objects.get(cobranca=cobranca)
    devolver(
        pagamento_id=pagamento.pk, valor=Decimal("10.00"), id_devolucao=uuid.uuid4().hex,
        motivo="Desconto combinado ao telefone", usuario=ana,
    )  # fmt: skip
    return pagamento


def _carne(efi: Any, titulos: Sequence[Titulo], conta: Conta, ana: User) -> list[Cobranca]:
    parcelas = criar_carne(titulos_ids=[t.pk for t in titulos[:3]], conta_id=conta.pk, provedor="efi", usuario=ana)
    enviar(parcelas)
    for parcela in parcelas:
        parcela.refresh_from_db()
    efi.mudar(parcelas[0].id_provedor, "paid")
    esperar(parcelas[0].pagamentos.exists)
    return parcelas


def _enderecos() -> None:
    """Those of the stand-ins have ports, which nobody's customer sees."""
    for cobranca in Cobranca.objects.exclude(url=""):
        Cobranca.objects.filter(pk=cobranca.pk).update(url=f"https://pagamento.exemplo.com.br/{cobranca.id_provedor}")


def liquidar_cartoes(ana: User) -> dict[str, Any]:
    """A file of an acquirer: lines that met their sale, one chosen by a person, one that nobody knows, one that is no line."""
    tef.coletar()
    vendas = list(TefEvento.objects.exclude(nsu="").exclude(estado=TefEvento.Estado.CANCELADA).order_by("pk")[:12])
    conta = Conta.objects.get(codigo=BANCO)
    layout = LayoutTef.objects.create(
        nome="Adquirente: pagamentos", adquirente_id=vendas[0].adquirente_id or 1, conta=conta, coluna_nsu="NSU",
        coluna_autorizacao="Autorização", coluna_data="Data da venda", coluna_pagamento="Data do pagamento",
        coluna_valor="Valor bruto", coluna_taxa="Taxa", coluna_parcela="Parcela",
    )  # fmt: skip
    do_layout = [v for v in vendas if v.adquirente_id in (None, layout.adquirente_id)]
    arquivo, _ = tef.importar(layout=layout, nome="pagamentos-do-dia.csv", conteudo=_arquivo(do_layout), usuario=ana)
    casar_pendentes(arquivo=arquivo)
    esquecida = TefEvento.objects.filter(estado=TefEvento.Estado.PENDENTE, liquidado_em=None).order_by("-pk")[0]
    TefEvento.objects.filter(pk=esquecida.pk).update(ocorrido_em=timezone.now() - timedelta(days=4))
    tef.alarmar_atrasadas()
    linhas: Callable[..., Any] = LinhaTef.objects.filter(arquivo=arquivo).order_by("pk").filter
    return {
        "arquivo_tef": arquivo.pk, "layout_tef": layout.pk, "venda_em_cartao": do_layout[0].pk,
        "venda_sem_confirmacao": esquecida.pk,
        "linha_casada": linhas(situacao=LinhaTef.Situacao.CASADA).values_list("pk", flat=True)[0],
        "linha_sem_par": linhas(situacao=LinhaTef.Situacao.SEM_PAR).values_list("pk", flat=True)[0],
    }  # fmt: skip


def _arquivo(vendas: Sequence[TefEvento]) -> bytes:
    hoje = f"{timezone.localdate():%d/%m/%Y}"
    linhas = [
        f"{v.nsu};{v.autorizacao};{v.dia:%d/%m/%Y};{hoje};{v.parcela}/{v.parcelas};{_reais(v.valor)};{_reais(v.valor / 40)}"
        for v in vendas[:4]
    ]
    outra = vendas[4]  # the acquirer tells it by numbers of its own
    linhas += [
        f"990017;Z9X8;{outra.dia:%d/%m/%Y};{hoje};{outra.parcela}/{outra.parcelas};{_reais(outra.valor)};1,10",
        f"771204;QW12;{outra.dia:%d/%m/%Y};{hoje};1/1;318,40;7,96",
        f"771300;QW13;{outra.dia:%d/%m/%Y};{hoje};1/1;-52,00;0,00",
        f"771301;QW14;ontem;{hoje};1/1;52,00;0,00",
    ]
    titulos = "NSU;Autorização;Data da venda;Data do pagamento;Parcela;Valor bruto;Taxa"
    return "\n".join([titulos, *linhas]).encode()


def _reais(valor: Decimal) -> str:
    return f"{valor:.2f}".replace(".", ",")
