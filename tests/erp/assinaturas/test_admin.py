"""The pages: a contract seen as PDF, sent to be signed once, sent again when it changed, and who may do what."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from auditoria.models import Evento
from erp.assinaturas.falso import PlugSignFalsa
from erp.assinaturas.maquina import Passo
from erp.assinaturas.models import Assinatura
from erp.assinaturas.tarefas import tarefas
from erp.planos.models import Contratacao
from erp.planos.rules import DependenteNovo
from erp.planos.services import incluir_dependente
from erp.provedores.services import pausar
from tests.erp.assinaturas.elenco import EMAIL, enviada, rodar, vendido
from tests.erp.elenco import hoje, navegador, pessoa
from tests.erp.planos.elenco import ANA

pytestmark = pytest.mark.django_db
CONTRATOS = "/admin/planos/contratacao/"
LISTA = "/admin/assinaturas/assinatura/"


def texto(resposta: Any, status: int = 200) -> str:
    assert resposta.status_code == status, resposta.content.decode()[:500]
    return str(resposta.content.decode())


def confirmar(navega: Client, endereco: str, motivo: str = "o titular pediu") -> tuple[str, dict[str, str], Any]:
    """The page of an action confirmed: where, what was sent, and the answer."""
    pagina: Any = navega.get(endereco, follow=True)
    achado = re.search(r'name="token" value="([^"]+)"', texto(pagina))
    assert achado is not None
    dados = {"token": achado[1], "motivo": motivo}
    onde = pagina.request["PATH_INFO"]
    return onde, dados, navega.post(onde, dados, follow=True)


def mudar(contrato: Contratacao) -> None:
    incluir_dependente(
        contratacao_id=contrato.pk, novo=DependenteNovo("José Gonçalves", hoje().replace(year=1980, day=1), "conjuge"),
        motivo="casou", ator=ANA,
    )  # fmt: skip


def test_o_contrato_se_ve_em_pdf_antes_de_mandar_e_fica_na_auditoria(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    bia = navegador("operador", 1)
    assert "Nunca foi mandado para assinar" in texto(bia.get(f"{CONTRATOS}{contrato.pk}/change/"))
    um: Any = bia.get(f"{CONTRATOS}{contrato.pk}/contrato.pdf/", follow=True)
    assert um["Content-Type"] == "application/pdf" and um["Content-Disposition"].startswith("inline")
    assert um.content.startswith(b"%PDF-")
    evento = Evento.objects.get(acao="planos.contrato_aberto")
    assert evento.depois == {"sha256": sha256(um.content).hexdigest()}
    assert not Assinatura.objects.exists() and not plug.chamadas


def test_mandar_assinar_e_baixar_e_apertar_duas_vezes_manda_uma(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    bia = navegador("operador", 1)
    pagina = texto(bia.get(f"{CONTRATOS}{contrato.pk}/mandar_para_assinar/", follow=True))
    assert EMAIL in pagina and "Maria da Conceição Gonçalves" in pagina
    onde, dados, resposta = confirmar(bia, f"{CONTRATOS}{contrato.pk}/mandar_para_assinar/")
    assert "Mandado para assinar" in texto(resposta)
    assert "já tinha sido enviada" in texto(bia.post(onde, dados, follow=True))
    a = Assinatura.objects.get()
    assert len(plug.pedidos) == 1 and a.passo == Passo.ENVIADA
    assert "nada de novo" in texto(confirmar(bia, f"{LISTA}{a.pk}/consultar/")[2])
    plug.mudar(a.id_provedor, "Signed")
    assert "está assinada" in texto(confirmar(bia, f"{LISTA}{a.pk}/consultar/")[2])
    pagina = texto(bia.get(f"{CONTRATOS}{contrato.pk}/change/"))
    assert "Contrato assinado" in pagina and "mandar_para_assinar" not in pagina
    assinado: Any = bia.get(f"{LISTA}{a.pk}/assinado.pdf")
    a.refresh_from_db()
    assert sha256(assinado.content).hexdigest() == a.sha256_assinado
    assert assinado["Content-Disposition"].startswith("attachment") and "sandbox" in assinado["Content-Security-Policy"]
    assert Evento.objects.filter(acao="assinaturas.arquivo_baixado").count() == 1
    assert a.sha256_assinado in texto(bia.get(f"{LISTA}{a.pk}/change/"))


def test_contrato_que_mudou_depois_de_mandado_vai_de_novo_e_o_antigo_e_cancelado(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    bia = navegador("operador", 1)
    antiga = enviada(contrato)
    assert "mandar_nova_versao" not in texto(bia.get(f"{CONTRATOS}{contrato.pk}/change/"))
    mudar(contrato)
    assert "quem assina está com o texto antigo" in texto(bia.get(f"{CONTRATOS}{contrato.pk}/change/"))
    assert "Mandado para assinar" in texto(confirmar(bia, f"{CONTRATOS}{contrato.pk}/mandar_nova_versao/")[2])
    antiga.refresh_from_db()
    nova = Assinatura.objects.latest("pk")
    assert (antiga.passo, nova.passo, list(plug.documentos)) == (Passo.CANCELADA, Passo.ENVIADA, [nova.id_provedor])
    assert nova.versao != antiga.versao


def test_nova_versao_que_nao_pode_ir_nao_cancela_a_antiga(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    bia = navegador("operador", 1)
    antiga = enviada(contrato)
    mudar(contrato)
    onde = f"{CONTRATOS}{contrato.pk}/mandar_nova_versao/"
    pagina: Any = bia.get(onde, follow=True)
    achado = re.search(r'name="token" value="([^"]+)"', texto(pagina))
    assert achado is not None
    type(contrato.titular).objects.filter(pk=contrato.titular_id).update(email="")
    dados = {"token": achado[1], "motivo": "o titular pediu"}
    assert "não tem e-mail" in texto(bia.post(pagina.request["PATH_INFO"], dados), 409)
    antiga.refresh_from_db()
    assert (antiga.passo, list(plug.documentos)) == (Passo.ENVIADA, [antiga.id_provedor])


def test_perguntar_com_o_provedor_em_pausa_diz_que_nada_foi_perguntado(plug: PlugSignFalsa) -> None:
    a = enviada()
    pausar("plugsign", usuario=pessoa("TI"), motivo="manutenção deles")
    resposta = confirmar(navegador("operador", 1), f"{LISTA}{a.pk}/consultar/")[2]
    assert "Nada foi perguntado agora" in texto(resposta, 409)


def test_contrato_que_muda_entre_ver_e_confirmar_nao_vai(plug: PlugSignFalsa) -> None:
    contrato = vendido()
    bia = navegador("operador", 1)
    pagina: Any = bia.get(f"{CONTRATOS}{contrato.pk}/mandar_para_assinar/", follow=True)
    achado = re.search(r'name="token" value="([^"]+)"', texto(pagina))
    mudar(contrato)
    assert achado is not None
    resposta = bia.post(pagina.request["PATH_INFO"], {"token": achado[1], "motivo": "o titular pediu"})
    assert "mudou desde que você o viu" in texto(resposta, 409) and not Assinatura.objects.exists()


def test_titular_sem_email_diz_o_que_fazer_e_nao_tem_botao(plug: PlugSignFalsa) -> None:
    pagina = texto(navegador("operador", 1).get(f"{CONTRATOS}{vendido('').pk}/mandar_para_assinar/", follow=True))
    assert "não tem e-mail no cadastro" in pagina and 'name="motivo"' not in pagina


def test_provedor_fora_do_ar_deixa_para_a_rotina_e_sem_token_diz_que_falta(plug: PlugSignFalsa, settings: Any) -> None:
    bia = navegador("operador", 1)
    plug.roteiro.append("500")
    assert "a rotina manda sozinha" in texto(confirmar(bia, f"{CONTRATOS}{vendido().pk}/mandar_para_assinar/")[2])
    assert rodar().contagens["documentos mandados"] == 1
    settings.PLUGSIGN_TOKEN = ""
    resposta = confirmar(bia, f"{CONTRATOS}{vendido().pk}/mandar_para_assinar/")[2]
    assert "Nenhum provedor de assinaturas está configurado" in texto(resposta, 409)
    assert "PLUGSIGN_TOKEN" in texto(navegador("TI", 1).get("/admin/provedores/estadoprovedor/"))


def test_documento_recusado_pelo_provedor_aparece_como_erro(plug: PlugSignFalsa) -> None:
    bia = navegador("operador", 1)
    plug.roteiro.append("422")
    resposta = confirmar(bia, f"{CONTRATOS}{vendido().pk}/mandar_para_assinar/")[2]
    assert "o provedor não aceitou" in texto(resposta, 409)
    assert "Com erro" in texto(bia.get(LISTA, {"atencao": "sim"}))
    assert [t.texto for t in tarefas(pessoa("operador", 1))] == ["Assinaturas recusadas ou com erro: 1"]


def test_cancelar_pela_pagina(plug: PlugSignFalsa) -> None:
    a = enviada()
    assert "Pedido cancelado" in texto(confirmar(navegador("gerente", 1), f"{LISTA}{a.pk}/cancelar/")[2])
    a.refresh_from_db()
    assert a.passo == Passo.CANCELADA and not plug.documentos


def test_quem_nao_pode_nao_manda_nem_abre_e_de_outra_filial_ninguem_ve(plug: PlugSignFalsa) -> None:
    a = enviada()
    caio = navegador("financeiro", 1)  # sees, and nothing else
    pagina = texto(caio.get(f"{LISTA}{a.pk}/change/"))
    assert "enviado.pdf" not in pagina and "Cancelar o pedido" not in pagina
    assert caio.get(f"{LISTA}{a.pk}/enviado.pdf").status_code == 403
    assert caio.get(f"{LISTA}{a.pk}/cancelar/", follow=True).status_code == 403
    contrato = Contratacao.objects.get()
    assert caio.get(f"{CONTRATOS}{contrato.pk}/contrato.pdf/", follow=True).status_code == 403
    assert navegador("fiscal", 1).get(LISTA).status_code == 403
    ana = navegador("gerente", 2)
    assert f"nº {a.pk}" not in texto(ana.get(LISTA))
    assert ana.get(f"{LISTA}{a.pk}/enviado.pdf").status_code in (302, 404)
    assert list(tarefas(pessoa("financeiro", 1))) == []


def test_lista_vazia_busca_e_filtros(plug: PlugSignFalsa) -> None:
    bia = navegador("operador", 1)
    texto(bia.get(LISTA))
    a = enviada()
    for busca in (str(a.pk), a.numero, a.numero.removeprefix("P"), a.id_provedor):
        assert f"nº {a.pk}" in texto(bia.get(LISTA, {"q": busca}))
    assert f"nº {a.pk}" not in texto(bia.get(LISTA, {"q": "nada"}))
    contrato = Contratacao.objects.get()
    for valor, aparece in (("nao", True), ("sim", False)):
        assert (f"{CONTRATOS}{contrato.pk}/change/" in texto(bia.get(CONTRATOS, {"assinado": valor}))) is aparece
