"""Reprocessing and cancelling, one, selected and many: what goes back, what leaves, and what stays."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auditoria.models import Evento
from filas.fila import atos, massa
from filas.models import AcaoEmMassa, AtoDaFila, Mensagem
from tests.filas.admin.conftest import CONTEXTO, CPF, Vizinhos, conteudo, entrar, mensagem, pessoa

pytestmark = pytest.mark.django_db
Situacao = Mensagem.Situacao
MOTIVO = "cadastro corrigido"


def situacao(m: Mensagem) -> int:
    m.refresh_from_db()
    return m.situacao


def token_de(texto: str) -> str:
    achado = re.search(r'name="token" value="([^"]+)"', texto)
    assert achado
    return achado[1]


def confirmar(cliente: Client, endereco: str, **dados: Any) -> Any:
    """Open the confirmation page and send it."""
    texto = cliente.get(endereco).content.decode()
    return cliente.post(endereco, {"token": token_de(texto), "motivo": MOTIVO} | dados)


def em_massa(acao: str, **filtros: Any) -> str:
    consulta = "&".join(f"{k}={v}" for k, v in {"acao": acao, **filtros}.items())
    return f"{reverse('admin:filas_mensagem_em_massa')}?{consulta}"


def _eventos() -> dict[str, str]:
    """Of each message that somebody's act touched, what its event says of it."""
    eventos = Evento.objects.filter(objeto="filas.mensagem", motivo=MOTIVO).values_list("objeto_id", "depois")
    return {objeto_id: depois["situacao"] for objeto_id, depois in eventos if depois}


# The services


def test_volta_a_fila_com_o_cadastro_de_agora(vizinhos: Vizinhos) -> None:
    m = mensagem(tentativas=8)
    vizinhos.registros[CPF] = conteudo(RUA="DAS FLORES")
    feito = atos.reprocessar([m.pk], usuario=pessoa("ana"), motivo=MOTIVO)
    assert feito == atos.Feito(feitas=1)
    assert (situacao(m), m.causa, m.conteudo["RUA"]) == (Situacao.PENDENTE, "", "DAS FLORES")
    assert m.tentativas == m.tentativas_antes == 8  # all of its tries again
    assert AtoDaFila.objects.get().motivo == MOTIVO
    assert Evento.objects.get(acao="filas.mensagens_reprocessadas").objeto_id == str(m.pk)


@pytest.mark.usefixtures("vizinhos")
@pytest.mark.parametrize("nova", [Situacao.PENDENTE, Situacao.ENVIANDO, Situacao.SUCESSO])
def test_a_velha_sai_quando_ha_outra_mais_nova(nova: int) -> None:
    velha, mais_nova = mensagem(), mensagem(nova)
    assert atos.reprocessar([velha.pk], usuario=pessoa("ana"), motivo=MOTIVO) == atos.Feito(substituidas=1)
    assert situacao(velha) == Situacao.CANCELADA
    assert situacao(mais_nova) == nova


@pytest.mark.usefixtures("vizinhos")
def test_de_um_registro_so_a_ultima_volta_e_a_pendente_mais_velha_sai() -> None:
    pendente = mensagem(Situacao.PENDENTE)
    erros = [mensagem(), mensagem()]
    feito = atos.reprocessar([e.pk for e in erros], usuario=pessoa("ana"), motivo=MOTIVO)
    assert feito == atos.Feito(feitas=1, substituidas=1)
    assert [situacao(m) for m in (pendente, *erros)] == [3, 3, 0]
    assert _eventos() == {str(erros[0].pk): "Cancelada ou substituída", str(erros[1].pk): "Pendente"}


@pytest.mark.usefixtures("vizinhos")
def test_o_que_nao_esta_com_erro_fica_como_esta() -> None:
    outras = [mensagem(s, chave=f"C{s}") for s in (0, 1, 2, 3)]
    feito = atos.reprocessar([m.pk for m in outras], usuario=pessoa("ana"), motivo=MOTIVO)
    assert feito == atos.Feito(puladas=4)
    assert [situacao(m) for m in outras] == [0, 1, 2, 3]
    assert not Evento.objects.exists()


