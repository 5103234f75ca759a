"""Everything about one person, handed over: JSON whole, PDF to read, in the memory of a few rows."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auditoria.models import Evento
from auditoria.services import ATOR_SISTEMA, registrar
from clientes.models import RegistroRecebido
from erp.contatos.models import Comunicado, Descadastro
from erp.lgpd.fontes import fontes
from erp.lgpd.pessoa import procurar
from erp.lgpd.services import Exportado, exportar, ver
from erp.lgpd.services.exportacao import Formato
from filas.models import Mensagem
from tests.erp.elenco import CPF, empresa, titulo
from tests.erp.lgpd.elenco import NOME, OUTRO, com_tudo, maria, mensagem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _loja() -> None:
    empresa()


@contextmanager
def exportado(formato: Formato = "json", texto: str = CPF) -> Iterator[Exportado]:
    feito = exportar(procurar(texto), formato, ator=ATOR_SISTEMA, motivo="pedido do titular")
    with feito.arquivo:
        yield feito


def em_json(texto: str = CPF) -> dict[str, Any]:
    with exportado(texto=texto) as feito:
        lido: dict[str, Any] = json.loads(feito.arquivo.read())
        assert lido["linhas"] == feito.linhas
    return lido


def test_o_json_tem_cada_fonte_com_as_suas_linhas():
    com_tudo()
    titulo("100.00", cpf_cnpj=CPF)
    registrar(acao="consultas.cpf_consultado", ator=ATOR_SISTEMA, pessoa=CPF, depois={"cpf": CPF})
    lido = em_json()
    por_nome = {fonte["fonte"]: fonte for fonte in lido["fontes"]}
    assert set(por_nome) == {fonte.nome for fonte in fontes()}
    assert por_nome["clientes.cadastro"]["linhas"][0]["nome"] == NOME
    assert por_nome["financeiro.titulos"]["linhas"][0]["CPF/CNPJ"] == CPF
    assert "CTN" in por_nome["financeiro.titulos"]["guarda"]
    assert len(por_nome["clientes.mensagens"]["linhas"]) == 2
    assert por_nome["clientes.mensagens"]["linhas"][0]["tentativas feitas"][0]["payload"]["nome"] == NOME
    assert len(por_nome["contatos.comunicados"]["linhas"]) == 3  # the one told to the address alone too
    assert [e["ação"] for e in por_nome["auditoria.eventos"]["linhas"]] == ["consultas.cpf_consultado"]


def test_nada_de_outra_pessoa_vai_junto():
    com_tudo()
    maria(OUTRO, cpf_cgc=OUTRO, email="outra@exemplo.com.br", cliente_varejo="JOANA")
    assert "JOANA" not in json.dumps(em_json())
    dela = json.dumps(em_json(OUTRO))
    assert "JOANA" in dela and NOME not in dela


def test_cada_exportacao_e_um_evento_sem_documento_com_o_hash_do_arquivo():
    com_tudo()
    with exportado() as feito:
        pass
    evento = Evento.objects.get(acao="lgpd.pessoa_exportada")
    assert evento.depois == {"formato": "json", "linhas": feito.linhas, "sha256": feito.sha256}
    assert evento.objeto_id.startswith("pessoa-") and CPF not in evento.objeto_id + feito.nome


def test_o_pdf_se_le_e_diz_que_ha_mais_no_json():
    com_tudo()
    with exportado("pdf") as feito, exportado("pdf", OUTRO) as vazio:
        assert feito.arquivo.read(5) == b"%PDF-" and feito.linhas > 8
        assert vazio.linhas == 0 and vazio.arquivo.read(5) == b"%PDF-"


def muitos(quantos: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO registro_recebido (filial, id_registro, resultado, codigo_cliente, hash_conteudo, conteudo,
                   resposta, status_http) SELECT 'F', 'n' || n, 1, %s, '\\x00', jsonb_build_object('n', repeat('x', 400)),
                   '{}', 200 FROM generate_series(1, %s) n""",
            [CPF, quantos],
        )


def test_muitas_linhas_nao_enchem_a_memoria():
    maria()
    muitos(12_000)
    tracemalloc.start()
    with exportado() as feito:
        _, pico = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert feito.linhas >= 12_000
        assert feito.arquivo.seek(0, 2) > 7_000_000
    assert pico < 7_000_000  # four of the file before it goes to the disk; the rows go by
    with exportado("pdf") as curto:
        assert curto.linhas < 400


def test_os_atos_das_coisas_da_pessoa_vao_junto_e_os_das_de_outra_nao():
    com_tudo()
    coisas = [Comunicado.objects.order_by("pk")[0], Descadastro.objects.get(), Mensagem.objects.order_by("pk")[0]]
    coisas.append(titulo("10.00", cpf_cnpj=CPF))
    for coisa in [*coisas, titulo("20.00", cpf_cnpj=OUTRO, codigo_cliente=OUTRO)]:
        registrar(acao="acesso.acao_feita", ator=ATOR_SISTEMA, objeto=coisa._meta.label, objeto_id=str(coisa.pk))
    (fonte,) = [f for f in em_json()["fontes"] if f["fonte"] == "auditoria.eventos"]
    achados = [(e["objeto"], e["identificador do objeto"]) for e in fonte["linhas"]]
    assert achados == [(c._meta.label, str(c.pk)) for c in reversed(coisas)]


def perguntas() -> list[str]:
    with CaptureQueriesContext(connection) as feitas, exportado():
        pass
    return [consulta["sql"] for consulta in feitas.captured_queries]


def test_as_perguntas_ao_banco_nao_crescem_com_as_linhas():
    com_tudo()
    poucas = perguntas()
    for _ in range(6):
        mensagem(situacao=Mensagem.Situacao.SUCESSO)
    muitos(50)
    assert len(perguntas()) == len(poucas)


def test_nenhuma_particao_sai_enquanto_se_le_um_so_momento():
    """A snapshot sees no row of a table that was dropped after it: the lock comes before anything is read."""
    do_banco = [sql for sql in perguntas() if sql.startswith(("LOCK", "SELECT", "INSERT", "CREATE"))]
    assert do_banco.index("LOCK TABLE auditoria_evento IN ACCESS SHARE MODE") < next(
        n for n, sql in enumerate(do_banco) if "auditoria" in sql and not sql.startswith("LOCK")
    )


def test_ver_conta_cada_fonte_e_e_um_evento():
    com_tudo()
    contagens = {c.nome: c.linhas for c in ver(procurar(CPF), ator=ATOR_SISTEMA, motivo="pedido 7")}
    assert (contagens["clientes.cadastro"], contagens["clientes.mensagens"], contagens["fiscal.documentos"]) == (
        1,
        2,
        0,
    )
    assert Evento.objects.get(acao="lgpd.pessoa_consultada").depois["linhas"] == sum(contagens.values())
    assert RegistroRecebido.objects.filter(recebido_em__lte=timezone.now()).count() == 1
