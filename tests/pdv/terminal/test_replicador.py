"""The replicator against a real server on loopback that refuses, cuts, lies and forgets."""

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from pdv import tabelas
from pdv.tabelas import Especie
from pdv.terminal import espera
from pdv.terminal.envio import CAMINHO, Cliente, Desfecho, EnderecoInvalido, interpretar, ler_retry_after
from pdv.terminal.espera import Parada
from pdv.terminal.marcacao import SEM_RESPOSTA, renovar_instalacao
from pdv.terminal.models import (
    FinalizadorOperacaoPdv,
    Instalacao,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    Turno,
)
from pdv.terminal.pacote import Tipo, devidas, montar
from pdv.terminal.registro import Registro, gravar
from pdv.terminal.replicador import Fim, Replicador, Rodada
from tests.filhos import filho
from tests.pdv.terminal.servidor import Pacote, Retaguarda, Saida, em_json, erro

pytestmark = pytest.mark.django_db(databases=["terminal"])

RAIZ = Path(__file__).resolve().parents[3]
MEIO_DIA = datetime(2026, 11, 20, 15, tzinfo=UTC)
CHAVE = "rtg_teste_segredo"


def nova_operacao(**campos: Any) -> OperacaoPdv:
    padrao: dict[str, Any] = {
        "guid_operacao": uuid.uuid4(),
        "id_ponto_venda": 1,
        "id_turno": 1,
        "operacao": Especie.VENDA,
        "data_hora_inicio": MEIO_DIA,
        "data_hora_termino": MEIO_DIA + timedelta(minutes=2),
        "valor_produtos": Decimal("12.34"),
        "valor_total": Decimal("12.34"),
    }
    return OperacaoPdv(**padrao | campos)


def vender(quantas: int = 1, *, xml: str = "<NFe/>", **campos: Any) -> list[OperacaoPdv]:
    """Sales with an item, a payment and a note each."""
    inicio = NotaFiscal.objects.count()
    registros = [_registro(inicio + n, xml, campos) for n in range(1, quantas + 1)]
    gravar(registros)
    return [registro.operacao for registro in registros]


def _registro(numero: int, xml: str, campos: dict[str, Any]) -> Registro:
    item = ItemOperacaoPdv(
        item=1, id_produto=7, descricao="PÃO FRANCÊS", unidade="KG", quantidade_primaria=Decimal("0.5125"),
        valor_unitario_liquido=Decimal("24.078049"), valor_total_liquido=Decimal("12.34"),
    )  # fmt: skip
    pagamento = FinalizadorOperacaoPdv(item=1, id_finalizador=17, valor=Decimal("12.34"))
    nota = NotaFiscal(
        chave=f"{numero:044d}", numero=numero, serie=1, modelo="65", situacao="autorizada", data_emissao=MEIO_DIA,
        valor_total=Decimal("12.34"), xml=xml,
    )  # fmt: skip
    return Registro(nova_operacao(**campos), [item], [pagamento], nota)


@pytest.fixture
def retaguarda() -> Iterator[Retaguarda]:
    with Retaguarda() as servidor:
        yield servidor


