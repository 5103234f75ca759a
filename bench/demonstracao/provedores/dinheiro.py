"""Money through providers: a link told by WhatsApp, a Pix, a carnê, and the file of the cards' acquirer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal

from django.conf import settings
from django.utils import timezone

from bench.demonstracao.provedores.comum import Vivido, agir, comparar, esperar_avisos, rodar
from bench.demonstracao.provedores.familia import ZERO, Familia
from bench.demonstracao.quadro import reais
from erp.cobrancas.maquina import PAGAS
from erp.cobrancas.models import Cobranca, LayoutTef, LinhaTef, TefEvento
from erp.cobrancas.rotinas import CAMINHO, CAMINHO_CARNE, CAMINHO_PIX, CAMINHO_TEF
from erp.cobrancas.services import tef
from erp.cobrancas.services.carne import criar_carne
from erp.cobrancas.services.criacao import criar_cobrancas, enviar
from erp.cobrancas.services.envio import MODELO, mandar
from erp.contatos.models import EnvioWhatsapp, ModeloMensagem
from erp.financeiro.models import Sentido, Titulo
from erp.financeiro.selectors import abertos_de

PARCELAS_DO_CARNE, NO_ARQUIVO = 3, 3
ENVIAR_WHATSAPP = "ClienteContato/TaskProcessarListaEnviosWhatsapp"
CENTAVO = Decimal("0.01")
_VIVAS = (TefEvento.Estado.PENDENTE, TefEvento.Estado.CONFIRMADA)
COLUNAS = ("NSU", "Autorização", "Data da venda", "Data do pagamento", "Parcela", "Valor bruto", "Taxa")


def cobrar_por_link(familia: Familia) -> Vivido:
    """Made from a title, told by WhatsApp and read there, paid on its page, settled when Efí tells."""
    link = _cobrar(familia, familia.titulos[0], "efi", Cobranca.Tipo.LINK)
    faltas = _mandar_por_whatsapp(familia, link)
    faltas += _pagar(familia, link, link.url)
    return Vivido(
        f"Link de pagamento da {link.descricao}: mensagem no WhatsApp lida pelo cliente, R$ {reais(link.valor)} pagos na "
        "página, título baixado pelo aviso da Efí.",
        faltas,
    )


def receber_pix(familia: Familia) -> Vivido:
    pix = _cobrar(familia, familia.titulos[1], "pix", Cobranca.Tipo.PIX)
    faltas = _pagar(familia, pix, f"{settings.PIX_URL}/pagar/{pix.id_provedor}")
    faltas += comparar("Pix recebidos da cobrança", [pix.valor], list(pix.pix.values_list("valor", flat=True)))
    return Vivido(f"Pix de R$ {reais(pix.valor)} recebido, avisado pelo banco e baixado no título.", faltas)


def pagar_carne(familia: Familia) -> Vivido:
    """A carnê of some parcels; the first is paid, and only its title is settled."""
    titulos = familia.titulos[2 : 2 + PARCELAS_DO_CARNE]
    parcelas = criar_carne(
        titulos_ids=[t.pk for t in titulos], conta_id=familia.conta.pk, provedor="efi", usuario=familia.usuario
    )
    enviar(parcelas)
    for parcela in parcelas:
        parcela.refresh_from_db()
    faltas = _pagar(familia, parcelas[0], parcelas[0].url)
    abertos = abertos_de([t.pk for t in titulos[1:]])
    faltas += comparar("em aberto do resto do carnê", {t.pk: t.valor for t in titulos[1:]}, abertos)
    return Vivido(
        f"Carnê de {len(parcelas)} parcelas: a primeira, de R$ {reais(parcelas[0].valor)}, paga e baixada pela notificação; "
        "as outras continuam em aberto.",
        faltas,
    )


def liquidar_cartoes(familia: Familia) -> Vivido:
    """A settlement file with card sales of the tills: gross off the receivable, fee off what was owed, net in the bank."""
    rodar(CAMINHO_TEF)
    vendas = _vendas_em_cartao()
    if not vendas:  # the tills' sales have a fixed date, and too old a receivable is not collected
        return Vivido("Arquivo da adquirente: todas as vendas em cartão são velhas demais.", [])
    taxas = [_taxa(venda) for venda in vendas]
    bruto, taxa = sum((v.valor for v in vendas), ZERO), sum(taxas, ZERO)
    tef.importar(
        layout=_layout(familia, vendas),
        nome="adquirente.csv",
        conteudo=_arquivo(vendas, taxas),
        usuario=familia.usuario,
    )
    rodar(CAMINHO_TEF)
    familia.recebido += bruto - taxa
    ids = [venda.pk for venda in vendas]
    casadas = LinhaTef.objects.filter(evento__titulo_id__in=ids, situacao=LinhaTef.Situacao.CASADA).count()
    confirmadas = TefEvento.objects.filter(titulo_id__in=ids, estado=TefEvento.Estado.CONFIRMADA, problema="").count()
    faltas = comparar("linhas do arquivo casadas e vendas confirmadas", (len(ids), len(ids)), (casadas, confirmadas))
    faltas += comparar("em aberto dos cartões do arquivo", dict.fromkeys(ids, ZERO), abertos_de(ids))
    return Vivido(
        f"Arquivo da adquirente: {casadas} vendas em cartão dos PDVs casadas, R$ {reais(bruto)} menos R$ {reais(taxa)} de "
        "taxa na conta.",
        faltas,
    )


def conferir_a_conta(familia: Familia) -> Vivido:
    """All of it in the bank, and nothing twice when the routines ask again."""
    repetidos = sum(rodar(caminho).get("pagamentos lançados", 0) for caminho in (CAMINHO, CAMINHO_PIX, CAMINHO_CARNE))
    rodar(CAMINHO_TEF)
    faltas = comparar("pagamentos lançados de novo pelas rotinas", 0, repetidos)
    faltas += comparar("dinheiro na conta das cobranças", familia.recebido, familia.na_conta())
    return Vivido(
        f"Na conta das cobranças, R$ {reais(familia.na_conta())}, ao centavo; as rotinas de consulta, rodadas depois, não "
        "lançaram nada de novo.",
        faltas,
    )


def _cobrar(familia: Familia, titulo: Titulo, provedor: str, tipo: str) -> Cobranca:
    (cobranca,) = criar_cobrancas(
        titulos_ids=[titulo.pk], conta_id=familia.conta.pk, vencimento=timezone.localdate() + timedelta(days=3),
        provedor=provedor, tipo=tipo, usuario=familia.usuario,
    )  # fmt: skip
    enviar([cobranca])
    cobranca.refresh_from_db()
    return cobranca


def _pagar(familia: Familia, cobranca: Cobranca, url: str) -> list[str]:
    """The customer pays on the page of the provider, which tells us; then the title must be settled, once and whole."""
    agir(url)
    esperar_avisos(f"pagamento da {cobranca}", lambda: cobranca.pagamentos.exists())
    familia.recebido += cobranca.valor
    cobranca.refresh_from_db()
    assert cobranca.titulo_id is not None
    aberto = abertos_de([cobranca.titulo_id])[cobranca.titulo_id]
    pagos = list(cobranca.pagamentos.values_list("abatido", "credito"))
    faltas = comparar(f"{cobranca.get_tipo_display()}, abatido e crédito", [(cobranca.valor, ZERO)], pagos)
    faltas += comparar(f"{cobranca.get_tipo_display()}, em aberto no título", ZERO, aberto)
    if cobranca.passo not in PAGAS or cobranca.contradicao:
        faltas.append(f"{cobranca.get_tipo_display()}: {cobranca.por_extenso}; {cobranca.contradicao}")
    return faltas


def _mandar_por_whatsapp(familia: Familia, link: Cobranca) -> list[str]:
    modelo, _ = ModeloMensagem.objects.get_or_create(codigo=MODELO.codigo, canal="whatsapp")
    modelo.corpo, modelo.nome_externo, modelo.ativo = (
        MODELO.corpo,
        "cobranca",
        True,
    )  # as staff do, once Meta approved it
    modelo.save()
    mandar(cobranca_id=link.pk, motivo="Demonstração", usuario=familia.usuario)
    feito = rodar(ENVIAR_WHATSAPP)
    lidas = EnvioWhatsapp.objects.filter(situacao=EnvioWhatsapp.Situacao.LIDA)
    esperar_avisos("mensagem lida no WhatsApp", lambda: EnvioWhatsapp.objects.filter(lida_em__isnull=False).exists())
    return comparar("mensagens enviadas e lidas no WhatsApp", (1, 1), (feito.get("enviadas", 0), lidas.count()))


def _vendas_em_cartao() -> list[Titulo]:
    """Receivables that were collected and stand whole, each of its own NSU, the longest due first."""
    recolhidas = TefEvento.objects.filter(liquidado_em=None, estado__in=_VIVAS).exclude(nsu="")
    por_nsu = {
        evento.nsu: evento.titulo for evento in recolhidas.select_related("titulo").order_by("-previsto_em")[:500]
    }
    abertos = abertos_de([titulo.pk for titulo in por_nsu.values()])
    inteiras = [titulo for titulo in por_nsu.values() if abertos[titulo.pk] == titulo.valor]
    return sorted(inteiras, key=lambda titulo: (titulo.vencimento, titulo.pk))[:NO_ARQUIVO]


def _taxa(venda: Titulo) -> Decimal:
    """Of what the sale left to be paid to the acquirer, the part of this instalment."""
    da_taxa = Titulo.objects.filter(
        origem=venda.origem, origem_id=venda.origem_id, sentido=Sentido.PAGAR, especie=venda.especie, nsu=venda.nsu,
        documento=venda.documento, estorno_de=None,
    )  # fmt: skip
    return (sum(da_taxa.values_list("valor", flat=True), ZERO) / venda.parcelas).quantize(CENTAVO, ROUND_DOWN)


def _layout(familia: Familia, vendas: Sequence[Titulo]) -> LayoutTef:
    campos = ("nsu", "autorizacao", "data", "pagamento", "parcela", "valor", "taxa")
    return LayoutTef.objects.create(
        nome="Arquivo da demonstração", adquirente_id=vendas[0].adquirente_id or 0, conta=familia.conta,
        **{f"coluna_{campo}": coluna for campo, coluna in zip(campos, COLUNAS, strict=True)},
    )  # fmt: skip


def _arquivo(vendas: Sequence[Titulo], taxas: Sequence[Decimal]) -> bytes:
    hoje = f"{timezone.localdate():%d/%m/%Y}"
    linhas = [
        f"{v.nsu};{v.autorizacao};{v.emissao:%d/%m/%Y};{hoje};{v.parcela}/{v.parcelas};{reais(v.valor)};{reais(taxa)}"
        for v, taxa in zip(vendas, taxas, strict=True)
    ]
    return "\n".join([";".join(COLUNAS), *linhas]).encode()
