"""Messages over HTTP to Meta's stand-in: what goes out, every way to fail, and nothing twice."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

import pytest
from django.utils import timezone

from erp.contatos.models import Comunicado, ContatoWhatsapp, EnvioWhatsapp, ModeloMensagem
from erp.contatos.services import acompanhar, avisar, descadastrar_cliente, encaminhar
from erp.contatos.whatsapp.canal import PORTA
from erp.contatos.whatsapp.falso import WhatsappFalso, corpo_do_webhook
from erp.contatos.whatsapp.provedor import PROVEDOR
from erp.contatos.whatsapp.validacao import validar
from erp.provedores.models import ContagemProvedor, EstadoProvedor, WebhookRecebido
from erp.provedores.services import processar_pendentes
from filas.models import Mensagem, Tentativa
from tests.erp.contatos.conftest import aviso
from tests.erp.contatos.whatsapp.conftest import MINUTOS, Celular, contar, ja, mandar, por_na_fila, receber
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db
Situacao = Comunicado.Situacao


def _unico(canal: str = "whatsapp") -> Comunicado:
    return Comunicado.objects.get(canal=canal)


def test_o_modelo_vai_pelo_nome_com_os_campos_em_ordem_e_so_a_entrega_e_prova(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    comunicado = por_na_fila(celular("87654321"), dados={"coisa": "um  café\ncom\tleite"})
    assert mandar().com_sucesso == 1

    [m] = meta.mensagens
    assert m["to"] == "5531987654321" and m["biz_opaque_callback_data"] == str(comunicado.token)
    assert m["template"] == {
        "name": "aviso_de_teste", "language": {"code": "pt_BR"},
        "components": [{"type": "body", "parameters": [
            {"type": "text", "text": "MARIA DA SILVA"}, {"type": "text", "text": "um café com leite"},
        ]}],
    }  # fmt: skip
    assert _unico().situacao == Situacao.ENVIADO
    contar(meta, "delivered")
    assert _unico().situacao == Situacao.ENTREGUE
    [contagem] = ContagemProvedor.objects.filter(provedor="whatsapp")
    assert (contagem.chamadas, contagem.erros) == (1, 0)


def test_sem_configuracao_ou_com_o_modelo_desligado_o_lembrete_vai_por_email(
    na_meta: ModeloMensagem, celular: Celular, settings: Any
) -> None:
    assert not PROVEDOR.configurado()
    avisar([aviso("f:1", codigo_cliente=celular())])
    assert _unico("email").situacao == Situacao.PENDENTE


def test_quem_nao_tem_celular_que_sirva_recebe_por_email_e_o_fato_e_dito_uma_vez(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    com, sem = celular(), celular("123")
    for _ in range(2):
        avisar([aviso("f:1", codigo_cliente=com), aviso("f:2", codigo_cliente=sem)])
        ModeloMensagem.objects.filter(canal="whatsapp").update(ativo=False)  # the second time it would be e-mail
    assert dict(Comunicado.objects.values_list("fato", "canal")) == {"f:1": "whatsapp", "f:2": "email"}


def test_o_que_ja_foi_dito_por_email_antes_nao_e_dito_de_novo_por_whatsapp(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    codigo = celular()
    avisar([aviso("f:1", codigo_cliente=codigo, canal="email")])  # as every row was before there was a choice
    assert avisar([aviso("f:1", codigo_cliente=codigo)]).novos == 0
    assert _unico("email").situacao == Situacao.PENDENTE


@pytest.mark.parametrize(
    ("codigo", "motivo"),
    [(131026, "NUMERO_NAO_ENTREGA"), (131049, "LIMITE_DA_META"), (130472, "LIMITE_DA_META"), (131047, "FORA_DA_JANELA"),
     (131051, "RECUSADA_PELA_META")],
)  # fmt: skip
def test_o_que_nao_alcanca_a_pessoa_vai_por_email_uma_vez(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, codigo: int, motivo: str
) -> None:
    codigo_cliente = celular()
    validar()
    meta.codigos.append(codigo)
    por_na_fila(codigo_cliente)
    mandar()
    acompanhar()

    assert (_unico().situacao, _unico().motivo) == (Situacao.NAO_ENVIADO, motivo)
    assert _unico("email").situacao == Situacao.PENDENTE
    contato = ContatoWhatsapp.objects.get()
    assert contato.situacao == (2 if codigo == 131026 else 0)
    avisar(
        [aviso("f:2", codigo_cliente=codigo_cliente)]
    )  # the next goes by e-mail at once, if the number is the matter
    canal = "email" if motivo in ("NUMERO_NAO_ENTREGA", "LIMITE_DA_META") else "whatsapp"
    assert Comunicado.objects.get(fato="f:2").canal == canal


def test_quem_saiu_do_whatsapp_com_a_mensagem_na_fila_nao_a_recebe(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    codigo = celular()
    por_na_fila(codigo)
    descadastrar_cliente(codigo_cliente=codigo, canal_="whatsapp", motivo="pediu", usuario=pessoa("operador"))
    mandar()

    assert meta.mensagens == [] and _unico().motivo == "DESCADASTRADO"
    assert _unico("email").situacao == Situacao.PENDENTE  # what was refused is this channel


def test_no_silencio_espera(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, settings: Any
) -> None:  # fmt: skip
    por_na_fila(celular())
    settings.CONTATOS_SILENCIO = (time(0), time(23, 59, 59))
    mandar()
    assert meta.mensagens == [] and Mensagem.objects.get().causa == "SILENCIO"


def test_modelo_que_a_meta_nao_tem_fica_em_pausa_com_o_porque_e_os_outros_esperam(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    meta.codigos.append(132001)
    a, b = celular(), celular("911112222")
    por_na_fila(a, "f:1")
    mandar()
    na_meta.refresh_from_db()
    assert "132001" in na_meta.pausa
    assert Comunicado.objects.get(fato="f:1").situacao == Situacao.FALHOU
    avisar([aviso("f:2", codigo_cliente=b, canal="whatsapp"), aviso("f:3", codigo_cliente=b)])
    encaminhar(PORTA)
    espera = Comunicado.objects.get(fato="f:2")
    assert (espera.situacao, espera.motivo) == (Situacao.PENDENTE, "MODELO_EM_PAUSA")
    assert Comunicado.objects.get(fato="f:3").canal == "email"


@pytest.mark.parametrize("como", ["401", "190"])
def test_token_recusado_poe_o_provedor_em_pausa_e_nada_mais_sai_ate_alguem_retomar(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, como: str
) -> None:
    if como == "401":
        meta.roteiro.append("401")
    else:
        meta.codigos.append(190)
    por_na_fila(celular())
    mandar()

    estado = EstadoProvedor.objects.get(pk="whatsapp")
    assert estado.pausado_por == "retaguarda" and "token" in estado.motivo_da_pausa
    mensagem = Mensagem.objects.get()
    assert (mensagem.situacao, mensagem.causa) == (0, "CONTA_DO_WHATSAPP")
    meta.recusa = False
    ja(10)
    mandar()
    assert meta.mensagens == []
    EstadoProvedor.objects.update(pausado_por="")
    ja(10)
    assert mandar().com_sucesso == 1


@pytest.mark.parametrize("como", ["429", "130429"])
def test_calma_pedida_e_respeitada_por_todos_e_a_mensagem_vai_depois(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, como: str
) -> None:
    meta.roteiro.extend(["429"] if como == "429" else [])
    meta.codigos.extend([130429] if como == "130429" else [])
    por_na_fila(celular())
    mandar()

    assert Mensagem.objects.get().causa == "RITMO"
    assert EstadoProvedor.objects.get(pk="whatsapp").pausado_ate is not None
    [tentativa] = Tentativa.objects.all()
    assert (Mensagem.objects.get().proxima_tentativa_em - tentativa.iniciada_em).total_seconds() >= 29
    ja(10)
    assert mandar().com_sucesso == 1


def test_o_nosso_numero_limitado_por_denuncias_para_tudo_por_uma_hora(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    meta.codigos.append(131048)
    por_na_fila(celular())
    mandar()
    estado = EstadoProvedor.objects.get(pk="whatsapp")
    assert "131048" in estado.motivo_da_pausa and Mensagem.objects.get().causa == "LIMITE_DO_NUMERO"


@pytest.mark.parametrize("falha", ["500", "reset", "malformado"])
@pytest.mark.parametrize("contou", [True, False], ids=["a Meta contou", "a Meta calou"])
def test_em_duvida_espera_o_aviso_e_so_sem_ele_vai_de_novo(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, settings: Any, falha: str, contou: bool
) -> None:
    """The message was taken and its answer never came."""
    meta.depois.append(falha)
    por_na_fila(celular())
    mandar()
    mensagem = Mensagem.objects.get()
    assert (mensagem.situacao, mensagem.causa) == (0, "EM_DUVIDA") and len(meta.mensagens) == 1
    ja(10)
    mandar()  # too early: nobody knows yet
    assert len(meta.mensagens) == 1 and Mensagem.objects.get().causa == "EM_DUVIDA"
    if contou:
        contar(meta, "sent")
    else:
        settings.WHATSAPP_DUVIDA = settings.WHATSAPP_DUVIDA * 0
    ja(10)
    mandar()

    assert len(meta.mensagens) == (1 if contou else 2)
    assert (Mensagem.objects.get().situacao, _unico().situacao) == (2, Situacao.ENVIADO)
    assert len({m["biz_opaque_callback_data"] for m in meta.mensagens}) == 1


def test_em_duvida_nao_vai_de_novo_com_aviso_da_meta_ainda_por_ler(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, settings: Any
) -> None:
    """Whoever reads the webhooks is late: what Meta told in time is in the inbox."""
    meta.depois.append("500")
    por_na_fila(celular())
    mandar()
    receber(corpo_do_webhook(statuses=[meta.status(meta.mensagens[0], "delivered")]))
    settings.WHATSAPP_DUVIDA = settings.WHATSAPP_DUVIDA * 0  # its time is over
    WebhookRecebido.objects.update(recebido_em=timezone.now() - MINUTOS)
    ja(10)
    mandar()
    assert len(meta.mensagens) == 1 and Mensagem.objects.get().causa == "EM_DUVIDA"
    processar_pendentes("whatsapp")
    ja(10)
    mandar()
    assert len(meta.mensagens) == 1 and _unico().situacao == Situacao.ENTREGUE


def test_em_duvida_nao_passa_ao_email_antes_de_a_meta_ter_tempo_de_contar(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    """Between the doubt and the next attempt its person asked to leave: but it may have got there already."""
    codigo = celular()
    meta.depois.append("500")
    por_na_fila(codigo)
    mandar()
    descadastrar_cliente(codigo_cliente=codigo, canal_="whatsapp", motivo="pediu", usuario=pessoa("operador"))
    ja(10)
    mandar()
    contar(meta, "delivered")
    assert _unico().situacao == Situacao.ENTREGUE and not Comunicado.objects.filter(canal="email").exists()
    ja(10)
    mandar()
    assert len(meta.mensagens) == 1


def test_demora_demais_e_duvida_e_sem_conexao_nao_e(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, settings: Any
) -> None:
    settings.WHATSAPP_TEMPO_LIMITE = 0.3
    meta.depois.append("lento")
    por_na_fila(celular())
    mandar()
    assert Mensagem.objects.get().causa == "EM_DUVIDA"
    settings.WHATSAPP_URL = "http://127.0.0.1:1"
    por_na_fila(celular("911112222"), "f:2")
    mandar()
    assert Mensagem.objects.latest("id").causa == "CONEXAO"


def test_a_mesma_pessoa_recebe_uma_a_cada_seis_segundos_e_as_outras_nao_esperam(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular
) -> None:
    a, b = celular(), celular("911112222")
    avisar([aviso(f"f:{n}", codigo_cliente=a) for n in range(3)] + [aviso("f:9", codigo_cliente=b)])
    encaminhar(PORTA)
    assert mandar().com_sucesso == 2
    assert sorted(m["to"] for m in meta.mensagens) == ["5531911112222", "5531987654321"]
    esperas = sorted(
        (m.proxima_tentativa_em - t.iniciada_em).total_seconds()
        for m, t in [(m, Tentativa.objects.get(mensagem_id=m.pk)) for m in Mensagem.objects.filter(situacao=0)]
    )
    assert esperas[0] >= 6 and esperas[1] >= esperas[0] + 6
    ja()  # not six seconds later
    assert mandar().com_sucesso == 0
    ja(10)
    assert mandar().com_sucesso == 1


def test_nada_guardado_da_resposta_nem_do_registro_repete_o_telefone(
    meta: WhatsappFalso, na_meta: ModeloMensagem, celular: Celular, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    meta.codigos.append(131051)
    for n, numero in enumerate(("987654321", "911112222")):
        por_na_fila(celular(numero), f"f:{n}")
    mandar()
    guardado = json.dumps([
        list(Mensagem.objects.values_list("retorno", "mensagem", "curl")),
        list(Tentativa.objects.values_list("retorno", "mensagem", "curl")),
        list(EnvioWhatsapp.objects.values_list("mostra")),
    ])  # fmt: skip
    dito = guardado + caplog.text + "".join(capsys.readouterr())
    assert "87654321" not in dito and "11112222" not in dito


def test_testar_a_conexao_diz_de_quem_e_o_numero(meta: WhatsappFalso) -> None:
    assert "«Funerária Falsa»" in PROVEDOR.testar()
