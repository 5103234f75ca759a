"""What the pictures of paper by providers show: contracts to sign, notes told by their emitter, CPF queries. Invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from captura.avisos import esperar
from clientes.models import Cliente
from erp.assinaturas.models import Assinatura
from erp.assinaturas.services import andamento, criacao
from erp.consultas.models import ConsultaCpf, SaldoConsulta
from erp.consultas.portas import configuradas
from erp.consultas.services import Pergunta, consultar
from erp.fiscal.chave import chave_dv
from erp.fiscal.models import DocumentoFiscal, EventoNota
from erp.planos.models import Contratacao
from erp.planos.selectors.assinatura import ESPECIE, situacao_da_assinatura
from erp.provedores.models import WebhookRecebido
from pdv.replicacao.models import NotaFiscal

NASCIMENTO = date(1970, 3, 15)
REGULAR, FALECIDO, NAO_ACHADO = "39053344705", "98765432100", "01234567890"


def assinar(falsos: Mapping[str, Any], contratos: list[int], ana: User) -> dict[str, Any]:
    """Four contracts: one with who signs, one opened, one signed, one refused. Returns the ids that the pictures show."""
    plugsign = falsos["plugsign"]
    enviada, aberta, assinada, recusada = (_mandar(pk, n, ana) for n, pk in enumerate(contratos[:4]))
    for qual, status in ((aberta, "Open"), (assinada, "Signed"), (recusada, "Declined")):
        plugsign.mudar(qual.id_provedor, status)
        esperar(WebhookRecebido.objects.filter(provedor="plugsign").exists)
        andamento.consultar(qual.pk)
    por_mandar = Contratacao.objects.get(pk=contratos[4])
    Cliente.objects.filter(pk=por_mandar.titular_id).update(email="titular5@exemplo.com.br")
    Assinatura.objects.exclude(url="").update(url="https://app.exemplo.com.br/assinar/3f9c1e")
    return {
        "assinatura": enviada.pk, "assinatura_aberta": aberta.pk, "assinatura_feita": assinada.pk,
        "assinatura_recusada": recusada.pk, "contrato_a_assinar": contratos[4], "contrato_assinado": contratos[2],
    }  # fmt: skip


def _mandar(contrato_id: int, n: int, ana: User) -> Assinatura:
    contrato = Contratacao.objects.get(pk=contrato_id)
    Cliente.objects.filter(pk=contrato.titular_id).update(email=f"titular{n + 1}@exemplo.com.br")
    versao = situacao_da_assinatura(contrato).versao
    return andamento.enviar(criacao.pedir(especie_nome=ESPECIE, objeto_id=contrato.pk, versao=versao, usuario=ana))


def ouvir_o_emissor(focus: Any) -> dict[str, Any]:
    """Notes as their emitter tells them: authorised, rejected, cancelled there and not here, and one of nobody here."""
    documentos = DocumentoFiscal.objects.filter(modelo="65", situacao="autorizada", estorno_de=None).exclude(
        nota_id=None
    )
    for documento, situacao in zip(
        documentos.order_by("pk")[:5], ("autorizada",) * 3 + ("rejeitada", "denegada"), strict=True
    ):
        nota = NotaFiscal.objects.get(pk=documento.nota_id or 0)
        xml = nota.xml if situacao == "autorizada" else ""
        focus.por(nota.chave, situacao, nota.chave, xml=xml, danfe=b"%PDF-1.4 exemplo" if xml else b"")
        focus.avisar("nfce", nota.chave)
    orfa = f"{nota.chave[:25]}999999{nota.chave[31:43]}"
    focus.por("venda-de-outro-sistema", "autorizada", orfa + chave_dv(orfa))
    focus.avisar("nfce", "venda-de-outro-sistema")
    esperar(lambda: EventoNota.objects.count() >= 6)
    eventos = {e.desfecho: e.pk for e in EventoNota.objects.order_by("-pk")}
    Desfecho = EventoNota.Desfecho
    com_arquivos = EventoNota.objects.filter(situacao="autorizada").exclude(documento=None).order_by("pk")[0]
    return {
        "evento_nota": com_arquivos.pk, "evento_nota_diverge": eventos.get(Desfecho.CONTRADIZ, com_arquivos.pk),
        "evento_nota_orfa": eventos.get(Desfecho.ORFAO, com_arquivos.pk), "documento_do_emissor": com_arquivos.documento_id,
    }  # fmt: skip


def consultar_cpfs(ana: User) -> dict[str, Any]:
    """A month of balances, which fell under the minimum and were bought again, and queries with every kind of answer."""
    agora, (porta,) = timezone.now(), configuradas()
    saldo = 900
    leituras = []
    for dia in range(30, 0, -1):
        saldo = 900 if saldo < 80 else saldo - 35 - dia % 5 * 9
        em = agora - timedelta(days=dia, hours=dia % 3)
        leituras.append(SaldoConsulta(provedor=porta.nome, em=em, saldo=saldo, minimo=settings.CONSULTAS_SALDO_MINIMO))
    leituras.append(SaldoConsulta(provedor=porta.nome, em=agora, saldo=412, minimo=settings.CONSULTAS_SALDO_MINIMO))
    SaldoConsulta.objects.bulk_create(leituras)
    Finalidade, Base = ConsultaCpf.Finalidade, ConsultaCpf.BaseLegal
    feitas = [
        consultar(Pergunta(cpf, NASCIMENTO, Finalidade.OBITO, Base.CONTRATO, detalhe), usuario=ana)
        for cpf, detalhe in (
            (REGULAR, "Contrato P12"),
            (FALECIDO, "Sinistro 2026/114"),
            (NAO_ACHADO, ""),
            (REGULAR, ""),
        )
    ]
    return {"consulta": feitas[1].pk, "consulta_guardada": feitas[3].pk}
