"""Comunicados that go out by a real mail server: what arrives, what is kept, what each refusal means."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.selectors import entregas
from erp.contatos.services import acompanhar, avisar, descadastrar
from filas.fila.servicos import reprocessar
from filas.models import Mensagem, Tentativa
from tests.erp.contatos.conftest import NovoCliente, aviso, mandar, por_na_fila
from tests.erp.elenco import pessoa
from tests.filas.fila.correio import Correio

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Comunicado.Situacao


def _unico() -> Comunicado:
    return Comunicado.objects.get()


def test_o_cliente_recebe_o_que_o_modelo_diz_e_a_entrega_fica_provada(
    modelo: ModeloMensagem, correio: Correio, novo_cliente: NovoCliente
) -> None:
    cliente = novo_cliente(email=" Maria@Exemplo.com.br; outra@exemplo.com.br")
    [comunicado] = por_na_fila(aviso("coisa:1", codigo_cliente=cliente.pk))
    assert (comunicado.situacao, comunicado.endereco) == (Situacao.NA_FILA, "maria@exemplo.com.br")

    assert mandar().com_sucesso == 1
    acompanhar()

    [carta] = correio.cartas
    assert correio.para == [["maria@exemplo.com.br"]]
    assert carta["Subject"] == "Sobre um café"
    assert carta["From"] == "Funerária Exemplo <avisos@exemplo.com.br>"
    assert carta["Message-ID"] == f"<{comunicado.token}@exemplo.com.br>"
    assert carta["Auto-Submitted"] == "auto-generated"
    texto = carta.get_body(("plain",))
    assert texto is not None and "Olá, MARIA DA SILVA: um café." in texto.get_content()
    comunicado.refresh_from_db()
    assert comunicado.situacao == Situacao.ENTREGUE
    assert (comunicado.assunto, comunicado.texto) == ("Sobre um café", "Olá, MARIA DA SILVA: um café.")
    prova = entregas(["coisa:1", "coisa:2"])["coisa:1"]
    assert (prova.canal, prova.endereco, prova.codigo_cliente) == ("email", "m***a@exemplo.com.br", cliente.pk)
    assert prova.token == comunicado.token
    assert prova.em == Mensagem.objects.get().terminada_em
    assert prova.retorno == "Aceita pelo servidor de e-mail: 250 OK"


def test_o_que_vem_de_fora_nao_quebra_cabecalho_nem_vira_html(
    modelo: ModeloMensagem, correio: Correio, novo_cliente: NovoCliente
) -> None:
    mau = 'um\r\nBcc: todos@exemplo.com.br\r\n\r\n<script>alert(1)</script> {{nome}} & "c"'
    cliente = novo_cliente(cliente_varejo="ANA <b>\u2028X-Mau: 1")
    por_na_fila(aviso("coisa:1", codigo_cliente=cliente.pk, dados={"coisa": mau}))

    assert mandar().com_sucesso == 1

    [carta] = correio.cartas
    assert correio.para == [["maria@exemplo.com.br"]]
    assert carta["Bcc"] is None and carta["X-Mau"] is None
    assert carta["Subject"].startswith("Sobre um Bcc: todos@exemplo.com.br <script>alert(1)</script> {{nome}}")
    html = carta.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content() and "<b>" not in html.get_content()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{nome}} &amp; &quot;c&quot;" in html.get_content()


def test_a_carta_traz_o_elo_de_descadastro_sem_dado_de_ninguem(modelo: ModeloMensagem, correio: Correio) -> None:
    [comunicado] = por_na_fila(aviso())
    mandar()

    [carta] = correio.cartas
    elo = str(carta["List-Unsubscribe"]).strip().strip("<>")
    assert elo.startswith(f"https://retaguarda.exemplo.com.br/contatos/descadastro/{comunicado.pk}.")
    assert carta["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "ana" not in elo
    for parte in ("plain", "html"):
        corpo = carta.get_body((parte,))
        assert corpo is not None and elo in corpo.get_content().replace("\n", "")


def test_sem_https_nao_promete_o_botao_de_um_clique(modelo: ModeloMensagem, correio: Correio, settings: Any) -> None:
    settings.RETAGUARDA_URL = "http://10.0.0.5:8000"
    por_na_fila(aviso())
    mandar()

    assert correio.cartas[0]["List-Unsubscribe"] is not None
    assert correio.cartas[0]["List-Unsubscribe-Post"] is None


def test_uma_conexao_serve_a_muitas_cartas_e_e_fechada_no_fim(modelo: ModeloMensagem, correio: Correio) -> None:
    por_na_fila(*(aviso(f"coisa:{n}") for n in range(40)))
    assert mandar().com_sucesso == 40

    assert len(correio.cartas) == 40
    assert 1 <= len(correio.sessoes) <= 4  # as many as the context sends at once


@pytest.mark.parametrize(
    ("resposta", "situacao", "causa"),
    [
        ("450 tente mais tarde", Mensagem.Situacao.PENDENTE, "SMTP_450"),
        ("554 5.6.0 nao gostei do texto", Mensagem.Situacao.ERRO, "CARTA_RECUSADA"),
        ("552 grande demais", Mensagem.Situacao.ERRO, "CARTA_RECUSADA"),
        ("421 fechando", Mensagem.Situacao.PENDENTE, "SMTP_421"),
    ],
)
def test_recusa_do_texto_e_definitiva_com_5xx_e_passageira_com_4xx(
    modelo: ModeloMensagem, correio: Correio, resposta: str, situacao: int, causa: str
) -> None:
    correio.recusar = resposta
    por_na_fila(aviso())

    mandar()
    acompanhar()

    mensagem = Mensagem.objects.get()
    assert (mensagem.situacao, mensagem.causa) == (situacao, causa)
    esperada = Situacao.FALHOU if situacao == Mensagem.Situacao.ERRO else Situacao.NA_FILA
    assert _unico().situacao == esperada
    assert correio.cartas == []


def test_destinatario_recusado_falha_com_o_endereco_mascarado_e_os_outros_vao(
    modelo: ModeloMensagem, correio: Correio
) -> None:
    correio.recusar_quem = {"ana@exemplo.com.br"}
    por_na_fila(aviso("coisa:1"), aviso("coisa:2", endereco="bia@exemplo.com.br"))

    mandar()
    acompanhar()

    falhou = Comunicado.objects.get(fato="coisa:1")
    assert (falhou.situacao, falhou.motivo) == (Situacao.FALHOU, "DESTINATARIO_RECUSADO")
    assert falhou.detalhe == "O servidor recusou o destinatário: 550 ninguem aqui com este nome"
    assert Comunicado.objects.get(fato="coisa:2").situacao == Situacao.ENTREGUE
    assert Mensagem.objects.get(chave=str(falhou.pk)).curl == ""
    assert list(entregas(["coisa:1", "coisa:2"])) == ["coisa:2"]


def test_a_resposta_do_servidor_guardada_nao_repete_o_endereco(modelo: ModeloMensagem, correio: Correio) -> None:
    correio.recusar = "554 <ana@exemplo.com.br> nao existe"
    por_na_fila(aviso())
    mandar()
    acompanhar()

    mensagem, tentativa = Mensagem.objects.get(), Tentativa.objects.get()
    for texto in (mensagem.mensagem, mensagem.retorno, tentativa.mensagem, tentativa.retorno, _unico().detalhe):
        assert "ana@exemplo" not in texto
        assert "a***@exemplo.com.br" in texto


def test_servidor_fora_do_ar_espera_sem_falhar(modelo: ModeloMensagem, correio: Correio) -> None:
    correio.controlador.stop()
    por_na_fila(aviso())

    mandar()
    acompanhar()

    mensagem = Mensagem.objects.get()
    assert (mensagem.situacao, mensagem.causa) == (Mensagem.Situacao.PENDENTE, "CONEXAO")
    assert _unico().situacao == Situacao.NA_FILA
    correio.voltar()
    _ja()
    assert mandar().com_sucesso == 1


def test_sem_servidor_configurado_as_mensagens_esperam_na_fila(
    modelo: ModeloMensagem, correio: Correio, settings: Any
) -> None:
    settings.CONTATOS_EMAIL_LIGADO = False
    por_na_fila(aviso())

    assert mandar().total == 0
    assert Mensagem.objects.get().situacao == Mensagem.Situacao.PENDENTE


def test_o_que_vai_de_novo_vai_com_o_mesmo_message_id(modelo: ModeloMensagem, correio: Correio) -> None:
    """The server took the letter and the line dropped before its answer: the next attempt is known for the same."""
    por_na_fila(aviso())
    correio.cair = 1

    mandar()
    assert Mensagem.objects.get().situacao == Mensagem.Situacao.PENDENTE
    assert "pode ter recebido" in Mensagem.objects.get().mensagem
    _ja()
    mandar()
    acompanhar()

    assert len(correio.cartas) == 2
    assert len({carta["Message-ID"] for carta in correio.cartas}) == 1
    assert _unico().situacao == Situacao.ENTREGUE


def test_quem_se_descadastra_com_a_mensagem_na_fila_nao_a_recebe(modelo: ModeloMensagem, correio: Correio) -> None:
    [comunicado] = por_na_fila(aviso())
    assert descadastrar(comunicado)

    feitas = mandar()
    acompanhar()

    assert (feitas.desistidas, correio.cartas) == (1, [])
    assert (_unico().situacao, _unico().motivo) == (Situacao.NAO_ENVIADO, "DESCADASTRADO")


def test_quem_se_descadastra_entre_duas_tentativas_nao_recebe_a_segunda(
    modelo: ModeloMensagem, correio: Correio
) -> None:
    correio.recusar = "450 tente mais tarde"
    [comunicado] = por_na_fila(aviso())
    mandar()
    correio.recusar = ""
    descadastrar(comunicado)
    _ja()

    mandar()
    acompanhar()

    assert correio.cartas == []
    assert _unico().motivo == "DESCADASTRADO"


def test_reprocessada_pela_fila_vai_com_o_cadastro_de_agora_e_o_que_foi_fica_guardado(
    modelo: ModeloMensagem, correio: Correio, novo_cliente: NovoCliente
) -> None:
    cliente = novo_cliente(email="errado@exemplo.com.br")
    correio.recusar_quem = {"errado@exemplo.com.br"}
    por_na_fila(aviso("coisa:1", codigo_cliente=cliente.pk))
    mandar()
    acompanhar()
    assert _unico().situacao == Situacao.FALHOU
    cliente.email = "certo@exemplo.com.br"
    cliente.save()
    ModeloMensagem.objects.update(corpo="Agora sim, {{nome}}: {{coisa}}.")

    reprocessar([Mensagem.objects.get().pk], usuario=pessoa("gerente"), motivo="corrigi o e-mail")
    acompanhar()
    assert _unico().situacao == Situacao.NA_FILA
    mandar()
    acompanhar()

    assert correio.para == [["certo@exemplo.com.br"]]
    ficou = _unico()
    assert (ficou.situacao, ficou.endereco) == (Situacao.ENTREGUE, "certo@exemplo.com.br")
    assert ficou.texto == "Agora sim, MARIA DA SILVA: um café."


def test_nada_pessoal_no_registro_do_sistema(
    modelo: ModeloMensagem, correio: Correio, capfd: pytest.CaptureFixture[str]
) -> None:
    correio.recusar_quem = {"ana@exemplo.com.br"}
    avisar([aviso("coisa:1", dados={"coisa": "o CPF 52998224725"})])
    por_na_fila()
    mandar()
    acompanhar()

    saida = "".join(capfd.readouterr())
    assert "ana@exemplo" not in saida and "52998224725" not in saida


def _ja() -> None:
    """The next attempt is due, and no pause of its own making stands."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wosk_queue SET proxima_tentativa_em = now() WHERE situacao = 0")
        cursor.execute("UPDATE wosk_queue_contexto SET falhas_seguidas = 0, pausado_ate = NULL")
