"""A key for each person: what is kept whole is read by who may, until the key is destroyed."""

import base64
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction

from auditoria.models import ChavePessoa, DadoCifrado, Evento
from auditoria.pessoas import cifra, mestra
from auditoria.pessoas.identidade import normalizar, referencia, referencias
from auditoria.pessoas.politica import RECUPERAVEIS, SemPolitica
from auditoria.selador import selar
from auditoria.services import ATOR_SISTEMA, Ato, registrar, registrar_varios
from auditoria.verificacao.services import verificar
from tests import acoes  # noqa: F401  # "estoque.ajustado" is one of the tests

CPF, OUTRO = "52998224725", "11144477735"
ACAO = "consultas.cpf_consultado"


def consultar(cpf: str = CPF, **campos) -> Evento:
    with transaction.atomic():
        pk = registrar(acao=ACAO, ator=ATOR_SISTEMA, pessoa=cpf, depois={"cpf": cpf, "para": "óbito"}, **campos)
    return Evento.objects.get(pk=pk)


def ler(evento: Evento) -> dict[str, str]:
    return cifra.abrir(evento.depois[cifra.CAMPO], evento=evento.pk, lado="depois")


@pytest.mark.django_db
def test_o_evento_mostra_a_mascara_e_guarda_o_inteiro_cifrado():
    evento = consultar()
    assert (evento.depois["cpf"], evento.depois["para"]) == ("***.982.247-**", "óbito")
    assert CPF not in str(evento.depois)
    assert ler(evento) == {"cpf": CPF}


@pytest.mark.django_db
def test_no_banco_nao_ha_documento_nem_chave_em_claro():
    consultar()
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text || d::text FROM auditoria_chavepessoa c, auditoria_dadocifrado d")
        (linha,) = cursor.fetchone()
    assert CPF not in linha and CPF.encode().hex() not in linha
    assert mestra.chaves_mestras()[0].hex() not in linha


@pytest.mark.django_db
def test_a_mesma_pessoa_tem_a_mesma_chave_como_quer_que_se_escreva():
    consultar()
    consultar("529.982.247-25")
    consultar(OUTRO)
    assert ChavePessoa.objects.count() == 2
    assert len(list(cifra.eventos_de(normalizar("529.982.247-25")))) == 2


@pytest.mark.django_db
def test_destruir_a_chave_apaga_e_a_cadeia_continua_conferindo():
    evento, de_outro = consultar(), consultar(OUTRO)
    assert selar() == 2
    assert cifra.destruir("529.982.247-25") == 1
    with pytest.raises(cifra.Ilegivel, match="destruída"):
        ler(evento)
    assert ler(de_outro) == {"cpf": OUTRO}
    assert verificar().problemas == []
    assert (cifra.destruir(CPF), list(cifra.eventos_de(CPF))) == (0, [])
    assert bytes(ChavePessoa.objects.get(destruida_em__isnull=False).embrulhada or b"") == b""


@pytest.mark.django_db
def test_quem_volta_depois_e_uma_relacao_nova_com_outra_chave():
    antigo = consultar()
    cifra.destruir(CPF)
    novo = consultar()
    assert ler(novo) == {"cpf": CPF}
    with pytest.raises(cifra.Ilegivel):
        ler(antigo)


@pytest.mark.django_db
def test_o_cifrado_levado_a_outro_evento_ou_a_outro_lado_nao_abre():
    evento = consultar()
    texto = evento.depois[cifra.CAMPO]
    for onde in ({"evento": uuid.uuid4(), "lado": "depois"}, {"evento": evento.pk, "lado": "antes"}):
        with pytest.raises(cifra.Ilegivel, match="não confere"):
            cifra.abrir(texto, **onde)


@pytest.mark.django_db
def test_o_que_nao_tem_politica_nao_se_cifra_por_engano():
    with pytest.raises(SemPolitica, match=r"estoque\.ajustado"), transaction.atomic():
        registrar(acao="estoque.ajustado", ator=ATOR_SISTEMA, pessoa=CPF, depois={"cpf": CPF})
    assert all(len(porque) > 20 for campos in RECUPERAVEIS.values() for porque in campos.values())


