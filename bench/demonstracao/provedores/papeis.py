"""Paper through providers: a note told by its emitter, a contract signed, credits counted, and the four-way match."""

from __future__ import annotations

from hashlib import sha256

import httpx
from django.conf import settings

from bench.demonstracao.provedores.comum import Vivido, agir, comparar, esperar_avisos, rodar
from bench.demonstracao.provedores.familia import Familia
from bench.demonstracao.quadro import reais
from erp.assinaturas.models import ArquivoAssinatura, Assinatura
from erp.assinaturas.rotinas import CAMINHO as ASSINATURAS
from erp.assinaturas.services import andamento, criacao
from erp.cobrancas.models import Cobranca
from erp.consultas.models import SaldoConsulta
from erp.consultas.services import CAMINHO as CREDITOS
from erp.fiscal.models import ArquivoDoEmissor, DocumentoFiscal, EventoNota
from erp.planos.selectors.assinatura import ESPECIE, situacao_da_assinatura
from pdv.conciliacao import selectors as conciliacao
from pdv.conciliacao.models import Achado
from pdv.conciliacao.services import CAMINHO as CONCILIACAO
from pdv.replicacao.models import NotaFiscal


def ouvir_o_emissor(chave: str) -> Vivido:
    """The emitter says that the note is authorised: it stays so, and the files that it has are kept."""
    eventos = EventoNota.objects.filter(chave=chave)
    esperar_avisos("nota no emissor", lambda: eventos.exists())
    evento, nota = eventos.get(), NotaFiscal.objects.get(chave=chave)
    arquivo = ArquivoDoEmissor.objects.get(evento=evento)
    aqui = DocumentoFiscal.objects.filter(chave=chave, estorno_de=None).order_by("-geracao")[0]
    faltas = comparar("situação da nota avisada", ("autorizada", "autorizada"), (evento.situacao, aqui.situacao))
    faltas += comparar("XML guardado da nota avisada é o do PDV", nota.xml.encode(), bytes(arquivo.xml or b""))
    faltas += comparar("DANFE guardado", True, bytes(arquivo.danfe or b"").startswith(b"%PDF"))
    faltas += comparar("desfecho da nota avisada diverge", False, evento.desfecho == EventoNota.Desfecho.CONTRADIZ)
    return Vivido(
        f"Nota {aqui.numero}: o emissor avisou que está autorizada, foi consultado, e o XML e o DANFE estão guardados.", faltas
    )  # fmt: skip


def assinar_o_contrato(familia: Familia) -> Vivido:
    """Sent to be signed, signed there, and marked; the kept file is the one that the provider has, by its hash."""
    contrato = familia.contrato
    pedida = criacao.pedir(
        especie_nome=ESPECIE,
        objeto_id=contrato.pk,
        versao=situacao_da_assinatura(contrato).versao,
        usuario=familia.usuario,
    )
    assinatura = andamento.enviar(pedida)
    agir(f"{assinatura.url}/assinar")
    rodar(ASSINATURAS)
    esperar_avisos("contrato assinado", lambda: Assinatura.objects.exclude(sha256_assinado="").exists())
    assinatura.refresh_from_db()
    contrato.refresh_from_db()
    la = httpx.get(
        f"{settings.PLUGSIGN_URL}/files/download/{assinatura.id_provedor}", timeout=20,
        headers={"Authorization": f"Bearer {settings.PLUGSIGN_TOKEN}"},
    )  # fmt: skip
    guardado = ArquivoAssinatura.objects.get(assinatura=assinatura, tipo=ArquivoAssinatura.Tipo.ASSINADO)
    certo = sha256(la.content).hexdigest()
    faltas = comparar(
        "SHA-256 do contrato assinado", (certo, certo),
        (assinatura.sha256_assinado, sha256(bytes(guardado.conteudo)).hexdigest()),
    )  # fmt: skip
    faltas += comparar("contrato marcado com a assinatura", assinatura.pk, contrato.assinatura_id)
    return Vivido(
        f"Contrato {contrato.numero} mandado, assinado e marcado; arquivo guardado com SHA-256 {certo[:12]}…, o mesmo do "
        "provedor.",
        faltas,
    )


def ler_creditos(esperados: int) -> Vivido:
    """How many CPF queries are left at the provider that has a balance."""
    rodar(CREDITOS)
    lidos = dict(SaldoConsulta.objects.order_by("pk").values_list("provedor", "saldo"))
    return Vivido(
        f"Créditos de consulta de CPF lidos: restam {esperados}.",
        comparar("créditos de consulta de CPF", {"infosimples": esperados}, lidos),
    )


def conferir_as_quatro() -> Vivido:
    """Sale, note, receivable, settlement: what was charged and settled here disagrees in nothing."""
    rodar(CONCILIACAO)
    cobrados = list(Cobranca.objects.values_list("titulo_id", flat=True))
    nossos = Achado.objects.filter(resolvido_em=None, titulo_id__in=cobrados)
    nossos |= Achado.objects.filter(resolvido_em=None, cobranca_id__isnull=False)
    totais = conciliacao.totais(None)
    abertos = "; ".join(f"{t.quantos} de {t.tipo.label.lower()}, R$ {reais(t.valor)}" for t in totais)
    return Vivido(
        "Conciliação de venda, nota, recebível e liquidação: nada do que se cobrou e liquidou aqui discorda; no resto, "
        f"{abertos or 'nenhum desacordo'}.",
        [f"a conciliação achou: {achado} {achado.detalhe}" for achado in nossos],
    )
