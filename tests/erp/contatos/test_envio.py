"""From pending to the queue: what goes, what waits, what stops and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clientes.models import Etiqueta, TipoEtiqueta
from erp.contatos.canais import canal
from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.registro import Fonte, registrar_fonte
from erp.contatos.services import avisar, cancelar, descadastrar_cliente, encaminhar, enviar, repetir
from erp.contatos.services.envio import Encaminhados
from filas.models import Mensagem
from tests.erp.contatos.conftest import NovoCliente, aviso, por_na_fila
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db
Situacao = Comunicado.Situacao
NOITE = (time(20), time(8))


def _unico() -> tuple[int, str]:
    comunicado = Comunicado.objects.get()
    return comunicado.situacao, comunicado.motivo


def _fonte(ainda: set[str] | None, nome: str = "titulos") -> None:
    def continuam(fatos: Sequence[str]) -> set[str]:
        if ainda is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nada FROM lugar_nenhum")
        return set(fatos) & (ainda or set())

    registrar_fonte(Fonte(nome, "Dos testes", lambda dia: (), continuam))


def test_o_que_vai_entra_na_fila_com_as_palavras_e_o_endereco(
    modelo: ModeloMensagem, novo_cliente: NovoCliente
) -> None:
    [comunicado] = por_na_fila(aviso(codigo_cliente=novo_cliente().pk))

    assert comunicado.situacao == Situacao.NA_FILA
    mensagem = Mensagem.objects.get()
    assert (mensagem.contexto, mensagem.chave) == ("Email", str(comunicado.pk))
    assert mensagem.conteudo == {
        "comunicado": comunicado.pk, "token": str(comunicado.token), "fato": "coisa:1", "modelo": "teste",
        "para": "maria@exemplo.com.br", "assunto": "Sobre um café", "texto": "Olá, MARIA DA SILVA: um café.",
    }  # fmt: skip
    assert encaminhar(canal("email")) == Encaminhados()


def test_no_silencio_espera_a_manha_e_so_entao_vai(modelo: ModeloMensagem, settings: Any) -> None:
    settings.CONTATOS_SILENCIO = NOITE
    avisar([aviso()])
    Comunicado.objects.update(nao_antes_de=datetime(2026, 11, 22, tzinfo=UTC))

    onze_da_noite = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert encaminhar(canal("email"), agora=onze_da_noite) == Encaminhados(esperam=1)
    assert _unico() == (Situacao.PENDENTE, "SILENCIO")
    oito_da_manha = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert encaminhar(canal("email"), agora=oito_da_manha - timedelta(seconds=1)) == Encaminhados()
    assert encaminhar(canal("email"), agora=oito_da_manha) == Encaminhados(na_fila=1)
    assert _unico() == (Situacao.NA_FILA, "")


def test_modelo_sem_silencio_vai_de_noite(modelo: ModeloMensagem, settings: Any) -> None:
    settings.CONTATOS_SILENCIO = NOITE
    ModeloMensagem.objects.update(silencio_de=time(0), silencio_ate=time(0))
    avisar([aviso()])
    Comunicado.objects.update(nao_antes_de=datetime(2026, 11, 22, tzinfo=UTC))

    assert encaminhar(canal("email"), agora=datetime(2026, 11, 23, 2, 0, tzinfo=UTC)).na_fila == 1


def test_o_que_passou_da_hora_nao_e_dito(modelo: ModeloMensagem) -> None:
    por_na_fila(aviso(valido_ate=timezone.now() - timedelta(seconds=1)))
    assert _unico() == (Situacao.NAO_ENVIADO, "VENCEU")
    assert not Mensagem.objects.exists()


def test_modelo_desligado_segura_ate_alguem_ligar_e_mandar_de_novo(modelo: ModeloMensagem) -> None:
    ModeloMensagem.objects.update(ativo=False)
    [comunicado] = por_na_fila(aviso())
    assert _unico() == (Situacao.NAO_ENVIADO, "MODELO_DESLIGADO")

    ModeloMensagem.objects.update(ativo=True)
    assert repetir([comunicado.pk], usuario=pessoa("gerente"), motivo="liguei o modelo") == 1
    enviar()
    assert _unico() == (Situacao.NA_FILA, "")


@pytest.mark.parametrize("campos", [{"email": ""}, {"email": "nao tem"}, {"status": 0}])
def test_cliente_sem_endereco_que_sirva_nao_recebe_e_diz_por_que(
    modelo: ModeloMensagem, novo_cliente: NovoCliente, campos: dict[str, Any]
) -> None:
    por_na_fila(aviso(codigo_cliente=novo_cliente(**campos).pk))
    assert _unico() == (Situacao.NAO_ENVIADO, "SEM_ENDERECO")


def test_a_quem_faleceu_nao_se_escreve(modelo: ModeloMensagem, novo_cliente: NovoCliente) -> None:
    cliente = novo_cliente()
    Etiqueta.objects.create(
        codigo_cliente=cliente.pk, tipo=TipoEtiqueta.FALECIDO, desde=timezone.localdate(), motivo="óbito"
    )
    por_na_fila(aviso(codigo_cliente=cliente.pk))
    assert _unico() == (Situacao.NAO_ENVIADO, "FALECIDO")


def test_modelo_que_pede_campo_que_nao_veio_nao_vai_e_diz_qual(modelo: ModeloMensagem) -> None:
    ModeloMensagem.objects.update(corpo="{{outra}}")  # by SQL: the form would refuse it
    por_na_fila(aviso())
    assert _unico() == (Situacao.NAO_ENVIADO, "CAMPO_AUSENTE")
    assert "{{outra}}" in Comunicado.objects.get().detalhe


def test_quem_se_descadastrou_por_telefone_nao_recebe_em_endereco_nenhum(
    modelo: ModeloMensagem, novo_cliente: NovoCliente
) -> None:
    cliente = novo_cliente()
    descadastrar_cliente(
        codigo_cliente=cliente.pk, canal_="email", motivo="pediu ao telefone", usuario=pessoa("operador")
    )
    por_na_fila(aviso(codigo_cliente=cliente.pk))
    assert _unico() == (Situacao.NAO_ENVIADO, "DESCADASTRADO")


def test_o_que_deixou_de_ser_verdade_nao_e_dito(modelo: ModeloMensagem) -> None:
    _fonte({"coisa:1"})
    um, dois = por_na_fila(aviso("coisa:1"), aviso("coisa:2"), fonte="titulos")
    assert um.situacao == Situacao.NA_FILA
    assert (dois.situacao, dois.motivo) == (Situacao.NAO_ENVIADO, "DEIXOU_DE_VALER")


def test_fonte_que_falha_espera_e_nao_segura_as_outras(modelo: ModeloMensagem) -> None:
    _fonte(None)
    avisar([aviso("coisa:1")], fonte="titulos")
    avisar([aviso("coisa:2")], fonte="outra")

    assert encaminhar(canal("email")) == Encaminhados(na_fila=1, esperam=1)
    esperou = Comunicado.objects.get(fato="coisa:1")
    assert (esperou.situacao, esperou.motivo) == (Situacao.PENDENTE, "FONTE_FALHOU")
    assert esperou.nao_antes_de > timezone.now() + timedelta(minutes=5)


def test_quinhentos_custam_as_mesmas_perguntas_que_um(modelo: ModeloMensagem, novo_cliente: NovoCliente) -> None:
    def perguntas() -> int:
        with CaptureQueriesContext(connection) as feitas:
            encaminhar(canal("email"))
        return len(feitas)

    avisar([aviso("um", codigo_cliente=novo_cliente().pk)])
    de_um = perguntas()
    avisar([aviso(f"f:{n}", codigo_cliente=novo_cliente().pk) for n in range(120)])

    assert perguntas() == de_um
    assert Mensagem.objects.count() == 121


def test_cancelado_antes_de_ir_nao_vai_nem_volta_sozinho(modelo: ModeloMensagem) -> None:
    avisar([aviso()])
    pk = Comunicado.objects.get().pk

    assert cancelar([pk], usuario=pessoa("gerente"), motivo="engano do cadastro") == 1
    assert avisar([aviso()]).novos == 0
    assert enviar() == Encaminhados()
    assert _unico() == (Situacao.NAO_ENVIADO, "CANCELADO")
    assert cancelar([pk], usuario=pessoa("gerente"), motivo="de novo") == 0


def test_entregue_nao_se_cancela_nem_se_repete(modelo: ModeloMensagem) -> None:
    [comunicado] = por_na_fila(aviso())
    Comunicado.objects.update(situacao=Situacao.ENTREGUE)

    assert cancelar([comunicado.pk], usuario=pessoa("gerente"), motivo="tarde demais") == 0
    assert repetir([comunicado.pk], usuario=pessoa("gerente"), motivo="mais uma vez") == 0


def test_o_que_espera_e_achado_por_um_indice(modelo: ModeloMensagem) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM contatos_comunicado WHERE canal = 'email' AND situacao = 0 AND nao_antes_de <= now() "
            "ORDER BY nao_antes_de, id LIMIT 500 FOR UPDATE SKIP LOCKED"
        )
        plano = "\n".join(linha for (linha,) in cursor.fetchall())
    assert "comunicado_pendente" in plano and "Sort" not in plano