@pytest.fixture(autouse=True)
def sem_demora(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits of a link that fails are asked for, not slept."""
    monkeypatch.setattr(espera, "BASE", 0.01)
    monkeypatch.setattr(espera, "MAXIMA", 0.05)


def replicar(servidor: Retaguarda, **opcoes: Any) -> tuple[Rodada, Replicador]:
    execucao = {nome: opcoes.pop(nome) for nome in ("tentativas",) if nome in opcoes}
    cliente = Cliente(servidor.url, CHAVE)
    try:
        r = Replicador(cliente, Parada(), **opcoes)
        return r.executar(**execucao), r
    finally:
        cliente.fechar()


def situacoes() -> dict[int, int]:
    return dict(OperacaoPdv.objects.values_list("pk", "situacao_replicacao"))


def tudo_efetuado() -> bool:
    pendentes = OperacaoPdv.objects.exclude(situacao_replicacao=9).exists()
    return not pendentes and not NotaFiscal.objects.exclude(lojamix_sit_replicacao=9).exists()


# what is sent


def test_envia_a_linha_inteira_com_os_filhos_e_marca_9(retaguarda: Retaguarda) -> None:
    (operacao,) = vender(observacao="à vista", cpf_cnpj_consumidor="12ABC34501DE35")
    fim, r = replicar(retaguarda)
    assert fim.fim is Fim.VAZIO and r.contagem.aceitas == 2
    assert tudo_efetuado()
    (pacote,) = retaguarda.recebidos
    assert (pacote["versao"], pacote["instalacao"]) == (1, str(Instalacao.objects.get().instalacao))
    enviada = pacote["operacoes"][0]
    assert set(enviada) == {f.attname for f in tabelas.OperacaoPdv._meta.fields} | {
        "itens",
        "finalizadores",
        "recebimentos",
    }
    assert enviada["id_operacao"] == operacao.pk and enviada["guid_operacao"] == str(operacao.guid_operacao)
    assert (enviada["valor_total"], enviada["observacao"]) == ("12.34", "à vista")
    assert datetime.fromisoformat(enviada["data_hora_termino"]) == operacao.data_hora_termino
    item, pagamento = enviada["itens"][0], enviada["finalizadores"][0]
    assert set(item) == {f.attname for f in tabelas.ItemOperacaoPdv._meta.fields}
    assert (item["quantidade_primaria"], item["valor_unitario_liquido"]) == ("0.5125", "24.078049")
    assert set(pagamento) == {f.attname for f in tabelas.FinalizadorOperacaoPdv._meta.fields}
    nota = pacote["notas"][0]
    assert set(nota) == {f.attname for f in tabelas.NotaFiscalPdv._meta.fields}
    assert (nota["xml"], nota["id_operacao"]) == ("<NFe/>", operacao.pk)
    cabecalho = retaguarda.cabecalhos[0]
    assert cabecalho["Authorization"] == f"Api-Key {CHAVE}" and cabecalho["Content-Encoding"] == "gzip"


def test_so_envia_o_que_esta_fechado_e_pendente(retaguarda: Retaguarda) -> None:
    aberta, ignorada, indefinida, feita, boa = (
        nova_operacao(data_hora_termino=None),
        nova_operacao(situacao_replicacao=2),
        nova_operacao(situacao_replicacao=0),
        nova_operacao(situacao_replicacao=9),
        nova_operacao(),
    )
    gravar(Registro(o) for o in (aberta, ignorada, indefinida, feita, boa))
    turno = {"id_ponto_venda": 1, "sequencial": 1, "data_hora_inicio": MEIO_DIA}
    Turno.objects.create(**turno)
    fechado = Turno.objects.create(**turno, fechado=True, data_hora_termino=MEIO_DIA, contado={"1": "10.00"})
    replicar(retaguarda)
    assert retaguarda.numeros() == [boa.pk]
    assert retaguarda.numeros("turnos") == [fechado.pk]
    assert retaguarda.recebidos[0]["turnos"][0]["contado"] == {"1": "10.00"}
    assert situacoes() == {aberta.pk: 1, ignorada.pk: 2, indefinida.pk: 0, feita.pk: 9, boa.pk: 9}


def test_mais_antigas_primeiro_em_pacotes_do_tamanho_do_lote(retaguarda: Retaguarda) -> None:
    numeros = [o.pk for o in vender(130)]
    replicar(retaguarda, lote=60)
    assert [len(p["operacoes"]) for p in retaguarda.recebidos] == [60, 60, 10]
    assert [o["id_operacao"] for p in retaguarda.recebidos for o in p["operacoes"]] == numeros


def test_pacote_respeita_o_limite_de_bytes_e_envia_tudo(retaguarda: Retaguarda) -> None:
    vender(40, xml="<NFe>" + "x" * 20_000 + "</NFe>")
    replicar(retaguarda, bytes_maximo=200_000)
    assert tudo_efetuado()
    assert len(retaguarda.tamanhos) >= 4 and max(retaguarda.tamanhos) <= 200_000


def test_linha_maior_que_o_limite_vai_sozinha(retaguarda: Retaguarda) -> None:
    vender(2, xml="<NFe>" + "x" * 300_000 + "</NFe>")
    replicar(retaguarda, bytes_maximo=100_000)
    assert tudo_efetuado()
    assert [len(p["notas"]) for p in retaguarda.recebidos] == [0, 1, 1]


def test_nada_pendente_nada_enviado(retaguarda: Retaguarda) -> None:
    assert replicar(retaguarda)[0].fim is Fim.VAZIO
    assert retaguarda.recebidos == []


# what is answered, row by row


def test_existente_atualizada_e_divergente_tambem_sao_9(retaguarda: Retaguarda) -> None:
    a, b = vender(2)

    def roteiro(pacote: Pacote) -> Saida:
        resposta = retaguarda.guardar(pacote)
        resposta["operacoes"][0]["resultado"] = "existente"
        resposta["operacoes"][1]["resultado"] = "divergente"
        resposta["notas"][0]["resultado"] = "atualizada"
        return em_json(200, resposta)

    retaguarda.roteiro = roteiro
    replicar(retaguarda)
    assert tudo_efetuado()
    a.refresh_from_db()
    b.refresh_from_db()
    assert a.mensagem == "" and b.mensagem.startswith("divergente")


def test_rejeitada_fica_em_1_com_o_motivo_e_recua_sem_prender_as_outras(retaguarda: Retaguarda) -> None:
    boa1, ma, boa2 = vender(3)

    def roteiro(pacote: Pacote) -> Saida:
        resposta = retaguarda.guardar(pacote)
        for linha in resposta["operacoes"]:
            if linha["id_operacao"] == ma.pk:
                linha |= {"resultado": "rejeitada", "codigo": "DADOS_INVALIDOS", "mensagem": "falta a descrição"}
        return em_json(200, resposta)

    retaguarda.roteiro = roteiro
    antes = timezone.now()
    fim, r = replicar(retaguarda)
    assert fim.fim is Fim.VAZIO and (r.contagem.aceitas, r.contagem.adiadas) == (5, 1)
    assert situacoes() == {boa1.pk: 9, ma.pk: 1, boa2.pk: 9}
    ma.refresh_from_db()
    assert ma.mensagem == "DADOS_INVALIDOS: falta a descrição" and ma.tentativas == 1
    assert ma.proxima_tentativa_em is not None
    assert timedelta(seconds=44) < ma.proxima_tentativa_em - antes < timedelta(seconds=80)
    replicar(retaguarda)
    assert len(retaguarda.recebidos) == 1  # its time has not come
    OperacaoPdv.objects.update(proxima_tentativa_em=timezone.now())
    replicar(retaguarda)
    ma.refresh_from_db()
    assert len(retaguarda.recebidos) == 2 and ma.tentativas == 2


def test_recuo_da_linha_dobra_ate_uma_hora() -> None:
    medios = [sum(espera.da_linha(t, Random(s)).total_seconds() for s in range(200)) / 200 for t in range(9)]
    for obtido, esperado in zip(medios, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600], strict=True):
        assert obtido == pytest.approx(esperado, rel=0.05)
    assert espera.da_linha(10**9, Random(1)) <= timedelta(seconds=4500)


def test_linha_adiada_por_um_relogio_errado_volta(retaguarda: Retaguarda) -> None:
    vender()
    OperacaoPdv.objects.update(proxima_tentativa_em=timezone.now() + timedelta(days=3650))
    replicar(retaguarda)
    assert tudo_efetuado()


@pytest.mark.parametrize(
    "forma", ["sem a linha", "lista ausente", "lista que é texto", "itens que são números", "outro tipo de número"]
)
def test_linha_sem_resposta_nao_e_marcada(retaguarda: Retaguarda, forma: str) -> None:
    a, b = vender(2)

    def roteiro(pacote: Pacote) -> Saida:
        resposta = retaguarda.guardar(pacote)
        if forma == "sem a linha":
            del resposta["operacoes"][1]
        elif forma == "lista ausente":
            del resposta["operacoes"]
        elif forma == "lista que é texto":
            resposta["operacoes"] = "criada"
        elif forma == "linhas que são números":
            resposta["operacoes"] = [1, None, []]
        else:
            resposta["operacoes"] = [{"id_operacao": [o], "resultado": "criada"} for o in (a.pk, b.pk)]
        return em_json(200, resposta)

    retaguarda.roteiro = roteiro
    replicar(retaguarda)
    assert situacoes() == {a.pk: 9 if forma == "sem a linha" else 1, b.pk: 1}
    b.refresh_from_db()
    assert b.mensagem == SEM_RESPOSTA and b.proxima_tentativa_em is not None
    assert not NotaFiscal.objects.exclude(lojamix_sit_replicacao=9).exists()


def test_resposta_fora_de_ordem_marca_a_linha_certa(retaguarda: Retaguarda) -> None:
    a, b = vender(2)

    def roteiro(pacote: Pacote) -> Saida:
        resposta = retaguarda.guardar(pacote)
        resposta["operacoes"] = [
            {"id_operacao": b.pk, "resultado": "criada"},
            {"id_operacao": a.pk, "resultado": "rejeitada", "codigo": "X", "mensagem": "y"},
        ]
        return em_json(200, resposta)

    retaguarda.roteiro = roteiro
    replicar(retaguarda)
    assert situacoes() == {a.pk: 1, b.pk: 9}


def test_resultado_desconhecido_nao_e_9(retaguarda: Retaguarda) -> None:
    (a,) = vender()
    retaguarda.roteiro = lambda p: em_json(200, {"operacoes": [{"id_operacao": a.pk, "resultado": "talvez"}]})
    replicar(retaguarda)
    a.refresh_from_db()
    assert a.situacao_replicacao == 1 and "talvez" in a.mensagem


@pytest.mark.parametrize("mudanca", ["operacao", "item", "nota", "nova nota"])
def test_linha_que_mudou_no_caminho_vai_de_novo(retaguarda: Retaguarda, mudanca: str) -> None:
    """The till cancels a sale, or gets its protocol, while the row is on its way: the new content must go too."""
    vender()

    def mudar(pacote: Pacote) -> None:
        if len(retaguarda.recebidos) > 1:
            return
        with connections["terminal"].cursor() as cursor:
            if mudanca == "operacao":
                cursor.execute("UPDATE operacao_pdv SET cancelado = 1")
            elif mudanca == "item":
                cursor.execute("UPDATE item_operacao_pdv SET descricao = 'OUTRA'")
            else:
                cursor.execute("""UPDATE "GRS_NFE" SET protocolo = '135260000000001'""")

    enviar = Cliente.enviar

    class ClienteQueMuda(Cliente):
        def enviar(self, corpo: bytes) -> Any:
            resposta = enviar(self, corpo)
            mudar(json.loads(corpo))
            return resposta

    cliente = ClienteQueMuda(retaguarda.url, CHAVE)
    r = Replicador(cliente, Parada())
    r.executar()
    cliente.fechar()
    assert tudo_efetuado() and r.contagem.mudadas == 1
    primeiro, segundo = retaguarda.recebidos
    assert primeiro["operacoes"] + primeiro["notas"] != segundo["operacoes"] + segundo["notas"]
    assert len(segundo["operacoes"]) + len(segundo["notas"]) == 1


# links and servers that fail


@pytest.mark.parametrize(
    "saida",
    [
        Saida(cortar="antes"),
        Saida(200, b'{"operacoes": [', cortar="meio"),
        Saida(200, b"<html>Aceite os termos do Wi-Fi</html>"),
        Saida(200, b""),
        Saida(200, b"[" * 100_000),
        Saida(200, b"\xff\xfe{}"),
        em_json(200, ["criada"]),
        erro(500, "ERRO_INTERNO"),
        erro(503, "INDISPONIVEL", ("Retry-After", "0")),
        erro(429, "DEVAGAR", ("Retry-After", "lixo")),
        Saida(502, b"Bad Gateway"),
        Saida(408, b""),
    ],
    ids=["corta", "corta no meio", "html", "vazio", "fundo", "bytes", "lista", "500", "503", "429", "502", "408"],
)
def test_falha_passageira_nao_marca_nada_e_depois_tudo_chega(retaguarda: Retaguarda, saida: Saida) -> None:
    vender(3)
    foto = list(OperacaoPdv.objects.values())
    retaguarda.roteiro = lambda pacote: saida
    fim, r = replicar(retaguarda, tentativas=2)
    assert fim.fim is Fim.FALHOU and fim.mensagem
    assert len(retaguarda.recebidos) == 2 and r.contagem.linhas == 0
    assert list(OperacaoPdv.objects.values()) == foto
    retaguarda.roteiro = lambda pacote: None
    replicar(retaguarda)
    assert tudo_efetuado()
    assert retaguarda.numeros() == [linha["id_operacao"] for linha in foto]


def test_resposta_perdida_reenvia_e_o_servidor_nao_duplica(retaguarda: Retaguarda) -> None:
    """Stored, but the answer was cut: the till does not know, and sends again."""
    vender(5)

    def roteiro(pacote: Pacote) -> Saida | None:
        if len(retaguarda.recebidos) > 1:
            return None
        retaguarda.guardar(pacote)
        return Saida(cortar="antes")

    retaguarda.roteiro = roteiro
    replicar(retaguarda)
    assert tudo_efetuado()
    assert set(retaguarda.vezes.values()) == {2} and len(retaguarda.guardadas) == 10


def test_servidor_fora_do_ar_desiste_com_mensagem() -> None:
    vender()
    with Retaguarda() as servidor:
        pass
    fim, _ = replicar(servidor, tentativas=3)
    assert fim.fim is Fim.FALHOU and "sem resposta da retaguarda" in fim.mensagem
    assert set(situacoes().values()) == {1}


def test_falhas_que_alternam_com_avancos_nao_fazem_desistir(retaguarda: Retaguarda) -> None:
    vender(30)

    def roteiro(pacote: Pacote) -> Saida | None:
        return Saida(cortar="antes") if len(retaguarda.recebidos) % 2 else None

    retaguarda.roteiro = roteiro
    fim, _ = replicar(retaguarda, tentativas=2, lote=5)
    assert fim.fim is Fim.VAZIO and tudo_efetuado()


def test_avanco_dentro_de_um_pacote_dividido_tambem_conta(retaguarda: Retaguarda) -> None:
    """Every round ends in a cut, but none without some rows taken: that is a bad link, not a dead one."""
    gravar(Registro(nova_operacao()) for _ in range(16))
    atendidos = []

    def roteiro(pacote: Pacote) -> Saida | None:
        if len(pacote["operacoes"]) > 2:
            return erro(400, "PACOTE_INVALIDO")
        atendidos.append(pacote)
        return Saida(cortar="antes") if len(atendidos) % 2 == 0 else None

    retaguarda.roteiro = roteiro
    fim, _ = replicar(retaguarda, tentativas=2)
    assert fim.fim is Fim.VAZIO and tudo_efetuado()


def test_link_ruim_recebe_pacotes_menores(retaguarda: Retaguarda) -> None:
    vender(60, xml="<NFe>" + "x" * 30_000 + "</NFe>")

    def roteiro(pacote: Pacote) -> Saida | None:
        return Saida(cortar="antes") if retaguarda.tamanhos[-1] > 500_000 else None

    retaguarda.roteiro = roteiro
    fim, _ = replicar(retaguarda, tentativas=10)
    assert fim.fim is Fim.VAZIO and tudo_efetuado()


@pytest.mark.parametrize(
    ("saida", "trecho"),
    [
        (erro(401, "CHAVE_INVALIDA"), "CHAVE_INVALIDA"),
        (erro(403, "PONTO_VENDA_INATIVO"), "PONTO_VENDA_INATIVO"),
        (Saida(404, b"nada aqui"), "HTTP 404"),
        (erro(422, "VERSAO_NAO_SUPORTADA"), "VERSAO_NAO_SUPORTADA"),
        (erro(415, "TIPO"), "TIPO"),
        (Saida(301, b"", (("Location", "https://outra.exemplo/"),)), "https://outra.exemplo/"),
    ],
)
def test_sem_acesso_para_logo_e_diz_por_que(retaguarda: Retaguarda, saida: Saida, trecho: str) -> None:
    vender(3)
    retaguarda.roteiro = lambda pacote: saida
    fim, _ = replicar(retaguarda)
    assert fim.fim is Fim.SEM_ACESSO and trecho in fim.mensagem
    assert len(retaguarda.recebidos) == 1 and set(situacoes().values()) == {1}


# packages refused as a whole


@pytest.mark.parametrize("status", [400, 422, 413])
def test_recusado_inteiro_e_dividido_ate_o_culpado(retaguarda: Retaguarda, status: int) -> None:
    operacoes = vender(33)
    ma = operacoes[20]

    def roteiro(pacote: Pacote) -> Saida | None:
        tem = any(o["id_operacao"] == ma.pk for o in pacote["operacoes"])
        return erro(status, "PACOTE_INVALIDO") if tem else None

    retaguarda.roteiro = roteiro
    fim, r = replicar(retaguarda)
    assert fim.fim is Fim.VAZIO and r.contagem.adiadas == 1
    assert situacoes() == {o.pk: 1 if o.pk == ma.pk else 9 for o in operacoes}
    ma.refresh_from_db()
    assert ma.mensagem == "PACOTE_INVALIDO: mensagem de PACOTE_INVALIDO" and ma.proxima_tentativa_em is not None
    assert len(retaguarda.recebidos) < 30  # by halves, not one by one


def test_413_encolhe_os_pacotes_seguintes(retaguarda: Retaguarda) -> None:
    vender(120, xml="<NFe>" + "x" * 10_000 + "</NFe>")

    def roteiro(pacote: Pacote) -> Saida | None:
        return Saida(413, b"<html>Request Entity Too Large</html>") if retaguarda.tamanhos[-1] > 400_000 else None

    retaguarda.roteiro = roteiro
    _, r = replicar(retaguarda)
    assert tudo_efetuado() and r.bytes_maximo <= 400_000
    recusados = [tamanho > 400_000 for tamanho in retaguarda.tamanhos]
    assert recusados.index(False) <= 3 and sum(recusados) <= 5


def test_operacoes_demais_encolhe_o_lote(retaguarda: Retaguarda) -> None:
    vender(100)

    def roteiro(pacote: Pacote) -> Saida | None:
        return erro(422, "OPERACOES_DEMAIS") if len(pacote["operacoes"]) > 20 else None

    retaguarda.roteiro = roteiro
    _, r = replicar(retaguarda, lote=80)
    assert tudo_efetuado() and r.lote <= 20


def test_servidor_que_recusa_tudo_nao_recebe_uma_enxurrada(retaguarda: Retaguarda) -> None:
    vender(100)
    retaguarda.roteiro = lambda pacote: erro(400, "JSON_INVALIDO")
    fim, _ = replicar(retaguarda, tentativas=1)
    assert len(retaguarda.recebidos) <= 40
    assert set(situacoes().values()) == {1}
    assert OperacaoPdv.objects.filter(mensagem="").count() >= 80
    assert fim.fim is Fim.VAZIO or "recusadas em seguida" in fim.mensagem


# the pieces


@pytest.mark.parametrize(
    ("texto", "segundos"),
    [("120", 120.0), ("0", 0.0), (" 7 ", 7.0), ("", None), ("já", None), ("-5", None), ("1e9", None), ("٣", None)],
)
def test_retry_after_em_segundos(texto: str, segundos: float | None) -> None:
    assert ler_retry_after(texto) == segundos


def test_retry_after_em_data() -> None:
    assert ler_retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    futuro = (datetime.now(UTC) + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert ler_retry_after(futuro) == pytest.approx(90, abs=3)


def test_espera_honra_o_retry_after_e_tem_teto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert 60 <= espera.da_falha(1, 60, Random(1)) <= 66
    assert espera.da_falha(1, 10**9, Random(1)) <= 3960
    esperas = [espera.da_falha(falhas, None, Random(falhas)) for falhas in range(1, 30)]
    assert 0.5 <= esperas[0] <= 1 and 2 <= esperas[2] <= 4
    assert max(esperas) <= 300 and min(esperas[12:]) >= 150
    assert len({espera.da_falha(5, None, Random(s)) for s in range(50)}) == 50


def test_resposta_503_pede_a_espera_do_servidor() -> None:
    resposta = interpretar(503, {"retry-after": "30"}, b"")
    assert (resposta.desfecho, resposta.esperar) == (Desfecho.TRANSITORIO, 30.0)


@pytest.mark.parametrize("url", ["", "loja.exemplo", "ftp://loja.exemplo", "http://", "https://loja/?a=1"])
def test_endereco_que_nao_serve_e_recusado(url: str) -> None:
    with pytest.raises(EnderecoInvalido):
        Cliente(url, CHAVE)


@pytest.mark.parametrize("chave", ["", "com espaço", "acentuação", "quebra\n"])
def test_chave_que_nao_serve_e_recusada(chave: str) -> None:
    with pytest.raises(EnderecoInvalido):
        Cliente("https://loja.exemplo", chave)


@pytest.mark.parametrize("url", ["https://loja.exemplo", "https://loja.exemplo/", "https://loja.exemplo" + CAMINHO])
def test_endereco_ganha_o_caminho_da_replicacao(url: str) -> None:
    cliente = Cliente(url, CHAVE)
    cliente.fechar()
    assert cliente.url == "https://loja.exemplo" + CAMINHO


def test_pendentes_vem_do_indice_parcial() -> None:
    """Ten million rows at 9 must not be read to find the three at 1."""
    if connections["terminal"].vendor != "sqlite":
        pytest.skip("o plano é do SQLite")
    gravar(Registro(nova_operacao(situacao_replicacao=9)) for _ in range(50))
    plano = devidas(Tipo.OPERACAO, timezone.now()).order_by("pk").explain()
    assert "operacao_pdv_pendente" in plano, plano
    assert "grs_nfe_pendente" in devidas(Tipo.NOTA, timezone.now()).order_by("pk").explain()


def test_nova_instalacao_troca_o_uuid_e_libera_o_que_foi_recusado_por_isso(retaguarda: Retaguarda) -> None:
    a, b = vender(2)

    def roteiro(pacote: Pacote) -> Saida | None:
        resposta = retaguarda.guardar(pacote)
        if len(retaguarda.recebidos) == 1:
            resposta["operacoes"][0] |= {"resultado": "rejeitada", "codigo": "TERMINAL_REINSTALADO", "mensagem": "m"}
            resposta["operacoes"][1] |= {"resultado": "rejeitada", "codigo": "OUTRO", "mensagem": "m"}
        return em_json(200, resposta)

    retaguarda.roteiro = roteiro
    replicar(retaguarda)
    antiga = Instalacao.objects.get().instalacao
    nova, liberadas = renovar_instalacao()
    assert nova.instalacao != antiga and liberadas == 1 and Instalacao.objects.get() == nova
    replicar(retaguarda)
    assert retaguarda.recebidos[1]["instalacao"] == str(nova.instalacao)
    assert [o["id_operacao"] for o in retaguarda.recebidos[1]["operacoes"]] == [a.pk]
    assert situacoes() == {a.pk: 9, b.pk: 1}


def test_montar_nao_passa_de_lote_por_tipo() -> None:
    vender(70)
    pacote = montar(timezone.now(), lote=60, bytes_maximo=10**7)
    assert [sum(linha.tipo is tipo for linha in pacote) for tipo in Tipo] == [0, 60, 60]


# two at once, and the command as the shop runs it


@pytest.mark.django_db(databases=["terminal"], transaction=True)
def test_dois_replicadores_no_mesmo_banco_nao_se_atrapalham(retaguarda: Retaguarda) -> None:
    vender(60)
    erros: list[BaseException] = []
    contagens: list[int] = []

    def um() -> None:
        try:
            contagens.append(replicar(retaguarda, lote=10)[1].contagem.aceitas)
        except BaseException as erro:
            erros.append(erro)
        finally:
            connections["terminal"].close()

    linhas = [threading.Thread(target=um) for _ in range(2)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert not erros and tudo_efetuado()
    assert len(retaguarda.guardadas) == 120 and sum(contagens) == 120  # each row marked by one of them, once


@pytest.mark.django_db(databases=["terminal"], transaction=True)
def test_venda_em_curso_e_replicacao_convivem(retaguarda: Retaguarda) -> None:
    """The till writes while the replicator reads and marks: neither fails, nothing is left behind."""
    parar = threading.Event()
    erros: list[BaseException] = []

    def caixa() -> None:
        try:
            for _ in range(40):
                vender()
        except BaseException as erro:
            erros.append(erro)
        finally:
            parar.set()
            connections["terminal"].close()

    linha = threading.Thread(target=caixa)
    linha.start()
    while not parar.is_set():
        replicar(retaguarda, lote=5)
    linha.join()
    replicar(retaguarda)
    assert not erros and tudo_efetuado() and len(retaguarda.guardadas) == 80


def test_comando_usa_a_chave_do_ambiente(
    retaguarda: Retaguarda, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vender(2)
    monkeypatch.setenv("PDV_CHAVE", CHAVE)
    call_command("pdv_replicar", "--url", retaguarda.url)
    assert "4 linhas replicadas" in capsys.readouterr().out
    assert retaguarda.cabecalhos[0]["Authorization"] == f"Api-Key {CHAVE}"


def test_comando_sem_chave_ou_recusado_termina_em_erro(retaguarda: Retaguarda, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PDV_CHAVE", raising=False)
    with pytest.raises(CommandError, match="PDV_CHAVE"):
        call_command("pdv_replicar", "--url", retaguarda.url)
    vender()
    retaguarda.roteiro = lambda pacote: erro(401, "CHAVE_INVALIDA")
    with pytest.raises(CommandError, match="CHAVE_INVALIDA"):
        call_command("pdv_replicar", "--url", retaguarda.url, "--chave", "errada")


def _ambiente(banco: Path) -> dict[str, str]:
    """A shop's PC: a till's file, and a retaguarda's database that nobody can open."""
    return os.environ | {
        "TERMINAL_DATABASE_URL": f"sqlite:///{banco}",
        "DATABASE_URL": "postgresql://ninguem:nada@127.0.0.1:1/nao_existe",
        "PDV_CHAVE": CHAVE,
        "LOG_NIVEL": "WARNING",
    }


def _manage(banco: Path, *argumentos: str) -> tuple[int, str]:
    """Its exit code, and what it wrote."""
    processo = filho(["manage", *argumentos], _ambiente(banco))
    return processo.wait(120), processo.saida.read_text()


def test_o_pdv_funciona_sem_o_banco_da_retaguarda(retaguarda: Retaguarda, tmp_path: Path) -> None:
    """Every command of the till runs where the retaguarda's database cannot be reached, from no file at all."""
    banco = tmp_path / "loja" / "terminal.sqlite3"
    banco.parent.mkdir()
    for argumentos in (
        ["pdv_simular", "--operacoes", "30"],
        ["pdv_importar_xml", str(tmp_path)],
        ["pdv_terminal_preparar"],
        ["pdv_replicar", "--url", retaguarda.url],
    ):
        codigo, dito = _manage(banco, *argumentos)
        assert codigo == 0, dito
        assert CHAVE not in dito
    assert len(retaguarda.numeros()) == 30


@pytest.mark.parametrize("sinal", [signal.SIGTERM, signal.SIGINT])
def test_sinal_termina_o_pacote_em_curso_e_sai_com_zero(retaguarda: Retaguarda, tmp_path: Path, sinal: int) -> None:
    banco = tmp_path / "terminal.sqlite3"
    assert _manage(banco, "pdv_simular", "--operacoes", "30")[0] == 0
    chegou, soltar = threading.Event(), threading.Event()

    def roteiro(pacote: Pacote) -> None:
        chegou.set()
        soltar.wait(30)

    retaguarda.roteiro = roteiro
    comando = ["manage", "pdv_replicar", "--url", retaguarda.url, "--continuo", "--lote", "10"]
    processo = filho(comando, _ambiente(banco))
    assert chegou.wait(60)
    processo.send_signal(sinal)
    time.sleep(0.3)
    soltar.set()
    assert processo.wait(60) == 0
    saida = processo.saida.read_text()
    assert "Parado a pedido" in saida and len(retaguarda.recebidos) == 1
    assert f"{len(retaguarda.guardadas)} linhas replicadas" in saida


def test_replicador_nao_usa_o_banco_da_retaguarda_nem_no_processo(retaguarda: Retaguarda) -> None:
    """pytest-django refuses any query to `default` here; this asks for one, so that the refusal itself is proved."""
    vender()
    replicar(retaguarda)
    with pytest.raises(AssertionError, match="default"):
        connection.cursor()