@pytest.mark.django_db
def test_sem_pessoa_nada_muda_e_nada_mais_se_pergunta_ao_banco(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        registrar(acao="estoque.ajustado", ator=ATOR_SISTEMA, objeto_id="7", depois={"quantidade": "1.50"})
    assert not DadoCifrado.objects.exists()


@pytest.mark.django_db
def test_o_codigo_que_e_um_documento_nao_fica_no_nome_do_objeto():
    with transaction.atomic():
        pk = registrar(acao="clientes.cliente_criado", ator=ATOR_SISTEMA, objeto="clientes.cliente", objeto_id=CPF)
    evento = Evento.objects.get(pk=pk)
    assert CPF not in evento.objeto_id and evento.objeto_id == referencia(CPF)
    assert evento.objeto_id in referencias(CPF) and CPF in referencias(CPF)  # those of before are found too
    assert (referencia("000123"), referencia("52998224726"), referencias("7")) == ("000123", "52998224726", ["7"])
    assert referencia("529.982.247-25") == referencia("529 982 247/25") == referencia(CPF)  # however it is written
    assert referencias("529.982.247-25") == [*referencias(CPF), "529.982.247-25"]
    assert referencia("12.abc.345/01de-35") == referencia("12ABC34501DE35") != "12ABC34501DE35"


@pytest.mark.django_db
def test_a_chave_mestra_se_troca_e_o_que_a_anterior_guardou_ainda_se_le(settings):
    velha, nova = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    settings.AUDITORIA_CHAVE_MESTRA = velha
    antigo = consultar()
    settings.AUDITORIA_CHAVE_MESTRA = f"{nova},{velha}"
    novo = consultar()
    assert (ler(antigo), ler(novo)) == ({"cpf": CPF}, {"cpf": CPF})
    assert len(list(cifra.eventos_de(CPF))) == 2
    settings.AUDITORIA_CHAVE_MESTRA = nova
    with pytest.raises(cifra.Ilegivel, match="chave mestra é outra"):
        ler(antigo)
    settings.AUDITORIA_CHAVE_MESTRA = f"{nova},{velha}"
    assert cifra.destruir(CPF) == 2


def test_chave_mestra_errada_diz_o_que_se_espera(settings):
    settings.AUDITORIA_CHAVE_MESTRA = "curta"
    with pytest.raises(ImproperlyConfigured, match="32 bytes em base64"):
        mestra.chaves_mestras()


def test_a_chave_mestra_se_faz_uma_vez_so_para_o_dono(tmp_path, settings):
    settings.RETAGUARDA_DADOS = tmp_path
    with ThreadPoolExecutor(8) as muitos:
        feitas = set(muitos.map(lambda _: mestra.chaves_mestras(), range(8)))
    assert len(feitas) == 1
    assert (tmp_path / mestra.ARQUIVO).stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [mestra.ARQUIVO]


@pytest.mark.django_db(transaction=True)
def test_dois_que_registram_a_mesma_pessoa_nova_nao_esperam_um_pelo_outro():
    def registrar_noutra(cpf: str) -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                registrar(acao=ACAO, ator=ATOR_SISTEMA, pessoa=cpf, depois={"cpf": cpf})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as outra, transaction.atomic():
        registrar(acao=ACAO, ator=ATOR_SISTEMA, pessoa=CPF, depois={"cpf": CPF})
        outra.submit(registrar_noutra, CPF).result()
    assert len(list(cifra.eventos_de(CPF))) == 2
    assert all(ler(evento) == {"cpf": CPF} for evento in Evento.objects.all())
    assert cifra.destruir(CPF) == 2


@pytest.mark.django_db
def test_nome_rua_e_nascimento_ficam_mascarados_e_se_ve_que_mudaram():
    antes = {"cliente_varejo": "Maria das Dores", "endereco": "", "aniversario": None, "uf": "RJ", "cep": "20000-000"}
    depois = {"cliente_varejo": "Marta das Dores", "endereco": "Rua A", "aniversario": "1960-02-03", "uf": "SP"}
    ato = Ato("clientes.cliente_alterado", "7", antes, depois | {"cep": "20000-000"})
    with transaction.atomic():
        pk = registrar(
            acao=ato.acao,
            ator=ATOR_SISTEMA,
            objeto="clientes.Cliente",
            objeto_id="7",
            antes=ato.antes,
            depois=ato.depois,
        )
        registrar_varios([ato], ator=ATOR_SISTEMA, objeto="clientes.cliente")
    evento, outro = Evento.objects.get(pk=pk), Evento.objects.exclude(pk=pk).get()
    assert (evento.antes, evento.depois) == (outro.antes, outro.depois)
    assert evento.antes == antes | {"cliente_varejo": "M*** d*** D***", "cep": "***"}
    assert evento.depois == {
        "cliente_varejo": "M*** d*** D*** (outro)", "endereco": "***", "aniversario": "***", "uf": "SP", "cep": "***",
    }  # fmt: skip
