from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from auditoria.models import Evento
from clientes.models import Cliente
from erp.visitas.models import ArquivoRota, MudancaVisita, Visita
from tests.busca import procurar
from tests.erp.elenco import empresa, filial, hoje, navegador
from tests.erp.visitas.elenco import colaborador, rodar, visita
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
VISITAS, ROTAS = "/admin/visitas/visita/", "/admin/visitas/arquivorota/"
S = Visita.Situacao


@pytest.fixture(autouse=True)
def _empresa(db: None, tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    empresa()
    yield
    verificar_tudo()


def texto(resposta: Any) -> str:
    return str(resposta.content.decode())


def agir(quem: Client, endereco: str, **campos: str) -> Any:
    achado = re.search(r'name="token" value="([^"]+)"', texto(quem.get(endereco)))
    assert achado
    return quem.post(
        endereco, {"token": achado[1], "recalcular": "", "motivo": "pedido da família", **campos}, follow=True
    )


def pedido(**campos: str) -> dict[str, Any]:
    return {
        "filial": filial().pk, "cliente": "", "solicitante": "Maria", "telefone": "", "motivo": "vistoria", "hora": "",
        "endereco": "Rua A, 1", "complemento": "", "posicao": "", "colaborador": "", "dia": "", **campos,
    }  # fmt: skip


@pytest.mark.parametrize("grupo", ["operador", "gerente", "financeiro", "auditor"])
def test_paginas_abrem_e_so_mostram_a_filial_de_quem_olha(grupo: str) -> None:
    for loja in (1, 2):
        visita(colaborador(filial=filial(loja)), filial=filial(loja), solicitante=f"Da loja {loja}")
    rodar()
    alguem = navegador(grupo, 1)
    for lista in (VISITAS, ROTAS):
        elos = set(re.findall(rf'href="({lista}\d+/change/)', texto(alguem.get(lista))))
        assert len(elos) == (2 if grupo == "auditor" else 1)
        assert all(alguem.get(elo).status_code == 200 for elo in elos)
    assert navegador("TI", 1).get(VISITAS).status_code == 403


def test_pedir_so_guarda_e_com_quem_vai_ja_fica_marcada() -> None:
    bia, rita = navegador("operador", 1), colaborador("Rita Rodrigues")
    bia.post(f"{VISITAS}add/", pedido())
    amanha = hoje() + timedelta(days=1)
    bia.post(
        f"{VISITAS}add/",
        pedido(colaborador="rita rod", dia=f"{amanha:%d/%m/%Y}", hora="14:30", posicao="-19.9129981, -43.94"),
    )
    so_pedida, marcada = Visita.objects.order_by("pk")
    assert (so_pedida.situacao, so_pedida.colaborador, so_pedida.latitude) == (S.PEDIDA, None, None)
    assert (marcada.situacao, marcada.colaborador, marcada.dia, marcada.hora) == (S.MARCADA, rita, amanha, time(14, 30))
    assert f"{marcada.latitude} {marcada.longitude}" == "-19.912998 -43.940000"
    assert [m.para for m in MudancaVisita.objects.order_by("pk")] == [S.PEDIDA, S.MARCADA]


def test_cliente_sem_endereco_pede_o_endereco() -> None:
    Cliente.objects.create(codigo_cliente="C8", cliente_varejo="JOANA", filial="Matriz")
    quem = navegador("operador", 1)
    recusada = quem.post(f"{VISITAS}add/", pedido(cliente="C8", solicitante="", endereco=""))
    assert recusada.status_code == 200 and "não tem endereço: escreva-o aqui" in texto(recusada)
    assert not Visita.objects.exists()
    quem.post(f"{VISITAS}add/", pedido(cliente="C8", solicitante=""))
    assert Visita.objects.get().solicitante == "JOANA"


def test_do_cliente_vem_o_que_ficou_em_branco() -> None:
    Cliente.objects.create(
        codigo_cliente="C9", cliente_varejo="JOANA", filial="Matriz", tipo_logradouro="RUA", endereco="DAS FLORES", numero="7",
        bairro="CENTRO", cidade="CONTAGEM", uf="MG", ddd_celular="31", celular="999990000", complemento="FUNDOS",
    )  # fmt: skip
    navegador("operador", 1).post(
        f"{VISITAS}add/", pedido(cliente="C9", solicitante="", endereco="", telefone="31 3333")
    )
    v = Visita.objects.get()
    assert (v.solicitante, v.telefone, v.complemento) == ("JOANA", "31 3333", "FUNDOS")
    assert v.endereco == "RUA DAS FLORES, 7, CENTRO, CONTAGEM, MG"


@pytest.mark.parametrize(
    ("campos", "razao"),
    [
        ({"solicitante": ""}, "Escreva, ou escolha o cliente"),
        ({"endereco": " "}, "Escreva, ou escolha o cliente"),
        ({"dia": "31/12/2099"}, "Diga quem vai e em que dia"),
        ({"posicao": "perto da praça"}, "Não é uma posição"),
        ({"posicao": "-95, 10"}, "A latitude vai de -90 a 90"),
        ({"colaborador": "ninguem", "dia": "31/12/2099"}, "Não há colaborador"),
        ({"colaborador": "rita", "dia": "31/12/2099"}, "Há mais de um"),
        ({"colaborador": "davi", "dia": "01/01/2020"}, "já passou"),
        ({"colaborador": "davi", "dia": "31/12/2099"}, "não trabalha aqui"),
    ],
)
def test_pedido_errado_volta_com_a_razao(campos: dict[str, str], razao: str) -> None:
    colaborador("Rita Um"), colaborador("Rita Dois"), colaborador("Davi", desligamento=date(2098, 1, 1))
    resposta = navegador("operador", 1).post(f"{VISITAS}add/", pedido(**campos))
    assert resposta.status_code == 200 and razao in texto(resposta)
    assert not Visita.objects.exists()


def test_cada_passo_e_uma_linha_e_so_cabe_o_que_cabe() -> None:
    davi = colaborador("Davi")
    v = visita()
    bia, pagina = navegador("operador", 1), f"{VISITAS}{v.pk}/"
    assert "Realizada" not in texto(bia.get(f"{pagina}change/")).split("Histórico")[0].split("Marcar")[-1]
    resposta = agir(bia, f"{pagina}marcar/", colaborador=davi.matricula, dia=f"{hoje():%Y-%m-%d}", hora="09:00")
    assert "1 visita marcada." in texto(resposta) and "Davi" in texto(resposta)
    agir(bia, f"{pagina}nao_realizada/")
    assert "está não realizada: não pode ficar realizada" in texto(agir(bia, f"{pagina}realizada/"))
    agir(bia, f"{pagina}marcar/", colaborador=davi.matricula, dia=f"{hoje() + timedelta(days=1):%Y-%m-%d}", hora="")
    agir(bia, f"{pagina}realizada/")
    passos = MudancaVisita.objects.order_by("pk").values_list("de", "para", "por", "motivo")
    assert [(de, para) for de, para, _, _ in passos] == [(None, 0), (0, 1), (1, 3), (3, 1), (1, 2)]
    assert set(passos.values_list("por", flat=True)) == {"usuario:bia"}
    assert Evento.objects.filter(acao="visitas.visita_mudada", objeto_id=str(v.pk)).count() == 5


def test_marcar_varias_da_lista() -> None:
    davi = colaborador("Davi")
    visitas = [visita(), visita(), visita()]
    bia = navegador("operador", 1)
    lista = {"action": "marcar", "_selected_action": [str(v.pk) for v in visitas]}
    token = re.search(r'name="token" value="([^"]+)"', texto(bia.post(VISITAS, lista)))
    assert token
    envio = {
        "colaborador": davi.matricula,
        "dia": f"{hoje():%Y-%m-%d}",
        "hora": "",
        "motivo": "mutirão",
        "recalcular": "",
    }
    resposta = bia.post(VISITAS, {**lista, **envio, "token": token[1]}, follow=True)
    assert "3 visitas marcadas." in texto(resposta)
    assert Visita.objects.filter(situacao=S.MARCADA, colaborador=davi).count() == 3


def test_editar_nao_muda_quem_vai_nem_desfaz_o_que_outro_fez() -> None:
    davi = colaborador("Davi")
    v = visita(davi)
    bia = navegador("operador", 1)
    assert texto(bia.get(f"{VISITAS}{v.pk}/change/")).count('name="colaborador"') == 0
    dados = pedido(motivo="outra coisa", posicao="-19.9,-43.9", colaborador="", dia="")
    bia.post(f"{VISITAS}{v.pk}/change/", dados)
    v.refresh_from_db()
    assert (v.motivo, v.colaborador, v.dia, v.situacao) == ("outra coisa", davi, hoje(), S.MARCADA)
    assert v.latitude is not None


@pytest.mark.parametrize(
    ("termo", "acha"), [("maria", True), ("rua a", True), ("josé", False), ("999999", False), ("'; drop", False)]
)
def test_busca(termo: str, acha: bool) -> None:
    v = visita()
    assert (f"{VISITAS}{v.pk}/change/" in texto(navegador("operador", 1).get(VISITAS, {"q": termo}))) is acha
    assert f"{VISITAS}{v.pk}/change/" in texto(navegador("operador", 1).get(VISITAS, {"q": str(v.pk)}))


def test_filtros_de_hoje_sem_dia_e_do_colaborador() -> None:
    davi = colaborador("Davi")
    de_hoje, sem_dia = visita(davi), visita()
    bia = navegador("operador", 1)
    for filtro, achada in (
        ({"quando": "hoje"}, de_hoje), ({"quando": "sem"}, sem_dia), ({"colaborador": davi.matricula}, de_hoje),
        ({"situacao__exact": "0"}, sem_dia),
    ):  # fmt: skip
        elos = set(re.findall(rf"{VISITAS}(\d+)/change/", texto(bia.get(VISITAS, filtro))))
        assert elos == {str(achada.pk)}, filtro
    assert not re.findall(rf"{VISITAS}(\d+)/change/", texto(bia.get(VISITAS, {"quando": "amanha"})))


def test_baixar_pede_permissao_fica_na_auditoria_e_entrega_o_que_foi_escrito() -> None:
    visita(colaborador("Rita"), solicitante="José & filhos")
    rodar()
    rota = ArquivoRota.objects.get()
    endereco = f"{ROTAS}{rota.pk}/baixar/"
    for grupo in ("operador", "financeiro", "auditor"):
        assert navegador(grupo, 1).get(endereco).status_code == 403
        assert endereco not in texto(navegador(grupo, 1).get(ROTAS))
    ana = navegador("gerente", 1)
    assert endereco in texto(ana.get(ROTAS))
    resposta = ana.get(endereco)
    assert resposta.content.startswith(b"\xef\xbb\xbf") and "José & filhos" in texto(resposta)
    assert resposta["Content-Disposition"] == f'attachment; filename="rota-{hoje()}-{rota.colaborador_id}-v1.csv"'
    evento = Evento.objects.get(acao="visitas.rota_baixada")
    assert (evento.ator, evento.objeto_id) == ("ana", str(rota.pk)) and "José" not in str(evento.depois)
    assert navegador("gerente", 1).get(f"{ROTAS}{rota.pk + 1}/baixar/").status_code == 404


def test_gerente_de_outra_filial_nao_baixa() -> None:
    visita(colaborador(filial=filial(2)), filial=filial(2))
    rodar()
    assert navegador("gerente", 1).get(f"{ROTAS}{ArquivoRota.objects.get().pk}/baixar/").status_code == 404
    assert not Evento.objects.filter(acao="visitas.rota_baixada").exists()


def test_arquivo_perdido_avisa_em_vez_de_falhar() -> None:
    visita(colaborador())
    rodar()
    rota = ArquivoRota.objects.get()
    default_storage.delete(rota.arquivo)
    resposta = navegador("gerente", 1).get(f"{ROTAS}{rota.pk}/baixar/", follow=True)
    assert "não está mais guardado" in texto(resposta) and resposta.status_code == 200
    assert not Evento.objects.filter(acao="visitas.rota_baixada").exists()


def test_lista_de_rotas_diz_qual_versao_vale() -> None:
    davi = colaborador("Davi")
    visita(davi)
    rodar()
    visita(davi)
    rodar()
    pagina = texto(procurar(navegador("gerente", 1), ROTAS, "davi"))
    assert "2ª, a que vale" in pagina and "1ª, já refeita" in pagina