@pytest.mark.usefixtures("vizinhos")
def test_cancelar_tira_pendentes_e_erros_e_mais_nenhuma() -> None:
    todas = [mensagem(s, chave=f"C{s}") for s in Situacao]
    feito = atos.cancelar([m.pk for m in todas], usuario=pessoa("ana"), motivo=MOTIVO)
    assert feito == atos.Feito(feitas=2, puladas=3)
    assert [situacao(m) for m in todas] == [3, 1, 2, 3, 3]
    assert _eventos() == {str(m.pk): "Cancelada ou substituída" for m in (todas[0], todas[4])}


# By cause, in bulk


def test_exatamente_as_de_uma_causa_voltam(ana: Client, vizinhos: Vizinhos) -> None:
    sem_rua = [mensagem(chave=f"C{n}") for n in range(5)]
    outras = [mensagem(chave="X", causa="HTTP_422"), mensagem(Situacao.PENDENTE, chave="Y")]
    vizinhos.registros = {m.chave: conteudo(m.chave, RUA="A" if m.chave != "C0" else "") for m in sem_rua}
    endereco = em_massa("reprocessar", causa=f"{CONTEXTO}:SEM_RUA")
    texto = ana.get(endereco).content.decode()
    assert "5 mensagens com este erro" in texto and "Reprocessar estas 5 mensagens" in texto
    assert "podem ser enviadas" in texto and "continuam sem poder ir: Sem a rua" in texto and "Informar a rua" in texto
    resposta = confirmar(ana, endereco)
    assert {situacao(m) for m in sem_rua} == {Situacao.PENDENTE}
    assert [situacao(m) for m in outras] == [Situacao.ERRO, Situacao.PENDENTE]
    pedida = AcaoEmMassa.objects.get()
    assert resposta.url == reverse("admin:filas_acaoemmassa_change", args=[pedida.pk])
    assert "5 mensagens voltaram à fila" in ana.get(resposta.url).content.decode()


@pytest.mark.usefixtures("vizinhos")
def test_dois_cliques_fazem_uma_vez_e_levam_ao_mesmo_lugar(ana: Client) -> None:
    mensagem()
    endereco = em_massa("reprocessar", causa=f"{CONTEXTO}:SEM_RUA")
    dados = {"token": token_de(ana.get(endereco).content.decode()), "motivo": MOTIVO}
    primeira, segunda = ana.post(endereco, dados), ana.post(endereco, dados)
    assert primeira.headers["Location"] == segunda.headers["Location"]
    assert AcaoEmMassa.objects.count() == AtoDaFila.objects.count() == 1


@pytest.mark.usefixtures("vizinhos")
def test_o_que_falhou_depois_de_a_pagina_abrir_nao_vai_junto(ana: Client) -> None:
    velha, de_novo = mensagem(chave="A"), mensagem(chave="0")
    endereco = em_massa("reprocessar", causa=f"{CONTEXTO}:SEM_RUA")
    token = token_de(ana.get(endereco).content.decode())
    nova = mensagem(chave="B")
    Mensagem.objects.filter(pk=de_novo.pk).update(erro_em=timezone.now() + timedelta(minutes=1))
    ana.post(endereco, {"token": token, "motivo": MOTIVO})
    assert [situacao(m) for m in (velha, nova, de_novo)] == [0, 4, 4]


@pytest.mark.usefixtures("vizinhos")
def test_cancelar_as_pendentes_de_um_filtro(ana: Client) -> None:
    pendente, erro = mensagem(Situacao.PENDENTE, chave="A"), mensagem(chave="B")
    confirmar(ana, em_massa("cancelar", situacao=0))
    assert [situacao(m) for m in (pendente, erro)] == [3, 4]


@pytest.mark.usefixtures("vizinhos")
@pytest.mark.parametrize(("idade", "sai"), [("mais-1d", "velha"), ("ate-1h", "nova")])
def test_por_idade_vao_so_as_que_a_lista_mostra(ana: Client, idade: str, sai: str) -> None:
    """Neighbours of the moment, which the range of ids has too, are not of the filter."""
    idades = {"velha": 25 * 60, "quase velha": 24 * 60 - 5, "quase nova": 65, "nova": 55}  # minutes
    feitas = {nome: mensagem(Situacao.PENDENTE, chave=nome) for nome in idades}
    for nome, minutos in idades.items():
        criada_em = timezone.now() - timedelta(minutes=minutos)
        Mensagem.objects.filter(pk=feitas[nome].pk).update(criada_em=criada_em)
    confirmar(ana, em_massa("cancelar", situacao=0, idade=idade))
    assert {nome for nome, m in feitas.items() if situacao(m) == Situacao.CANCELADA} == {sai}


