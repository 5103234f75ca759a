"""Focus NFe and PlugNotas against their stand-ins, over HTTP: a webhook asks, the document moves on, and every way to fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from auditoria.models import Evento
from erp.fiscal.chave import partes_da_chave
from erp.fiscal.emissores import busca, services
from erp.fiscal.emissores.falso import EmissorFalso, FocusFalsa, PlugNotasFalso
from erp.fiscal.emissores.portas import Pista, obter_emissor
from erp.fiscal.models import ArquivoDoEmissor, AvisoFiscal, DocumentoFiscal, EventoNota, XmlFiscal
from erp.fiscal.rotinas import processar_notas
from erp.fiscal.selectors import vigentes
from erp.provedores.models import EstadoProvedor, WebhookRecebido
from erp.provedores.registro import obter
from erp.provedores.services import processar_pendentes, reprocessar_webhooks
from erp.rotinas.contexto import Contexto
from tests.erp.elenco import empresa, filial, hoje, navegador, pessoa
from tests.erp.fiscal import notas
from tests.erp.fiscal.estados import evento as xml_de_evento
from tests.erp.fiscal.estados import so_a_nota
from tests.erp.jazigos.elenco import Execucao
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
XML = notas.xml()
CHAVE = XML.partition('Id="NFe')[2][:44]
CANCELAMENTO = xml_de_evento(CHAVE)
S, D = DocumentoFiscal.Situacao, EventoNota.Desfecho
FABRICAS: dict[str, type[EmissorFalso]] = {"focusnfe": FocusFalsa, "plugnotas": PlugNotasFalso}
LISTA = "/admin/fiscal/eventonota/"


@pytest.fixture(params=sorted(FABRICAS))
def emissor(request: pytest.FixtureRequest, settings: Any) -> Iterator[EmissorFalso]:
    yield from _no_ar(request.param, settings)


@pytest.fixture
def focus(settings: Any) -> Iterator[EmissorFalso]:
    yield from _no_ar("focusnfe", settings)


def _no_ar(nome: str, settings: Any) -> Iterator[EmissorFalso]:
    empresa()
    with FABRICAS[nome](lento=1.5) as falso:
        for ajuste, valor in falso.ajustes().items():  # type: ignore[attr-defined]  # each stand-in has its own
            setattr(settings, ajuste, valor)
        yield falso
    verificar_tudo()


def nome_de(falso: EmissorFalso) -> str:
    return falso.aviso.partition("/")[0]


def documento(situacao: str = "contingencia", **campos: Any) -> DocumentoFiscal:
    """The document of the note as its till told it: of its number and key, without what the emitter brings."""
    agora = timezone.now()
    partes = partes_da_chave(campos.get("chave", CHAVE))
    vale = situacao in ("autorizada", "contingencia", "sem_protocolo")
    return DocumentoFiscal.objects.create(
        **{
            "filial": filial(), "nota_id": 0, "chave": CHAVE, "numero": partes.numero, "serie": 1, "modelo": partes.modelo,
            "geracao": 1, "situacao": situacao, "cnpj_emitente": partes.cnpj, "emissao": notas.EMISSAO,
            "valor_total": notas.TOTAL if vale else Decimal(0), "valor_nota": None if vale else notas.TOTAL,
            "conteudo": {"tipo": "desconhecido", "estados": [{"situacao": situacao}]}, "lancado_em": agora,
            "data_contabil": hoje(),
        }
        | campos
    )  # fmt: skip


def avisar(falso: EmissorFalso, ref: str = "venda-1", tipo: str = "nfce") -> int:
    corpo = falso.contada(falso.notas[tipo, ref])
    endereco = f"/webhooks/{falso.aviso}/{tipo}"
    return int(cast(Any, Client().post(endereco, corpo, content_type="application/json")).status_code)


def trabalhar(falso: EmissorFalso) -> Any:
    WebhookRecebido.objects.filter(situacao=0).update(proxima_em=timezone.now() - timedelta(seconds=1))
    return processar_pendentes(nome_de(falso))


def avisar_e_trabalhar(falso: EmissorFalso, ref: str = "venda-1", tipo: str = "nfce") -> WebhookRecebido:
    assert avisar(falso, ref, tipo) == 200
    trabalhar(falso)
    return WebhookRecebido.objects.latest("ultimo_em")


def rodar() -> Execucao:
    EventoNota.objects.filter(consultar_em__isnull=False).update(consultar_em=timezone.now() - timedelta(minutes=1))
    execucao = Execucao(hoje())
    processar_notas(cast(Contexto, execucao))
    return execucao


def vivo() -> DocumentoFiscal:
    return vigentes(DocumentoFiscal.objects.filter(chave=CHAVE)).get()


def evento(status: str = "") -> EventoNota:
    return EventoNota.objects.get(**({"status": status} if status else {}))


def test_autorizada_no_emissor_o_documento_anda_e_os_arquivos_ficam(emissor: EmissorFalso) -> None:
    antes = documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML, danfe=b"%PDF-1.4 danfe")
    w = avisar_e_trabalhar(emissor)
    assert (w.situacao, w.resultado.endswith("de contingência pendente para autorizada")) == (1, True)
    agora = vivo()
    assert (agora.situacao, agora.protocolo, agora.geracao) == (S.AUTORIZADA, "135260000000123", 2)
    assert (agora.valor_total, agora.nota_id, len(agora.conteudo["itens"])) == (notas.TOTAL, antes.nota_id, 4)
    assert XmlFiscal.objects.get(documento=agora).xml == XML
    e = evento()
    assert (e.desfecho, e.documento_id, e.webhook_id, e.consultar_em) == (D.APLICADO, agora.pk, w.pk, None)
    guardado = ArquivoDoEmissor.objects.get()
    assert bytes(guardado.xml or b"") == XML.encode() and bytes(guardado.danfe or b"") == b"%PDF-1.4 danfe"
    assert DocumentoFiscal.objects.get(estorno_de=antes.pk).valor_total == -notas.TOTAL


def test_o_corpo_do_aviso_nunca_e_acreditado(emissor: EmissorFalso) -> None:
    documento("autorizada")
    emissor.por("venda-1", "cancelada", CHAVE, xml_evento=CANCELAMENTO)
    corpo = emissor.contada(emissor.notas["nfce", "venda-1"])
    emissor.por("venda-1", "autorizada", CHAVE)  # what the emitter says when asked
    Client().post(f"/webhooks/{emissor.aviso}/nfce", corpo, content_type="application/json")
    trabalhar(emissor)
    assert (vivo().situacao, evento().situacao) == (S.AUTORIZADA, "autorizada")


def test_cancelada_depois_de_autorizada_conta_zero_e_guarda_o_evento(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    avisar_e_trabalhar(emissor)
    emissor.por("venda-1", "cancelada", CHAVE, xml=XML, xml_evento=CANCELAMENTO)
    avisar_e_trabalhar(emissor)
    agora = vivo()
    assert (agora.situacao, agora.valor_total, agora.valor_nota) == (S.CANCELADA, Decimal(0), notas.TOTAL)
    assert [e["situacao"] for e in agora.conteudo["estados"]] == ["contingencia", "autorizada", "cancelada"]
    assert EventoNota.objects.count() == 2 and not AvisoFiscal.objects.exists()


def test_aviso_repetido_ou_fora_de_ordem_nao_faz_nada_de_novo(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    assert avisar(emissor) == 200  # and it waits, while the note is cancelled and that is worked first
    emissor.por("venda-1", "cancelada", CHAVE, xml=XML, xml_evento=CANCELAMENTO)
    assert avisar(emissor) == 200
    trabalhar(emissor)
    geracoes = DocumentoFiscal.objects.count()
    avisar_e_trabalhar(emissor)
    assert (vivo().situacao, DocumentoFiscal.objects.count()) == (S.CANCELADA, geracoes)
    e = evento()  # both webhooks heard the same: one row
    assert (e.situacao, e.vezes, e.desfecho) == ("cancelada", 3, D.APLICADO)
    assert not AvisoFiscal.objects.exists()


def test_emissor_que_volta_atras_nao_move_o_documento_e_a_contradicao_aparece(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "cancelada", CHAVE, xml=XML, xml_evento=CANCELAMENTO)
    avisar_e_trabalhar(emissor)
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    avisar_e_trabalhar(emissor)
    volta = EventoNota.objects.get(situacao="autorizada")
    assert vivo().situacao == S.CANCELADA
    assert volta.desfecho == D.CONTRADIZ and "não volta" in volta.explicacao
    assert AvisoFiscal.objects.get(codigo="EMISSOR_DIVERGE").grave


def test_nota_que_nao_temos_fica_orfa_e_e_adotada_quando_o_pdv_a_manda(emissor: EmissorFalso) -> None:
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    w = avisar_e_trabalhar(emissor)
    e = evento()
    assert (w.situacao, e.desfecho, e.documento_id) == (1, D.ORFAO, None) and "espera o PDV" in e.explicacao
    assert not DocumentoFiscal.objects.exists()
    rodar()
    assert evento().desfecho == D.ORFAO
    documento()
    assert rodar().contagens["notas que chegaram depois do aviso"] == 1
    assert (vivo().situacao, evento().desfecho) == (S.AUTORIZADA, D.APLICADO)
    assert rodar().contagens["notas que chegaram depois do aviso"] == 0


@pytest.mark.parametrize("defeito", ["500", "reset", "malformado"])
def test_consulta_que_falha_adia_o_aviso_e_a_proxima_acerta(emissor: EmissorFalso, defeito: str) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    emissor.roteiro.append(defeito)
    assert avisar_e_trabalhar(emissor).situacao == 0
    assert not EventoNota.objects.exists() and vivo().situacao == S.CONTINGENCIA
    assert trabalhar(emissor).processados == 1
    assert vivo().situacao == S.AUTORIZADA


def test_429_pausa_o_emissor_e_o_aviso_espera(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    emissor.roteiro.append("429")
    assert avisar_e_trabalhar(emissor).situacao == 0
    estado = EstadoProvedor.objects.get(pk=nome_de(emissor))
    assert estado.pausado_ate is not None and estado.pausado_ate > timezone.now() + timedelta(seconds=20)
    assert trabalhar(emissor).processados == 0 and len(emissor.chamadas) == 1
    EstadoProvedor.objects.update(pausado_ate=None)
    assert trabalhar(emissor).processados == 1
    assert vivo().situacao == S.AUTORIZADA


def test_credencial_recusada_e_erro_que_uma_pessoa_ve_e_reprocessa(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    emissor.roteiro.append("401")
    w = avisar_e_trabalhar(emissor)
    assert w.situacao == 4 and "401" in w.resultado
    emissor.recusa = False
    reprocessar_webhooks(WebhookRecebido.objects.all(), usuario=pessoa("TI"), motivo="credencial trocada")
    assert trabalhar(emissor).processados == 1
    assert vivo().situacao == S.AUTORIZADA


def test_resposta_lenta_e_esperada_e_a_que_passa_do_tempo_e_tentada_de_novo(focus: EmissorFalso, settings: Any) -> None:
    documento()
    focus.por("venda-1", "autorizada", CHAVE)
    focus.lento = 0.3
    focus.roteiro.append("lento")
    assert avisar_e_trabalhar(focus).situacao == 1
    settings.FOCUS_TEMPO_LIMITE = 1
    focus.lento = 1.5
    focus.roteiro.append("lento")
    w = avisar_e_trabalhar(focus)
    assert w.situacao == 0 and "não terminou de responder" in w.resultado


def test_morto_entre_a_chamada_e_o_commit_nao_deixa_nada_e_se_repete(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    porta = obter_emissor(nome_de(emissor))
    assert porta is not None
    pista = Pista("nfce", "venda-1")
    busca.baixar(porta, busca.perguntar(porta, pista))  # and it dies here: nothing was written
    assert not EventoNota.objects.exists()

    class Morreu(Exception): ...

    def morrer() -> None:
        raise Morreu

    with pytest.raises(Morreu):
        services.consultar(porta, pista, cerca=morrer)
    assert not EventoNota.objects.exists() and vivo().situacao == S.CONTINGENCIA
    services.consultar(porta, pista)
    assert vivo().situacao == S.AUTORIZADA


def test_nota_em_processamento_e_perguntada_pela_rotina_ate_se_decidir(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "processando")
    avisar_e_trabalhar(emissor)
    assert evento().consultar_em is not None and vivo().situacao == S.CONTINGENCIA
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML, danfe=b"%PDF-1.4")
    assert rodar().contagens["notas que mudaram"] == 1
    assert vivo().situacao == S.AUTORIZADA
    assert not EventoNota.objects.filter(consultar_em__isnull=False).exists()


def test_xml_que_ainda_nao_saiu_nao_segura_o_documento_e_e_buscado_depois(focus: EmissorFalso) -> None:
    documento()
    focus.por("venda-1", "autorizada", CHAVE, xml_atrasado=True)
    avisar_e_trabalhar(focus)
    e = evento()
    assert vivo().situacao == S.AUTORIZADA and vivo().conteudo["estados"][-1]["evento"] == "EMISSOR"
    assert e.consultar_em is not None and "falta o XML" in e.explicacao
    focus.por("venda-1", "autorizada", CHAVE, xml=XML)
    rodar()
    e = evento()
    assert (e.consultar_em, XmlFiscal.objects.get(documento=vivo()).xml) == (None, XML)
    assert vivo().protocolo == "135260000000123"


def test_emissor_fora_do_ar_na_rotina_e_falha_contada_e_a_pergunta_fica_para_depois(focus: EmissorFalso) -> None:
    focus.por("venda-1", "processando")
    avisar_e_trabalhar(focus)
    focus.roteiro.append("500")
    execucao = rodar()
    assert len(execucao.falhas) == 1
    e = evento()
    assert e.consultar_em is not None and e.consultar_em > timezone.now() and "última pergunta falhou" in e.explicacao


def test_rejeitada_avisa_no_documento_com_o_motivo_da_sefaz(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "rejeitada", CHAVE)
    avisar_e_trabalhar(emissor)
    aviso = AvisoFiscal.objects.get()
    assert (aviso.codigo, aviso.grave, vivo().situacao) == ("NOTA_REJEITADA", True, S.CONTINGENCIA)
    assert "539" in aviso.mensagem and evento().desfecho == D.REJEITADA


def test_xml_de_outra_nota_e_guardado_e_nao_e_acreditado(emissor: EmissorFalso) -> None:
    documento("autorizada")
    outro = notas.xml(numero=999)
    emissor.por("venda-1", "autorizada", CHAVE, xml=outro)
    avisar_e_trabalhar(emissor)
    e = evento()
    assert e.desfecho == D.CONTRADIZ and "de outra nota" in e.explicacao
    assert vivo().geracao == 1 and bytes(ArquivoDoEmissor.objects.get().xml or b"") == outro.encode()


@pytest.mark.parametrize("defeito", ["500", "reset", "malformado", "429"])
def test_arquivo_que_falha_nao_segura_o_documento_e_vem_depois(focus: EmissorFalso, defeito: str) -> None:
    documento()
    focus.por("venda-1", "autorizada", CHAVE, xml=XML)
    focus.roteiro.extend(["", defeito])  # the query gets through, the file does not
    avisar_e_trabalhar(focus)
    assert vivo().situacao == S.AUTORIZADA and evento().consultar_em is not None
    assert not ArquivoDoEmissor.objects.exists()
    EstadoProvedor.objects.update(pausado_ate=None)
    rodar()
    assert evento().consultar_em is None and XmlFiscal.objects.get(documento=vivo()).xml == XML


def test_cancelada_pelo_pdv_e_autorizada_no_emissor_nao_bate(emissor: EmissorFalso) -> None:
    documento("cancelada")
    emissor.por("venda-1", "autorizada", CHAVE)
    avisar_e_trabalhar(emissor)
    assert (vivo().situacao, evento().desfecho) == (S.CANCELADA, D.CONTRADIZ)
    lista = navegador("fiscal", 1).get("/admin/fiscal/eventonota/").content.decode()
    partes = partes_da_chave(CHAVE)
    assert f"{partes.numero}/{partes.serie}" in lista and CHAVE not in lista  # 44 digits push the explanation away


def test_contingencia_na_focus_ainda_espera_e_e_perguntada_de_novo(focus: EmissorFalso) -> None:
    documento("sem_protocolo")
    focus.por("venda-1", "contingencia", CHAVE, xml=so_a_nota(XML))
    avisar_e_trabalhar(focus)
    assert vivo().situacao == S.CONTINGENCIA and evento().consultar_em is not None
    focus.por("venda-1", "autorizada", CHAVE, xml=XML)
    rodar()
    assert vivo().situacao == S.AUTORIZADA


def test_sem_dizer_o_tipo_pergunta_como_nfce_e_depois_como_nfe(focus: EmissorFalso) -> None:
    focus.por("venda-1", "rejeitada", tipo="nfe")
    corpo = focus.contada(focus.notas["nfe", "venda-1"])
    Client().post(f"/webhooks/{focus.aviso}", corpo, content_type="application/json")
    assert trabalhar(focus).processados == 1
    assert (evento().tipo, evento().chave, evento().desfecho) == ("nfe", "", D.ORFAO)


@pytest.mark.parametrize(
    ("corpo", "diz"),
    [
        (b"isto nao e json", "não é JSON"),
        (b"[]", "não fala de nota nenhuma"),
        (b'{"cnpj_prestador": "1", "ref": "x"}', "não guarda"),
        (b'{"modelo": "65", "numero_inicial": "1"}', "não traz a `ref`"),
    ],
)
def test_aviso_que_nao_e_de_nota_e_ignorado_com_o_motivo(focus: EmissorFalso, corpo: bytes, diz: str) -> None:
    assert (
        cast(Any, Client().post(f"/webhooks/{focus.aviso}", corpo, content_type="application/json")).status_code == 200
    )
    assert trabalhar(focus).ignorados == 1
    assert diz in WebhookRecebido.objects.get().resultado and not focus.chamadas


def test_caminho_que_levaria_a_outro_servidor_nao_e_seguido(focus: EmissorFalso) -> None:
    documento()
    focus.por("venda-1", "autorizada", CHAVE)
    contada = focus.contada
    caminhos = {"caminho_danfe": "@outro.exemplo/x", "caminho_xml_nota_fiscal": "//x/y"}
    focus.contada = lambda nota: contada(nota) | caminhos  # type: ignore[method-assign]  # an emitter gone bad
    avisar_e_trabalhar(focus)
    assert not ArquivoDoEmissor.objects.exists() and evento().consultar_em is None


def test_testar_conexao_diz_que_a_credencial_serve(emissor: EmissorFalso) -> None:
    assert "aceitou" in obter(nome_de(emissor)).testar()


def test_dois_eventos_da_mesma_nota_ao_mesmo_tempo_sao_uma_linha(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    porta = obter_emissor(nome_de(emissor))
    assert porta is not None
    nota = busca.perguntar(porta, Pista("nfce", "venda-1"))
    arquivos = busca.baixar(porta, nota)
    for _ in range(2):  # two that asked before either wrote
        services.registrar(porta.nome, nota, arquivos)
    assert (evento().vezes, vivo().geracao) == (2, 2)


def test_pagina_do_documento_mostra_os_eventos_e_so_quem_pode_baixa(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML, danfe=b"<html>danfe</html>")
    avisar_e_trabalhar(emissor)
    e, pagina = evento(), f"/admin/fiscal/documentofiscal/{vivo().pk}/change/"
    fiscal, operador = navegador("fiscal", 1), navegador("operador", 1)
    aberta = fiscal.get(pagina).content.decode()
    assert "de contingência pendente para autorizada" in aberta and f"{LISTA}{e.pk}/arquivo/xml/" in aberta
    assert "Consultar agora" in aberta
    vista = operador.get(pagina).content.decode()
    assert f"{LISTA}{e.pk}/arquivo/xml/" not in vista and "Consultar agora" not in vista
    assert operador.get(f"{LISTA}{e.pk}/arquivo/xml/").status_code == 403
    xml: Any = fiscal.get(f"{LISTA}{e.pk}/arquivo/xml/")
    assert xml.content == XML.encode() and xml["Content-Disposition"].startswith("attachment")
    danfe: Any = fiscal.get(f"{LISTA}{e.pk}/arquivo/danfe/")
    assert danfe["Content-Type"] == "application/octet-stream" and "sandbox" in danfe["Content-Security-Policy"]
    assert fiscal.get(f"{LISTA}{e.pk}/arquivo/cancelamento/").status_code == 404
    assert Evento.objects.filter(acao="fiscal.arquivo_do_emissor_baixado").count() == 2


def test_consultar_agora_pergunta_e_move_e_sem_permissao_nao_ha(emissor: EmissorFalso) -> None:
    documento()
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    avisar_e_trabalhar(emissor)
    emissor.por("venda-1", "cancelada", CHAVE, xml=XML, xml_evento=CANCELAMENTO)
    endereco = f"/admin/fiscal/documentofiscal/{vivo().pk}/consultar/"
    assert navegador("operador", 1).get(endereco).status_code in (403, 404)
    cliente = navegador("fiscal", 1)
    pagina: Any = cliente.get(endereco)
    assert pagina.status_code == 200
    token = pagina.content.decode().partition('name="token" value="')[2].partition('"')[0]
    for _ in range(2):  # the double click asks once
        cliente.post(endereco, {"motivo": "cliente ligou", "token": token})
    assert vivo().situacao == S.CANCELADA
    assert Evento.objects.filter(acao="fiscal.emissor_consultado").count() == 1


def test_orfaos_se_veem_na_lista_e_na_pagina(emissor: EmissorFalso) -> None:
    emissor.por("venda-1", "autorizada", CHAVE, xml=XML)
    avisar_e_trabalhar(emissor)
    cliente = navegador("fiscal", 1)
    assert [e.pk for e in cast(Any, cliente.get(LISTA, {"desfecho": "0"})).context["cl"].result_list] == [evento().pk]
    assert not cast(Any, cliente.get(LISTA, {"desfecho": "1"})).context["cl"].result_list
    assert cast(Any, cliente.get(LISTA, {"q": "venda-1"})).context["cl"].result_list
    assert "espera o PDV mandar a nota" in cliente.get(f"{LISTA}{evento().pk}/change/").content.decode()


def test_lista_e_pagina_nao_perguntam_mais_com_mais_eventos(
    focus: EmissorFalso, django_assert_max_num_queries: Any
) -> None:
    documento()
    for n in range(12):
        focus.por(f"venda-{n}", "autorizada", CHAVE, xml=XML)
        avisar(focus, f"venda-{n}")
    trabalhar(focus)
    assert EventoNota.objects.count() == 12
    cliente = navegador("fiscal", 1)
    for endereco in (LISTA, f"/admin/fiscal/documentofiscal/{vivo().pk}/change/"):
        with django_assert_max_num_queries(40):
            cliente.get(endereco)


def test_busca_de_orfaos_e_por_indice(focus: EmissorFalso) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM fiscal_evento_nota WHERE chave = 'x' AND chave <> '' ORDER BY id DESC LIMIT 50"
        )
        assert "evento_nota_chave" in str(cursor.fetchall())
