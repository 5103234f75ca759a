"""The pages: who sees what, of which filial; what they show; what acts, acts once."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from auditoria.models import Evento
from erp.cadastros.models import Filial
from erp.colaboradores.fusos import BRASILIA
from erp.colaboradores.models import Colaborador, Escala, EscalaColaborador, ImportacaoMarcacoes, Marcacao, Tratamento
from erp.colaboradores.services.geracao import gerar_dia
from tests.busca import procurar
from tests.erp.acesso.elenco import leituras
from tests.erp.colaboradores import afd
from tests.erp.colaboradores.elenco import (
    SEGUNDA,
    as_,
    colaborador,
    comercial,
    filial,
    folha,
    marcar,
    na_escala,
    relogio,
)
from tests.erp.elenco import navegador, superusuario

pytestmark = pytest.mark.django_db
UM_DIA = timedelta(days=1)
BASE = "/admin/colaboradores"
LISTAS = ("colaborador", "escala", "relogio", "marcacao", "importacaomarcacoes", "tratamento", "folhadia")


@pytest.fixture
def maria() -> Colaborador:
    pessoa = na_escala(colaborador("Maria <b>da Silva</b>", cpf="52998224725"))
    marcar(pessoa, SEGUNDA, "08:00", "12:00", "13:00")
    gerar_dia(SEGUNDA)
    gerar_dia(SEGUNDA + UM_DIA)
    return pessoa


def dia(pessoa: Colaborador, quando: Any = SEGUNDA) -> str:
    return f"{BASE}/colaborador/{pessoa.pk}/dia/{quando.year}/{quando.month}/{quando.day}/"


def espelho(pessoa: Colaborador, fim: str = "/") -> str:
    return f"{BASE}/colaborador/{pessoa.pk}/espelho{fim}?mes=2026-11"


def token(pagina: Any) -> str:
    achado = re.search(r'name="token" value="([^"]+)"', pagina.content.decode())
    assert achado
    return achado[1]


def tratar(cliente: Client, endereco: str, tipo: str, **campos: str) -> Any:
    envio = {
        "tipo": tipo,
        "motivo": "assim está escrito",
        "token": token(cliente.get(f"{endereco}?tipo={tipo}")),
        **campos,
    }
    return cliente.post(endereco, envio, follow=True)


@pytest.mark.parametrize("lista", LISTAS)
def test_gerente_e_auditor_veem_tudo_e_operador_so_os_colaboradores(lista: str, maria: Colaborador) -> None:
    for grupo in ("gerente", "auditor"):
        assert navegador(grupo, 1).get(f"{BASE}/{lista}/").status_code == 200
    assert navegador("operador", 1).get(f"{BASE}/{lista}/").status_code == (200 if lista == "colaborador" else 403)


@pytest.mark.parametrize("lista", ("marcacao", "tratamento", "folhadia"))
@pytest.mark.parametrize("procurado", ["maria silva", "529.982.247-25"])
@time_machine.travel(datetime.combine(SEGUNDA + 2 * UM_DIA, time(12), BRASILIA))  # the lists begin a month ago
def test_o_que_e_de_alguem_se_procura_pelo_nome_ou_cpf(lista: str, procurado: str, maria: Colaborador) -> None:
    outra = na_escala(colaborador("Zulmira Prates", cpf="39053344705"))
    marcar(outra, SEGUNDA, "08:00")
    gerar_dia(SEGUNDA)
    gerar_dia(SEGUNDA + UM_DIA)

    texto = procurar(navegador("gerente", 1), f"{BASE}/{lista}/", procurado).content.decode()
    assert "Maria" in texto and "Zulmira" not in texto
    assert "Zulmira" in navegador("gerente", 1).get(f"{BASE}/{lista}/").content.decode()


@pytest.mark.parametrize(("grupo", "ve"), [("gerente", 200), ("auditor", 200), ("operador", 403), ("TI", 403)])
def test_espelho_dia_e_planilha_sao_de_quem_ve_as_folhas(grupo: str, ve: int, maria: Colaborador) -> None:
    cliente = navegador(grupo, 1)
    assert {cliente.get(e).status_code for e in (espelho(maria), espelho(maria, ".csv"), dia(maria))} == {ve}
    lista = cliente.get(f"{BASE}/colaborador/").content.decode()
    assert ("Ver o mês" in lista) is (ve == 200)


def test_de_outra_filial_nada_se_ve(maria: Colaborador) -> None:
    Filial.objects.create(codigo=2, nome="Longe")
    cliente = navegador("gerente", 2)
    assert {cliente.get(e).status_code for e in (espelho(maria), dia(maria))} == {404}
    for lista in ("colaborador", "marcacao", "tratamento", "folhadia"):
        assert (
            "Maria" not in cliente.get(f"{BASE}/{lista}/?dia_from=01/11/2026&momento_from=01/11/2026").content.decode()
        )


def test_o_mes_mostra_as_marcas_os_totais_e_o_que_espera_e_escapa_o_nome(maria: Colaborador) -> None:
    texto = navegador("gerente", 1).get(espelho(maria)).content.decode()
    assert [objeto for _, objeto, _ in leituras()] == ["colaboradores.Colaborador"]
    assert "<b>da Silva</b>" not in texto and "&lt;b&gt;da Silva" in texto
    assert "08:00" in texto and "2 dias esperam por alguém" in texto
    assert "Falta uma marcação" in texto and "A tratar: ausência" in texto
    assert "16:00" in texto  # expected of two days


def test_mes_ilegivel_e_o_de_agora_e_sem_folhas_diz_quando_sao_feitas(maria: Colaborador) -> None:
    cliente = navegador("gerente", 1)
    for pedido in ("xx", "2026-13", "9999999-1", "", "0001-01"):
        assert cliente.get(f"{BASE}/colaborador/{maria.pk}/espelho/?mes={pedido}").status_code == 200
    assert (
        "Nenhuma folha neste mês" in cliente.get(f"{BASE}/colaborador/{maria.pk}/espelho/?mes=2025-01").content.decode()
    )


def test_dia_que_nao_existe_e_404(maria: Colaborador) -> None:
    assert navegador("gerente", 1).get(f"{BASE}/colaborador/{maria.pk}/dia/2026/2/30/").status_code == 404


def test_planilha_tem_um_dia_por_linha_os_totais_e_nenhuma_formula(maria: Colaborador) -> None:
    Colaborador.objects.filter(pk=maria.pk).update(nome="=cmd()")
    resposta: Any = navegador("gerente", 1).get(espelho(maria, ".csv"))
    texto = b"".join(resposta.streaming_content).decode("utf-8")
    assert texto.startswith("\ufeff")
    linhas = list(csv.DictReader(io.StringIO(texto[1:]), delimiter=";"))
    assert len(linhas) == 31
    assert linhas[8]["marcacoes"] == "08:00 12:00 13:00" and linhas[8]["falta"] == "4:00"
    assert (linhas[-1]["dia"], linhas[-1]["previsto"], linhas[-1]["trabalhado"]) == ("total", "16:00", "4:00")
    assert {linha["nome"] for linha in linhas} == {"'=cmd()"}
    evento = Evento.objects.get(acao="colaboradores.espelho_baixado")
    assert (evento.objeto, evento.objeto_id, evento.depois) == (
        "colaboradores.Colaborador",
        str(maria.pk),
        {"mes": "2026-11"},
    )


def test_gerente_inclui_a_marca_que_falta_e_o_duplo_clique_nao_inclui_duas(maria: Colaborador) -> None:
    cliente, endereco = navegador("gerente", 1), dia(maria)
    visto = token(cliente.get(f"{endereco}?tipo=inclusao"))
    envio = {"tipo": "inclusao", "hora": "17:00", "motivo": "esqueceu a saída", "token": visto}
    respostas = [cliente.post(endereco, envio, follow=True).content.decode() for _ in range(2)]
    assert "A folha já foi refeita" in respostas[0]
    assert "já tinha sido enviada" in respostas[1]
    assert folha(maria, SEGUNDA).trabalhado == 480
    feito = Tratamento.objects.get(tipo="inclusao")
    assert (feito.autor and feito.autor.get_username(), feito.motivo) == ("ana", "esqueceu a saída")


@pytest.mark.parametrize(
    ("tipo", "campos", "diz"),
    [
        ("inclusao", {"hora": ""}, "Diga o horário"),
        ("inclusao", {"hora": "99:99"}, "Escreva o horário"),
        ("inclusao", {"hora": "17:00", "motivo": ""}, "Escreva o motivo"),
        ("inclusao", {"hora": "08:00"}, "Já há uma marcação neste horário"),
        ("abono", {"minutos": "abc"}, "Escreva como 1:30"),
        ("abono", {"minutos": "9:00"}, "Faltam 240 minutos"),
        ("ferias", {"ate": ""}, "Diga o último dia"),
        ("ferias", {"ate": "2020-01-01"}, "O período não está certo"),
    ],
)
def test_o_que_nao_cabe_volta_a_pagina_com_o_porque(
    tipo: str, campos: dict[str, str], diz: str, maria: Colaborador
) -> None:
    resposta = tratar(navegador("gerente", 1), dia(maria), tipo, **campos)
    assert diz in resposta.content.decode()
    assert not Tratamento.objects.filter(tipo=tipo).exists()


def test_auditor_olha_e_nao_trata(maria: Colaborador) -> None:
    auditor = navegador("auditor", 1)
    assert "O que fazer neste dia" not in auditor.get(dia(maria)).content.decode()
    assert auditor.post(dia(maria), {"tipo": "abono", "motivo": "quero muito", "token": "x"}).status_code == 403


def test_a_pagina_da_folha_e_a_do_dia(maria: Colaborador) -> None:
    resposta = navegador("gerente", 1).get(f"{BASE}/folhadia/{folha(maria, SEGUNDA).pk}/change/")
    assert (resposta.status_code, resposta["Location"]) == (302, dia(maria))


def test_acao_da_lista_justifica_varios_dias_ou_nenhum(maria: Colaborador) -> None:
    joao = na_escala(colaborador("João"))
    gerar_dia(SEGUNDA)
    cliente = navegador("gerente", 1)

    def agir(*pks: int) -> str:
        envio: dict[str, Any] = {"action": "justificar", "_selected_action": list(pks)}
        lista = f"{BASE}/folhadia/?dia_from=01/11/2026"
        pagina = cliente.post(lista, envio)
        envio |= {"token": token(pagina), "motivo": "atestado coletivo", "select_across": "0"}
        return cliente.post(lista, envio, follow=True).content.decode()

    marcar(joao, SEGUNDA + UM_DIA, "08:00", "12:00", "13:00", "17:00")
    gerar_dia(SEGUNDA + UM_DIA)
    inteira = folha(joao, SEGUNDA + UM_DIA).pk
    assert "Nada foi feito. João, 10/11/2026" in agir(folha(joao, SEGUNDA).pk, inteira)
    assert folha(joao, SEGUNDA).falta == 480
    assert "2 dias" in agir(folha(joao, SEGUNDA).pk, folha(maria, SEGUNDA + UM_DIA).pk)
    assert folha(joao, SEGUNDA).falta == folha(maria, SEGUNDA + UM_DIA).falta == 0


def test_tratamento_se_anula_pela_pagina_dele(maria: Colaborador) -> None:
    cliente = navegador("gerente", 1)
    tratar(cliente, dia(maria), "abono", minutos="1:30")
    assert folha(maria, SEGUNDA).abonado == 90
    abono = Tratamento.objects.get(tipo="abono")
    pagina = f"{BASE}/tratamento/{abono.pk}/change/"
    assert "Anular" in cliente.get(pagina).content.decode()
    lista = f"{BASE}/tratamento/?dia_from=01/11/2026"
    envio: dict[str, Any] = {"action": "anular", "_selected_action": [abono.pk]}
    envio |= {"token": token(cliente.post(lista, envio)), "motivo": "foi engano", "select_across": "0"}
    assert "Anulados: 1" in cliente.post(lista, envio, follow=True).content.decode()
    assert folha(maria, SEGUNDA).abonado == 0
    assert "anulado" in cliente.get(pagina).content.decode()


@pytest.mark.parametrize("modelo", ["marcacao", "tratamento", "folhadia"])
def test_ninguem_inclui_nem_apaga_marcacao_tratamento_ou_folha(modelo: str, maria: Colaborador) -> None:
    cliente = superusuario()
    assert cliente.get(f"{BASE}/{modelo}/add/").status_code == 403
    linha: Any = {"marcacao": Marcacao, "tratamento": Tratamento}.get(modelo)
    pk = linha.objects.first().pk if linha else folha(maria, SEGUNDA).pk
    assert cliente.post(f"{BASE}/{modelo}/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_importar_o_arquivo_do_relogio_pela_tela() -> None:
    colaborador(cpf="52998224725")
    conteudo = afd.arquivo(afd.marca(1, as_(SEGUNDA, "08:00"), "52998224725"), afd.marca(2, as_(SEGUNDA, "08:00"), "1"))
    cliente, endereco = navegador("gerente", 1), f"{BASE}/importacaomarcacoes/add/"

    def enviar(nome: str, corpo: bytes) -> Any:
        arquivo = SimpleUploadedFile(nome, corpo)
        return cliente.post(endereco, {"relogio": relogio().pk, "arquivo": arquivo}, follow=True)

    primeira = enviar("afd.txt", conteudo).content.decode()
    assert "1 marcação nova" in primeira and "1 recusada:" in primeira and "não é de nenhum colaborador" in primeira
    assert "1 já estavam aqui" in enviar("afd.txt", conteudo).content.decode()
    recusado = enviar("foto.png", b"\x89PNG")
    assert recusado.status_code == 409 and "Nada foi importado" in recusado.content.decode()
    assert (Marcacao.objects.count(), ImportacaoMarcacoes.objects.count()) == (1, 2)


def test_importar_sem_relogio_diz_onde_cadastrar_e_operador_nao_importa() -> None:
    assert (
        "Nenhum relógio cadastrado" in navegador("gerente", 1).get(f"{BASE}/importacaomarcacoes/add/").content.decode()
    )
    assert navegador("operador", 1).get(f"{BASE}/importacaomarcacoes/add/").status_code == 403


def escala(**campos: str) -> dict[str, str]:
    dias = {nome: "" for nome in ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")}
    return {"nome": "Nova", "tipo": "semanal", "ciclo": "", "ativa": "on", **dias, **campos}


def test_escala_semanal_e_de_ciclo_pela_tela() -> None:
    cliente = navegador("gerente", 1)
    semanal = escala(segunda="8:00 às 12:00 e 13:00 às 17:00", sabado="08h00-12h00")
    assert cliente.post(f"{BASE}/escala/add/", semanal).status_code == 302
    ciclo = escala(nome="12x36", tipo="ciclo", ciclo="19:00-07:00\nfolga\n")
    assert cliente.post(f"{BASE}/escala/add/", ciclo).status_code == 302
    assert dict(Escala.objects.values_list("nome", "horarios")) == {
        "Nova": ["08:00-12:00 13:00-17:00", "", "", "", "", "08:00-12:00", ""], "12x36": ["19:00-07:00", ""],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("campos", "diz"),
    [
        ({"terca": "oito às doze"}, "Não entendi"),
        ({"terca": "08:00-12:00 11:00-13:00"}, "se sobrepõem"),
        ({}, "não tem nenhum dia de trabalho"),
        ({"tipo": "ciclo", "ciclo": ""}, "Escreva de 1 a 62 linhas"),
        ({"tipo": "ciclo", "ciclo": "07:00-19:00\n25:00-26:00"}, "Linha 2:"),
    ],
)
def test_escala_errada_volta_com_o_porque_no_campo(campos: dict[str, str], diz: str) -> None:
    assert diz in navegador("gerente", 1).post(f"{BASE}/escala/add/", escala(**campos)).content.decode()
    assert not Escala.objects.exists()


def test_escala_usada_nao_muda_e_se_copia(maria: Colaborador) -> None:
    cliente, usada = navegador("gerente", 1), comercial()
    pagina = cliente.get(f"{BASE}/escala/{usada.pk}/change/").content.decode()
    assert "Já há folhas feitas por esta escala" in pagina
    assert cliente.post(f"{BASE}/escala/{usada.pk}/change/", escala()).status_code == 403
    assert 'value="08:00-12:00 13:00-17:00"' in cliente.get(f"{BASE}/escala/add/?copiar={usada.pk}").content.decode()


def test_cadastrar_colaborador_com_a_escala_pela_tela() -> None:
    comercial()
    filial()
    envio = {
        "nome": "Joana Prado", "matricula": "77", "cpf": "529.982.247-25", "pis": "", "filial": filial().pk,
        "municipio": "Belo Horizonte/MG", "cargo": "Agente", "admissao": "02/11/2026", "desligamento": "",
        "controla_ponto": "on", "endereco": "", "latitude": "-19,92", "longitude": "-43,94",
        "escalas-TOTAL_FORMS": "1", "escalas-INITIAL_FORMS": "0", "escalas-0-desde": "02/11/2026",
        "escalas-0-escala": comercial().pk, "escalas-0-ancora": "",
    }  # fmt: skip
    cliente = navegador("gerente", 1)
    errado = cliente.post(f"{BASE}/colaborador/add/", envio | {"cpf": "111.111.111-11"})
    assert "CPF inválido" in errado.content.decode()
    meia = cliente.post(f"{BASE}/colaborador/add/", envio | {"latitude": ""})
    assert "latitude e longitude juntas" in meia.content.decode()
    longe = cliente.post(f"{BASE}/colaborador/add/", envio | {"latitude": "-91"})
    assert "vai de -90 a 90" in longe.content.decode()
    resposta = cliente.post(f"{BASE}/colaborador/add/", envio | {"longitude": "-43.9378001"})
    assert resposta.status_code == 302, resposta.content.decode()[:2000]
    joana = Colaborador.objects.get()
    assert (joana.cpf, joana.municipio) == ("52998224725", "3106200")
    assert (joana.latitude, joana.longitude) == (Decimal("-19.92"), Decimal("-43.9378"))
    assert EscalaColaborador.objects.get().colaborador_id == joana.pk


def test_operador_ve_o_cpf_mascarado_e_nao_muda(maria: Colaborador) -> None:
    cliente = navegador("operador", 1)
    pagina = cliente.get(f"{BASE}/colaborador/{maria.pk}/change/").content.decode()
    assert "***.982.247-**" in pagina and "529.982.247-25" not in pagina and "52998224725" not in pagina
    assert cliente.post(f"{BASE}/colaborador/{maria.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize("busca", ["maria silva", "SILV", "529.982.247-25"])
def test_colaborador_se_acha_pelo_nome_pela_matricula_e_pelo_cpf(busca: str, maria: Colaborador) -> None:
    colaborador("Outro Alguém")
    texto = procurar(navegador("gerente", 1), f"{BASE}/colaborador/", busca).content.decode()
    assert "Maria" in texto and "Outro Alguém" not in texto


def test_as_listas_nao_contam_nem_perguntam_por_linha(maria: Colaborador, django_assert_max_num_queries: Any) -> None:
    for i in range(15):
        na_escala(colaborador(f"Pessoa {i}"))
    gerar_dia(SEGUNDA)
    cliente = navegador("gerente", 1)
    for lista in ("colaborador", "folhadia", "tratamento", "marcacao"):
        with django_assert_max_num_queries(14) as consultas:
            cliente.get(f"{BASE}/{lista}/?dia_from=01/11/2026" if lista != "colaborador" else f"{BASE}/{lista}/")
        assert not any("COUNT(" in c["sql"] for c in consultas.captured_queries)
    with django_assert_max_num_queries(13):  # one tells that the document was read
        cliente.get(espelho(maria))
