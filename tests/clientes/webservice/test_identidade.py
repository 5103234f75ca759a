"""Who the customer of a post is, what an INSERT writes and what an UPDATE keeps: sections 3.8, 3.9 and 4, over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clientes.models import Cliente, RegistroRecebido
from tests.clientes.webservice.conftest import EXEMPLO, MINIMO, Enviar
from tests.erp.elenco import CPF, filial

OUTRO_CPF = "11144477735"
ESTRANGEIRA = {"CLIENTE_VAREJO": "ANNE", "FILIAL": "LOJA 1", "PF_PJ": 1, "ESTRANGEIRO": 1, "RG_IE": "P-998"}
PREFIXO = "Cadastrado Pelo PDV ILLIMITAR. "

pytestmark = pytest.mark.django_db


def cliente(codigo: str = CPF) -> Cliente:
    return Cliente.objects.get(pk=codigo)


def recusa(resposta: Any) -> tuple[int, str, str]:
    (erro,) = resposta.dados["erros"]
    return resposta.status_code, erro["campo"], erro["regra"]


@pytest.mark.parametrize(
    ("primeiro", "segundo"),
    [
        (CPF, "529.982.247-25"),
        ("529.982.247-25", CPF),
        ("529.982.247-25", 52998224725),
        (191, "000.000.001-91"),
        ("00000000191", "191"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
    ],
)
def test_o_mesmo_documento_escrito_de_outro_jeito_e_o_mesmo_cliente(
    enviar: Enviar, primeiro: Any, segundo: Any
) -> None:
    antes = enviar(CPF_CGC=primeiro)
    depois = enviar(CPF_CGC=segundo, CLIENTE_VAREJO="MARIA SOUZA")
    assert (antes.status_code, depois.status_code) == (200, 200)
    assert antes.dados["CODIGO_CLIENTE"] == depois.dados["CODIGO_CLIENTE"]
    assert Cliente.objects.get().cliente_varejo == "MARIA SOUZA"


def test_o_update_guarda_codigo_cadastramento_filial_tipo_e_o_prefixo_da_obs(enviar: Enviar) -> None:
    enviar(EXEMPLO, OBS="VIP")
    antes = Cliente.objects.get()
    resposta = enviar(
        EXEMPLO, eventId="2", CODIGO_CLIENTE="OUTRO", FILIAL="LOJA 9", TIPO_VAREJO="CLIENTE VAREJO", OBS="atacado",
        CADASTRAMENTO="1999-01-01 00:00:00", NUMERO="999",
    )  # fmt: skip
    depois = Cliente.objects.get()
    guardados = ("codigo_cliente", "cadastramento", "filial", "tipo_varejo_id")
    assert [getattr(depois, nome) for nome in guardados] == [getattr(antes, nome) for nome in guardados]
    assert (depois.obs, depois.numero) == (f"{PREFIXO}atacado", "999")
    assert depois.data_para_transferencia > antes.data_para_transferencia
    assert resposta.dados["CODIGO_CLIENTE"] == "94987713999" and resposta.dados["FILIAL"] == "LOJA 9"
    local = timezone.localtime(antes.cadastramento)
    assert resposta.dados["CADASTRAMENTO"] == f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d}"


def test_ausente_fica_e_vazio_limpa_menos_o_sexo(enviar: Enviar) -> None:
    enviar(EXEMPLO)
    antes = Cliente.objects.get()
    minimo = {nome: EXEMPLO[nome] for nome in ("CLIENTE_VAREJO", "FILIAL", "PF_PJ", "ESTRANGEIRO", "CPF_CGC")}
    assert enviar(minimo).status_code == 200
    depois = Cliente.objects.get()
    mudam = {"data_para_transferencia"}
    iguais = [c.attname for c in Cliente._meta.concrete_fields if c.attname not in mudam]
    assert [getattr(depois, nome) for nome in iguais] == [getattr(antes, nome) for nome in iguais]

    vazios = [n for n in EXEMPLO if n not in (*minimo, "CODIGO_CLIENTE", "eventId", "OMS", "TIPO_VAREJO")]
    assert enviar({**minimo, **dict.fromkeys(vazios, "")}).status_code == 200
    limpo = Cliente.objects.get()
    assert (limpo.sexo, limpo.cep, limpo.aniversario, limpo.status, limpo.obs) == ("M", None, None, 0, PREFIXO)
    textos = (
        "uf",
        "ddd",
        "pais",
        "email",
        "rg_ie",
        "bairro",
        "cidade",
        "numero",
        "endereco",
        "telefone",
        "tipo_logradouro",
    )
    assert {getattr(limpo, nome) for nome in textos} == {""}


def test_o_minimo_entra_com_os_padroes(enviar: Enviar) -> None:
    enviar()
    novo = cliente()
    assert (novo.status, novo.tipo_varejo_id, novo.estrangeiro, novo.cep, novo.documento_valido) == (
        1, "CLIENTE VAREJO", 0, None, True,
    )  # fmt: skip
    assert novo.cadastramento == novo.data_para_transferencia


def test_do_mesmo_documento_muda_o_cadastrado_por_ultimo(enviar: Enviar) -> None:
    agora = timezone.now()
    for codigo, dias in (("A", 3), ("B", 1), ("C", 2)):
        Cliente.objects.create(
            codigo_cliente=codigo, cliente_varejo=codigo, filial="LOJA 1", cpf_cgc=CPF,
            cadastramento=agora - timedelta(days=dias), data_para_transferencia=agora,
        )  # fmt: skip
    assert enviar(CODIGO_CLIENTE="A").dados["CODIGO_CLIENTE"] == "B"
    assert cliente("B").cliente_varejo == "MARIA DA SILVA" and cliente("A").cliente_varejo == "A"


def test_o_codigo_de_outro_documento_e_conflito_e_nada_muda(enviar: Enviar) -> None:
    enviar(CODIGO_CLIENTE="C1")
    antes = cliente("C1")
    resposta = enviar(CODIGO_CLIENTE="C1", CPF_CGC=OUTRO_CPF, CLIENTE_VAREJO="JOSÉ", eventId="e1")
    assert recusa(resposta) == (409, "CODIGO_CLIENTE", "CONFLITO_DE_IDENTIDADE")
    assert cliente("C1").data_para_transferencia == antes.data_para_transferencia and Cliente.objects.count() == 1
    guardado = RegistroRecebido.objects.get(id_registro="e1")
    assert (guardado.resultado, guardado.status_http, guardado.resposta) == (3, 409, resposta.dados)


def test_nacional_sem_documento_se_acha_pelo_codigo_e_nunca_pelo_vazio(enviar: Enviar) -> None:
    for codigo in ("C1", "C2"):
        assert enviar(CODIGO_CLIENTE=codigo, CPF_CGC="").status_code == 200
    enviar(CODIGO_CLIENTE="C3", CPF_CGC="000.000.000-00")
    enviar(CODIGO_CLIENTE="C4", CPF_CGC="00000000000")
    assert Cliente.objects.count() == 4
    enviar(CODIGO_CLIENTE="C2", CPF_CGC=..., CLIENTE_VAREJO="ANA")
    assert (Cliente.objects.count(), cliente("C2").cliente_varejo, cliente("C1").cliente_varejo) == (
        4, "ANA", "MARIA DA SILVA",
    )  # fmt: skip


def test_estrangeiro_se_acha_pelo_codigo_mesmo_com_o_documento_de_um_nacional(enviar: Enviar) -> None:
    enviar()
    assert enviar(ESTRANGEIRA, CPF_CGC=CPF).dados["CODIGO_CLIENTE"] == "P998"
    assert enviar(ESTRANGEIRA, CLIENTE_VAREJO="ANNE MARIE").status_code == 200
    assert Cliente.objects.count() == 2 and cliente("P998").cliente_varejo == "ANNE MARIE"
    assert cliente().cliente_varejo == "MARIA DA SILVA"


def test_estrangeiro_com_o_codigo_de_um_nacional_e_conflito(enviar: Enviar) -> None:
    enviar(CODIGO_CLIENTE="P998")
    assert recusa(enviar(ESTRANGEIRA)) == (409, "CODIGO_CLIENTE", "CONFLITO_DE_IDENTIDADE")
    assert recusa(enviar(CODIGO_CLIENTE="P998", UF="EX"))[0] == 409
    assert Cliente.objects.get().estrangeiro == 0


def test_uf_ex_manda_mais_que_estrangeiro_zero(enviar: Enviar) -> None:
    enviar(ESTRANGEIRA, ESTRANGEIRO="0", UF="EX")
    assert (cliente("P998").estrangeiro, cliente("P998").uf) == (1, "EX")


def test_o_mesmo_evento_recebe_a_mesma_resposta_ate_os_milesimos(enviar: Enviar) -> None:
    primeira = enviar(EXEMPLO)
    enviar(EXEMPLO, eventId="outro", NUMERO="371")  # the customer has changed since
    segunda = enviar(dict(reversed(EXEMPLO.items())))
    assert segunda.dados == primeira.dados
    assert enviar(EXEMPLO).content == primeira.content
    assert Cliente.objects.get().numero == "371" and RegistroRecebido.objects.count() == 2


def test_o_mesmo_evento_com_outro_conteudo_e_erro(enviar: Enviar) -> None:
    enviar(EXEMPLO)
    assert recusa(enviar(EXEMPLO, NUMERO="371")) == (409, "eventId", "ID_REPETIDO")
    assert Cliente.objects.get().numero == "370"


def test_o_evento_e_unico_por_filial_e_o_numero_da_filial_e_o_nome_dela(enviar: Enviar) -> None:
    nome = filial(1).nome
    assert enviar(FILIAL=nome, eventId="e1").status_code == 200
    assert enviar(FILIAL="LOJA 9", eventId="e1").status_code == 200
    assert recusa(enviar(FILIAL="1", eventId="e1")) == (409, "eventId", "ID_REPETIDO")
    assert RegistroRecebido.objects.filter(resultado__in=[1, 2]).count() == 2


def test_o_recusado_e_julgado_de_novo_quando_volta(enviar: Enviar) -> None:
    enviar(CODIGO_CLIENTE="C1")
    corpo = {**MINIMO, "CODIGO_CLIENTE": "C1", "CPF_CGC": OUTRO_CPF, "eventId": "e1"}
    assert enviar(corpo).status_code == 409
    Cliente.objects.filter(pk="C1").delete()
    assert enviar(corpo).status_code == 200
    assert enviar(corpo).status_code == 200
    assert list(
        RegistroRecebido.objects.filter(id_registro="e1").order_by("pk").values_list("resultado", flat=True)
    ) == [3, 1]


def test_sem_evento_cada_pedido_tem_um_numero_da_filial(enviar: Enviar) -> None:
    for nome in ("ANA", "BIA"):
        enviar(CLIENTE_VAREJO=nome)
    enviar(FILIAL="LOJA 2")
    numeros = RegistroRecebido.objects.order_by("pk").values_list("filial", "id_registro")
    assert list(numeros) == [("LOJA 1", "nº 1"), ("LOJA 1", "nº 2"), ("LOJA 2", "nº 1")]


def test_um_post_que_nao_muda_nada_responde_ok_e_muda_a_data(enviar: Enviar) -> None:
    enviar()
    antes = cliente().data_para_transferencia
    assert enviar().status_code == 200
    assert cliente().data_para_transferencia > antes


def test_o_documento_que_nao_confere_fica_marcado_ate_ser_limpo(enviar: Enviar) -> None:
    enviar(CODIGO_CLIENTE="C1", CPF_CGC="11144477734")
    assert cliente("C1").documento_valido is False
    enviar(CODIGO_CLIENTE="C1", CPF_CGC=...)  # absent: stays
    assert (cliente("C1").documento_valido, cliente("C1").cpf_cgc) == (False, "11144477734")
    enviar(CODIGO_CLIENTE="C1", CPF_CGC="")
    assert (cliente("C1").documento_valido, cliente("C1").cpf_cgc) == (None, "")


def test_quem_so_sabe_o_codigo_nao_apaga_um_documento_certo(enviar: Enviar) -> None:
    """Else the customer's own next post, with the document, would meet its code as another's."""
    enviar(CODIGO_CLIENTE="C1")
    antes = cliente("C1").cpf_cgc
    assert enviar(CODIGO_CLIENTE="C1", CPF_CGC="", CLIENTE_VAREJO="ANA").status_code == 200
    assert (cliente("C1").cpf_cgc, cliente("C1").cliente_varejo) == (antes, "ANA")
    assert cliente("C1").documento_valido is True
    assert enviar(CODIGO_CLIENTE="C1", CLIENTE_VAREJO="ANA MARIA").status_code == 200


def test_o_codigo_de_um_estrangeiro_e_conflito_para_um_nacional_sem_documento(enviar: Enviar) -> None:
    enviar(CODIGO_CLIENTE="P-1", UF="EX", CPF_CGC="", RG_IE="P-1")
    resposta = enviar(CODIGO_CLIENTE="P-1", CPF_CGC="")
    assert recusa(resposta) == (409, "CODIGO_CLIENTE", "CONFLITO_DE_IDENTIDADE")
    assert cliente("P-1").estrangeiro == 1


@pytest.mark.django_db(transaction=True)
def test_dois_primeiros_posts_ao_mesmo_tempo_fazem_um_cliente(enviar: Enviar) -> None:
    respostas = ao_mesmo_tempo(
        lambda: enviar(CODIGO_CLIENTE="C1", eventId="e1"), lambda: enviar(CODIGO_CLIENTE="C2", eventId="e2")
    )
    assert [r.status_code for r in respostas] == [200, 200]
    codigos = {r.dados["CODIGO_CLIENTE"] for r in respostas}
    assert {Cliente.objects.get().pk} == codigos


@pytest.mark.django_db(transaction=True)
def test_dois_que_disputam_um_codigo_fazem_um_cliente_e_um_conflito(enviar: Enviar) -> None:
    respostas = ao_mesmo_tempo(
        lambda: enviar(CODIGO_CLIENTE="C1", eventId="e1"),
        lambda: enviar(CODIGO_CLIENTE="C1", CPF_CGC=OUTRO_CPF, eventId="e2"),
    )
    assert sorted(r.status_code for r in respostas) == [200, 409]
    assert Cliente.objects.get().pk == "C1"


@pytest.mark.django_db(transaction=True)
def test_o_mesmo_evento_ao_mesmo_tempo_grava_uma_vez_e_responde_igual(enviar: Enviar) -> None:
    respostas = ao_mesmo_tempo(*[lambda: enviar(EXEMPLO)] * 6)
    assert {r.content for r in respostas} == {respostas[0].content} and respostas[0].status_code == 200
    assert RegistroRecebido.objects.count() == Cliente.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_quem_mexe_na_linha_por_fora_espera_ou_faz_esperar(enviar: Enviar) -> None:
    """Somebody at the admin moves the document to another customer while a post looks for it: the post sees it moved."""
    enviar(CODIGO_CLIENTE="C1")
    comecou, respostas = threading.Event(), []

    def postar() -> None:
        comecou.set()
        respostas.append(enviar(CODIGO_CLIENTE="C2", CLIENTE_VAREJO="NOVA"))
        connection.close()

    with transaction.atomic():
        Cliente.objects.filter(pk="C1").update(cpf_cgc=OUTRO_CPF)
        linha = threading.Thread(target=postar)
        linha.start()
        assert comecou.wait(60)
        _esperar_ate_alguem_esperar()
    linha.join(60)
    assert respostas[0].dados["CODIGO_CLIENTE"] == "C2"
    assert (cliente("C1").cliente_varejo, cliente("C2").cliente_varejo) == ("MARIA DA SILVA", "NOVA")


def ao_mesmo_tempo(*posts: Callable[[], Any]) -> list[Any]:
    """Each in its thread and connection, starting together."""
    largada = threading.Barrier(len(posts))
    respostas: list[Any] = [None] * len(posts)

    def correr(n: int, post: Callable[[], Any]) -> None:
        largada.wait()
        try:
            respostas[n] = post()
        finally:
            connection.close()

    linhas = [threading.Thread(target=correr, args=(n, post)) for n, post in enumerate(posts)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join(120)
    return respostas


def _esperar_ate_alguem_esperar() -> None:
    """Until another connection waits for a lock that this one holds, in this worker's database."""
    consulta = (
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
    )
    for _ in range(6000):
        with connection.cursor() as cursor:
            cursor.execute(consulta)
            if cursor.fetchone()[0]:
                return
            cursor.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("ninguém esperou")
