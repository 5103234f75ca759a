"""Contracts sent to be signed, against the stand-in of PlugSign, over HTTP: signed, declined, and every way to fail."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.assinaturas.falso import PlugSignFalsa
from erp.assinaturas.leituras import Lido
from erp.assinaturas.maquina import Passo
from erp.assinaturas.models import ArquivoAssinatura, Assinatura
from erp.assinaturas.plugsign.porta import PlugSign, PortaPlugSign
from erp.assinaturas.portas import Pedido, Signatario
from erp.assinaturas.services import andamento, criacao
from erp.assinaturas.services.consulta import gravar, pegar, perguntar
from erp.assinaturas.services.registro import registrar
from erp.planos.models import Contratacao
from erp.planos.selectors.assinatura import ESPECIE, conteudo_de
from erp.provedores.erros import FalhaDefinitiva
from erp.provedores.models import EstadoProvedor
from erp.provedores.services.anotacoes import conter
from tests.erp.assinaturas.elenco import EMAIL, enviada, pedida, rodar, vendido
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db


def atual(a: Assinatura) -> Assinatura:
    return Assinatura.objects.get(pk=a.pk)


def test_contrato_mandado_aberto_e_assinado_fica_marcado_com_o_arquivo_e_a_hash(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    a = enviada(contrato)
    assert (a.passo, a.id_provedor, plug.pedidos) == (Passo.ENVIADA, "doc3000", [("doc3000", [EMAIL])])
    assert a.url.endswith("/pagar/doc3000") and sha256(plug.arquivos["doc3000"]).hexdigest() == a.sha256_enviado
    plug.mudar("doc3000", "Open")
    rodar()
    assert atual(a).passo == Passo.ABERTA
    plug.mudar("doc3000", "Signed")
    assert rodar().contagens["arquivos assinados guardados"] == 1
    a = atual(a)
    guardado = a.arquivos.get(tipo="assinado")
    assert (a.passo, a.consultar_em, a.sha256_assinado) == (Passo.ASSINADA, None, sha256(guardado.bytes).hexdigest())
    assert guardado.bytes != a.arquivos.get(tipo="enviado").bytes
    contrato.refresh_from_db()
    assert (contrato.assinatura_id, contrato.assinado_por) == (a.pk, "Maria da Conceição Gonçalves")
    assert contrato.assinado_em == a.assinada_em is not None
    acoes = set(Evento.objects.values_list("acao", flat=True))
    assert {"assinaturas.pedido_feito", "assinaturas.documento_assinado", "planos.contrato_assinado"} <= acoes
    assert rodar().contagens["documentos consultados"] == 0


def test_o_que_foi_guardado_nao_muda_nem_some(plug: PlugSignFalsa) -> None:
    enviada()
    for estragar in (
        lambda: ArquivoAssinatura.objects.update(sha256="x"),
        lambda: ArquivoAssinatura.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="só aceita inclusão"), transaction.atomic():
            estragar()


@pytest.mark.parametrize("defeito", ["500", "429", "reset", "malformado", "404"])
def test_consulta_que_falha_nao_muda_nada_e_a_proxima_acerta(plug: PlugSignFalsa, defeito: str) -> None:
    a = enviada()
    plug.mudar(a.id_provedor, "Signed")
    plug.roteiro.append(defeito)
    assert len(rodar().falhas) == 1
    a = atual(a)
    assert a.passo == Passo.ENVIADA and a.erro and a.consultar_em is not None and not a.sha256_assinado
    if defeito == "429":  # Retry-After: 30
        estado = EstadoProvedor.objects.get(nome="plugsign")
        assert estado.pausado_ate is not None and rodar().contagens["documentos consultados"] == 0
        EstadoProvedor.objects.update(pausado_ate=None)
    rodar()
    a = atual(a)
    assert (a.passo, a.erro, a.falhas) == (Passo.ASSINADA, "", 0) and a.sha256_assinado


def test_token_recusado_diz_o_que_fazer_e_nao_condena_o_pedido(plug: PlugSignFalsa) -> None:
    outro, a = enviada(), pedida()
    plug.roteiro.append("401")
    execucao = rodar()
    assert len(execucao.falhas) == 1  # the others would hear the same: they were not asked
    a = atual(a)
    assert a.passo == Passo.PREPARADA and a.consultar_em is not None and atual(outro).passo == Passo.ENVIADA
    assert "HTTP 401" in EstadoProvedor.objects.get(nome="plugsign").ultimo_erro
    with pytest.raises(FalhaDefinitiva, match="não aceitou o token"):
        PlugSign().testar()
    plug.recusa = False
    assert "aceitou o token" in PlugSign().testar()
    rodar()
    assert atual(a).passo == Passo.ENVIADA


def test_resposta_que_demora_demais_e_falha_passageira(plug: PlugSignFalsa, settings: Any) -> None:
    a = enviada()
    settings.PLUGSIGN_TEMPO_LIMITE = 1
    plug.roteiro.append("lento")
    assert "não terminou de responder" in rodar().falhas[0][1]
    assert atual(a).passo == Passo.ENVIADA


@pytest.mark.parametrize("perdida", ["POST /files/upload", "POST /requests/documents"])
def test_mandado_cuja_resposta_se_perdeu_e_achado_e_nao_mandado_de_novo(plug: PlugSignFalsa, perdida: str) -> None:
    a = pedida()
    if perdida == "POST /requests/documents":
        plug.depois.append("")  # the answer to the file arrives
    plug.depois.append("reset")
    assert andamento.enviar(a).passo == Passo.PREPARADA
    assert rodar().contagens["documentos mandados"] == 1
    a = atual(a)
    assert (a.passo, a.id_provedor, a.falhas) == (Passo.ENVIADA, "doc3000", 0)
    assert len(plug.documentos) == 1 and len(plug.pedidos) == 1


def test_busca_recusada_nao_condena_o_que_pode_estar_com_quem_assina(plug: PlugSignFalsa) -> None:
    a = pedida()
    plug.depois += ["", "reset"]  # it was sent, and the answer was lost
    andamento.enviar(a)
    plug.roteiro.append("422")
    rodar()
    assert atual(a).passo == Passo.PREPARADA
    rodar()
    assert (atual(a).passo, len(plug.pedidos)) == (Passo.ENVIADA, 1)


def test_pausa_entre_o_arquivo_e_o_pedido_nao_manda_o_arquivo_de_novo(plug: PlugSignFalsa) -> None:
    class Pausa(PortaPlugSign):
        def enviar(self, pedido: Pedido) -> str:
            chave = super().enviar(pedido)
            conter("plugsign", timedelta(minutes=5))
            return chave

    a = pedida()
    gravar(perguntar(Pausa(), pegar(Pausa(), ate=timezone.now())))
    EstadoProvedor.objects.update(pausado_ate=None)
    rodar()
    assert (atual(a).passo, len(plug.documentos), len(plug.pedidos)) == (Passo.ENVIADA, 1, 1)


def test_chave_de_assinar_nao_fica_no_que_se_guarda(plug: PlugSignFalsa) -> None:
    a = enviada()
    plug.mudar(a.id_provedor, "Open")
    rodar()
    ditos = str(list(a.eventos.values_list("bruto", flat=True)))
    assert a.id_provedor in ditos and "sk-" not in ditos and "/pagar/" not in ditos


def test_provedor_que_responde_com_outros_documentos_nao_cancela_nada(plug: PlugSignFalsa) -> None:
    a = enviada()
    guardado = plug.documentos[a.id_provedor]
    plug.documentos[a.id_provedor] = {**guardado, "document_key": "outro"}
    assert "vieram outros" in rodar().falhas[0][1]
    plug.documentos[a.id_provedor] = guardado
    rodar()
    assert (atual(a).passo, atual(a).erro) == (Passo.ENVIADA, "")


def test_morto_depois_de_mandar_e_antes_de_gravar_nao_manda_dois(plug: PlugSignFalsa) -> None:
    a = pedida()
    perguntar(PortaPlugSign(), pegar(PortaPlugSign(), ate=timezone.now()))  # and nothing was written
    rodar()
    assert (atual(a).passo, len(plug.documentos), len(plug.pedidos)) == (Passo.ENVIADA, 1, 1)


def test_achado_alem_da_primeira_pagina_de_documentos(plug: PlugSignFalsa) -> None:
    a = pedida()
    perguntar(PortaPlugSign(), pegar(PortaPlugSign(), ate=timezone.now()))
    for n in range(40):  # the account of somebody who uses it for other things too
        PortaPlugSign().enviar(_outro(n))
    rodar()
    assert (atual(a).id_provedor, len(plug.pedidos)) == ("doc3000", 1)


def test_documento_que_o_provedor_nao_aceita_fica_com_erro_e_outro_pode_ir(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    a = pedida(contrato)
    plug.roteiro.append("422")
    a = andamento.enviar(a)
    assert (a.passo, a.consultar_em) == (Passo.ERRO, None)
    assert enviada(contrato).passo == Passo.ENVIADA


def test_recusado_por_quem_assina_aparece_e_nao_marca_o_contrato(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    a = enviada(contrato)
    plug.mudar(a.id_provedor, "Declined")
    rodar()
    contrato.refresh_from_db()
    assert (atual(a).passo, contrato.assinado_em) == (Passo.RECUSADA, None)


def test_assinado_depois_de_recusado_vale_e_o_que_nao_bate_fica_a_vista(plug: PlugSignFalsa) -> None:
    a = enviada()
    plug.mudar(a.id_provedor, "Declined")
    rodar()
    plug.mudar(a.id_provedor, "Signed")
    rodar()
    a = atual(a)
    assert a.passo == Passo.ASSINADA and "recusada antes de ser assinada" in a.contradicao
    plug.mudar(a.id_provedor, "Open")  # the provider goes back; we do not
    andamento.consultar(a.pk)
    a = atual(a)
    assert a.passo == Passo.ASSINADA and "depois de assinada" in a.contradicao


def test_arquivo_que_nao_serve_nao_e_guardado_e_se_pede_de_novo(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    a = enviada(contrato)
    plug.mudar(a.id_provedor, "Signed")
    for estragado, motivo in ((b"<html>", "não é um PDF"), (plug.arquivos[a.id_provedor], "sem assinatura nenhuma")):
        plug.estragado = estragado
        rodar()
        a = atual(a)
        assert a.passo == Passo.ASSINADA and motivo in a.erro and a.consultar_em is not None
    contrato.refresh_from_db()
    assert contrato.assinado_em is None
    plug.estragado = None
    rodar()
    contrato.refresh_from_db()
    assert contrato.assinado_em is not None and atual(a).erro == ""


def test_situacao_que_ninguem_documentou_nao_muda_nada(plug: PlugSignFalsa) -> None:
    a = enviada()
    plug.mudar(a.id_provedor, "Teletransportado")
    assert "situação desconhecida" in rodar().falhas[0][1]
    assert atual(a).passo == Passo.ENVIADA


def test_apagado_no_site_do_provedor_fica_cancelado_com_o_motivo(plug: PlugSignFalsa) -> None:
    a = enviada()
    plug.documentos.clear()
    rodar()
    a = atual(a)
    assert a.passo == Passo.CANCELADA and a.eventos.filter(texto__contains="apagado no site").exists()


def test_cancelar_tira_de_la_e_assinado_nao_se_cancela(plug: PlugSignFalsa) -> None:
    contrato, bia = vendido(), pessoa("operador", 1)
    a = enviada(contrato)
    assert andamento.cancelar(assinatura_id=a.pk, motivo="mudou de ideia", usuario=bia).passo == Passo.CANCELADA
    assert not plug.documentos
    with pytest.raises(ErroDefinitivo, match="não se cancela"):
        andamento.cancelar(assinatura_id=a.pk, motivo="de novo", usuario=bia)
    outra = enviada(contrato)
    plug.mudar(outra.id_provedor, "Signed")
    with pytest.raises(ErroDefinitivo, match="está assinada"):
        andamento.cancelar(assinatura_id=outra.pk, motivo="tarde demais", usuario=bia)
    assert atual(outra).sha256_assinado and outra.id_provedor in plug.documentos


def test_cancelar_sem_resposta_do_provedor_nao_cancela(plug: PlugSignFalsa) -> None:
    a, bia = enviada(), pessoa("operador", 1)
    plug.roteiro.append("500")
    with pytest.raises(ErroDefinitivo, match="Não se sabe"):
        andamento.cancelar(assinatura_id=a.pk, motivo="mudou de ideia", usuario=bia)
    assert atual(a).passo == Passo.ENVIADA and a.id_provedor in plug.documentos


def test_cancelar_o_que_nao_chegou_la_procura_antes(plug: PlugSignFalsa) -> None:
    bia = pessoa("operador", 1)
    nunca = pedida()
    assert andamento.cancelar(assinatura_id=nunca.pk, motivo="desistiu", usuario=bia).passo == Passo.CANCELADA
    perdida = pedida()
    plug.depois += ["", "reset"]
    andamento.enviar(perdida)  # it arrived, and the answer did not
    assert andamento.cancelar(assinatura_id=perdida.pk, motivo="desistiu", usuario=bia).passo == Passo.CANCELADA
    assert not plug.documentos
    a_caminho = pedida()
    pegar(PortaPlugSign(), ate=timezone.now())
    with pytest.raises(ErroDefinitivo, match="está sendo mandada agora"):
        andamento.cancelar(assinatura_id=a_caminho.pk, motivo="desistiu", usuario=bia)
    assert atual(a_caminho).passo == Passo.PREPARADA


def test_cancelada_aqui_enquanto_era_mandada_e_cancelada_la(plug: PlugSignFalsa) -> None:
    a = pedida()
    feitas = perguntar(PortaPlugSign(), pegar(PortaPlugSign(), ate=timezone.now()))
    agora = timezone.now()
    registrar(a.pk, [Lido("cancelada por nós", Passo.CANCELADA, agora, "nos")], agora=agora)  # its lease had ended
    gravar(feitas)
    assert (atual(a).passo, plug.documentos) == (Passo.CANCELADA, {})


def test_defeito_numa_resposta_nao_para_as_outras(plug: PlugSignFalsa) -> None:
    a, outra = enviada(), enviada()
    plug.mudar(a.id_provedor, "Signed")
    plug.mudar(outra.id_provedor, "Signed")
    plug.documentos[a.id_provedor]["updated_on"] = "9999-12-31T23:59:59-12:00"  # a date that no calendar of ours has
    assert len(rodar().falhas) == 1
    assert (atual(a).passo, atual(outra).passo) == (Passo.ENVIADA, Passo.ASSINADA)


def test_o_mesmo_contrato_nao_vai_duas_vezes_nem_com_texto_que_ninguem_viu(plug: PlugSignFalsa) -> None:
    contrato, bia = vendido(), pessoa("operador", 1)
    versao = conteudo_de(contrato).versao()
    with pytest.raises(ErroDefinitivo, match="mudou desde que você o viu"):
        criacao.pedir(especie_nome=ESPECIE, objeto_id=contrato.pk, versao="outra", usuario=bia)
    a = enviada(contrato)
    with pytest.raises(ErroDefinitivo, match="já está com quem assina"):
        criacao.pedir(especie_nome=ESPECIE, objeto_id=contrato.pk, versao=versao, usuario=bia)
    with pytest.raises(IntegrityError), transaction.atomic():  # two at once: the database says no
        Assinatura.objects.create(**_copia(a))
    plug.mudar(a.id_provedor, "Signed")
    rodar()
    with pytest.raises(ErroDefinitivo, match="já foi assinado"):
        criacao.pedir(especie_nome=ESPECIE, objeto_id=contrato.pk, versao=versao, usuario=bia)


@pytest.mark.parametrize(("email", "motivo"), [("", "não tem e-mail"), ("maria arroba exemplo", "não é um endereço")])
def test_titular_sem_email_nao_vai_e_nada_fica(plug: PlugSignFalsa, email: str, motivo: str) -> None:
    contrato = vendido(email)
    with pytest.raises(ErroDefinitivo, match=motivo):
        pedida(contrato)
    assert not Assinatura.objects.exists() and not plug.chamadas


def test_contrato_cancelado_nao_se_manda(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    Contratacao.objects.filter(pk=contrato.pk).update(situacao=3)
    with pytest.raises(ErroDefinitivo, match="está cancelado"):
        pedida(contrato)


def test_quem_tomou_outra_vez_enquanto_se_perguntava_nao_perde_a_sua_vez(plug: PlugSignFalsa) -> None:
    a = enviada()
    Assinatura.objects.update(consultar_em=timezone.now())
    pegas = pegar(PortaPlugSign(), ate=timezone.now())
    assert pegar(PortaPlugSign(), ate=timezone.now()) == []  # held
    Assinatura.objects.update(consultar_em=timezone.now() + timedelta(seconds=1))  # a webhook made it due
    gravar(perguntar(PortaPlugSign(), pegas))
    depois = atual(a).consultar_em
    assert depois is not None and depois < timezone.now() + timedelta(minutes=1)


def _outro(n: int) -> Pedido:
    return Pedido(f"de outro sistema {n}", "Outro", b"%PDF-1.4\n%%EOF", (Signatario("X", "x@exemplo.com.br"),))


def _copia(a: Assinatura) -> dict[str, Any]:
    nomes = (
        "especie",
        "objeto_id",
        "numero",
        "titulo",
        "filial_id",
        "versao",
        "sha256_enviado",
        "provedor",
        "criada_por",
    )
    return {nome: getattr(a, nome) for nome in nomes} | {"criada_em": a.criada_em, "mudou_em": a.mudou_em}