@pytest.mark.usefixtures("vizinhos")
def test_sem_motivo_nada_se_faz(ana: Client) -> None:
    m = mensagem()
    resposta = confirmar(ana, em_massa("cancelar", situacao=4), motivo="")
    assert "Escreva o motivo" in resposta.content.decode()
    assert situacao(m) == Situacao.ERRO


@pytest.mark.usefixtures("vizinhos")
def test_muitas_seguem_sozinhas_de_onde_pararam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(massa, "LOTE", 3)
    todas = [mensagem(chave=f"C{n}") for n in range(8)]
    criterio = massa.Criterio(4, CONTEXTO, "SEM_RUA", ate_id=todas[-1].pk)
    pedida = massa.pedir(
        acao=massa.Acao.REPROCESSAR, criterio=criterio, descricao="sem rua", motivo=MOTIVO, usuario=pessoa("ana")
    )
    assert (pedida.total, pedida.feitas, pedida.terminada_em) == (8, 3, None)
    assert massa.trabalhar() == 5
    pedida.refresh_from_db()
    assert (pedida.feitas, pedida.puladas) == (8, 0) and pedida.terminada_em
    assert massa.trabalhar() == 0


@pytest.mark.usefixtures("vizinhos")
def test_parar_deixa_o_resto_como_esta(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(massa, "LOTE", 3)
    todas = [mensagem(chave=f"C{n}") for n in range(8)]
    pedida = massa.pedir(
        acao=massa.Acao.CANCELAR, criterio=massa.Criterio(4, ate_id=todas[-1].pk), descricao="erros", motivo=MOTIVO,
        usuario=pessoa("ana"),
    )  # fmt: skip
    parar = reverse("admin:filas_acaoemmassa_parar", args=[pedida.pk])
    pagina = reverse("admin:filas_acaoemmassa_change", args=[pedida.pk])
    assert "Em andamento: 3 de 8 mensagens." in ana.get(pagina).content.decode()
    ana.post(parar)
    ana.post(parar)
    assert massa.trabalhar() == 0
    assert Mensagem.objects.filter(situacao=4).count() == 5
    assert "Parada por ana: 3 de 8 mensagens." in ana.get(pagina).content.decode()


# One and selected, at the screen


@pytest.mark.usefixtures("vizinhos")
def test_reprocessar_uma_pela_pagina_dela(ana: Client) -> None:
    m = mensagem()
    endereco = reverse("admin:filas_mensagem_reprocessar", args=[m.pk])
    resposta = confirmar(ana, endereco)
    assert resposta.url == reverse("admin:filas_mensagem_change", args=[m.pk])
    assert situacao(m) == Situacao.PENDENTE
    assert "1 mensagem de volta à fila" in ana.get(resposta.url).content.decode()


@pytest.mark.usefixtures("vizinhos")
def test_cancelar_as_marcadas(ana: Client) -> None:
    duas = [mensagem(chave="A"), mensagem(Situacao.SUCESSO, chave="B")]
    lista, marcadas = "/admin/filas/mensagem/", [m.pk for m in duas]
    texto = ana.post(lista, {"action": "cancelar", "_selected_action": marcadas}).content.decode()
    assert "1 sai da fila e não será enviada; 1 já saiu" in texto
    ana.post(lista, {"action": "cancelar", "_selected_action": marcadas, "token": token_de(texto), "motivo": MOTIVO})
    assert [situacao(m) for m in duas] == [3, 2]


@pytest.mark.usefixtures("vizinhos")
@pytest.mark.parametrize(
    ("grupo", "reprocessa", "cancela"),
    [("operador", True, False), ("gerente", True, True), ("TI", True, True), ("auditor", False, False)],
)
def test_cada_grupo_faz_o_que_pode(grupo: str, reprocessa: bool, cancela: bool) -> None:
    m = mensagem()
    cliente = entrar(grupo, nome=grupo)
    texto = cliente.get(reverse("admin:filas_mensagem_change", args=[m.pk])).content.decode()
    for acao, pode in (("reprocessar", reprocessa), ("cancelar", cancela)):
        url = reverse(f"admin:filas_mensagem_{acao}", args=[m.pk])
        assert (url in texto) is pode
        assert cliente.get(url).status_code == (200 if pode else 403)
        assert cliente.get(em_massa(acao, causa=f"{CONTEXTO}:SEM_RUA")).status_code == (200 if pode else 403)
