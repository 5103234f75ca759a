from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clientes.etiquetas import ENCERRADAS, etiquetas_de
from clientes.models import Cliente, Etiqueta, HistoricoEtiqueta, TipoEtiqueta
from tests.erp.elenco import CPF, navegador

pytestmark = pytest.mark.django_db
Novo = Callable[..., Cliente]
LISTA = "/admin/clientes/cliente/"
DIA = date(2026, 11, 22)


def etiquetar(codigo: str = CPF, tipo: int = TipoEtiqueta.TITULAR, **campos: Any) -> Etiqueta:
    base: dict[str, Any] = {"desde": DIA, "motivo": "Contrato 12"}
    return Etiqueta.objects.create(codigo_cliente=codigo, tipo=tipo, **(base | campos))


def encerrar(**campos: Any) -> HistoricoEtiqueta:
    base: dict[str, Any] = {
        "codigo_cliente": CPF, "tipo": TipoEtiqueta.FELICITADO, "desde": date(2026, 6, 1), "ate": date(2026, 6, 14),
        "motivo": "Aniversário em 08/06", "motivo_fim": "O aniversário passou",
    }  # fmt: skip
    return HistoricoEtiqueta.objects.create(**(base | campos))


def nomes(resposta: Any) -> list[str]:
    return [cliente.cliente_varejo for cliente in resposta.context["cl"].result_list]


def test_um_cliente_nao_tem_a_mesma_etiqueta_duas_vezes(db: None) -> None:
    etiquetar()
    etiquetar(tipo=TipoEtiqueta.VAREJO)
    with pytest.raises(IntegrityError), transaction.atomic():
        etiquetar(motivo="outro")


def test_o_que_a_etiqueta_ja_foi_nao_muda_nem_some(db: None) -> None:
    linha = encerrar()
    with pytest.raises(IntegrityError), transaction.atomic():
        HistoricoEtiqueta.objects.update(motivo="outro")
    with pytest.raises(IntegrityError), transaction.atomic():
        linha.delete()


@pytest.mark.parametrize("grupo", ["operador", "gerente"])
def test_a_lista_mostra_e_filtra_por_etiqueta(novo_cliente: Novo, grupo: str) -> None:
    novo_cliente(cliente_varejo="ANA")
    novo_cliente(codigo_cliente="2", cpf_cgc="", cliente_varejo="BIA")
    etiquetar()
    etiquetar(tipo=TipoEtiqueta.FALECIDO)
    etiquetar("2", TipoEtiqueta.VAREJO)
    quem = navegador(grupo)
    assert "Titular · Falecido" in quem.get(LISTA).content.decode()
    assert nomes(quem.get(LISTA, {"etiqueta": TipoEtiqueta.FALECIDO})) == ["ANA"]
    assert nomes(quem.get(LISTA, {"etiqueta": TipoEtiqueta.VAREJO})) == ["BIA"]
    assert nomes(quem.get(LISTA, {"etiqueta": TipoEtiqueta.EX_CLIENTE})) == []
    assert nomes(quem.get(LISTA, {"etiqueta": "9; drop"})) == ["BIA", "ANA"]


def test_a_etiqueta_de_um_em_milhares_e_achada_pelo_indice(novo_cliente: Novo, sem_varredura: None) -> None:
    novo_cliente()
    with CaptureQueriesContext(connection) as feitas:
        navegador("gerente").get(LISTA, {"etiqueta": TipoEtiqueta.TITULAR})
    consulta = next(q["sql"] for q in feitas if 'IN (SELECT U0."codigo_cliente"' in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {consulta}")
        plano = "\n".join(linha for (linha,) in cursor.fetchall())
    assert "etiqueta_tipo" in plano or "etiqueta_uma_por_cliente" in plano
    assert "Seq Scan" not in plano


def test_a_pagina_do_cliente_diz_o_que_e_desde_quando_e_por_que(novo_cliente: Novo) -> None:
    cliente = novo_cliente()
    etiquetar(motivo="Contrato 12 <b>")
    encerrar()
    corpo = navegador("gerente").get(f"{LISTA}{cliente.pk}/change/").content.decode()
    for texto in (
        "Titular",
        "22/11/2026",
        "Contrato 12 &lt;b&gt;",
        "O que já foi",
        "14/06/2026",
        "O aniversário passou",
    ):
        assert texto in corpo


def test_sem_etiqueta_a_pagina_diz_quem_as_da(novo_cliente: Novo) -> None:
    corpo = navegador("gerente").get(f"{LISTA}{novo_cliente().pk}/change/").content.decode()
    assert "Nenhuma etiqueta" in corpo and "O que já foi" not in corpo


def test_do_que_ja_foi_so_os_mais_novos_aparecem(db: None) -> None:
    for n in range(ENCERRADAS + 1):
        encerrar(motivo=str(n))
    achadas = etiquetas_de(CPF)
    assert achadas.mais_antigas and len(achadas.encerradas) == ENCERRADAS
    assert achadas.encerradas[0].motivo == str(ENCERRADAS)
