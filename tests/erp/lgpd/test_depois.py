"""Who was forgotten and comes back is a new relation; what goes on by itself tells nothing of who was forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from auditoria.services import ATOR_SISTEMA
from clientes.models import Cliente, Etiqueta, Pendente, RegistroRecebido
from clientes.monitor import CONTEXTO
from clientes.monitor.services import varrer
from erp.acesso.services import criar_chave, esquecer_autenticacoes
from erp.contatos.canais import canais
from erp.contatos.decisao import Parar, decidir, ler_situacao
from erp.contatos.models import Comunicado, ModeloMensagem
from erp.lgpd.models import Anonimizacao
from erp.lgpd.pessoa import procurar
from erp.lgpd.services import Impedida, prever
from filas.models import Mensagem
from pdv.tabelas import Especie
from tests.clientes.webservice.conftest import CAMINHO
from tests.erp.elenco import CPF
from tests.erp.lgpd.elenco import NOME, com_tudo, esquecer
from tests.pdv.elenco import Elenco, Pago, estagiar_completa, montar_elenco

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loja() -> Elenco:
    return montar_elenco()


def mandar(**campos: Any) -> dict[str, Any]:
    esquecer_autenticacoes()
    chave = criar_chave(nome="Loja", escopos=["clientes"], ator=ATOR_SISTEMA)[1]
    corpo = {
        "key": chave, "CLIENTE_VAREJO": NOME, "FILIAL": "LOJA 1", "PF_PJ": "1", "ESTRANGEIRO": "0", "CPF_CGC": CPF,
        **campos,
    }  # fmt: skip
    resposta = Client().post(CAMINHO, json.dumps(corpo), content_type="application/json")
    assert resposta.status_code == 200, resposta.content
    dados: dict[str, Any] = resposta.json()
    return dados


def test_a_venda_que_chega_depois_e_uma_relacao_nova_e_impede_ate_ser_processada(loja):
    com_tudo()
    recibo = esquecer()
    estagiar_completa(loja.pdv, Especie.VENDA, pagos=[Pago(1, "10.00")], cpf_cnpj_consumidor=CPF)
    assert Cliente.objects.get().cliente_varejo == "Cliente anonimizado"  # the old one is told nothing
    assert [p.linhas for p in prever(procurar(CPF)).ficam if p.nome == "pdv.operacoes"] == [1]
    with pytest.raises(Impedida, match="ainda não foi processada"):
        esquecer()
    assert Anonimizacao.objects.get() == recibo


def test_o_webservice_que_manda_de_novo_faz_um_cliente_novo_tambem_com_o_mesmo_event_id():
    mandar(eventId="e-7")
    esquecer()
    antigo = Cliente.objects.get().pk
    mandar(eventId="e-7")
    novo = Cliente.objects.get(documento=CPF)
    assert (novo.pk, novo.cliente_varejo, novo.anonimizado_em) == (CPF, NOME, None)
    assert Cliente.objects.get(pk=antigo).cliente_varejo == "Cliente anonimizado"
    assert RegistroRecebido.objects.filter(resultado=1).count() == 2
    assert esquecer().mudou and Anonimizacao.objects.count() == 2


def test_o_monitor_nada_diz_a_plataforma_do_cliente_esquecido():
    com_tudo()
    esquecer()
    antes = Mensagem.objects.filter(contexto=CONTEXTO).count()
    varrer(por=ATOR_SISTEMA)
    assert Mensagem.objects.filter(contexto=CONTEXTO).count() == antes and not Pendente.objects.exists()


def test_um_aviso_ao_cliente_esquecido_nao_sai_por_canal_nenhum():
    com_tudo("000123")
    esquecer()
    assert not Etiqueta.objects.exists()
    for porta in canais():
        ModeloMensagem.objects.create(
            codigo="aberto", canal=porta.codigo, assunto="a", corpo="b", nome_externo="aberto"
        )
        novo = Comunicado.objects.create(
            fato=f"novo:{porta.codigo}", canal=porta.codigo, modelo="aberto", codigo_cliente="000123"
        )
        decisao = decidir(novo, ler_situacao(porta, [novo], timezone.now()))
        assert isinstance(decisao, Parar) and decisao.motivo == "SEM_ENDERECO"
