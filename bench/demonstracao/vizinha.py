"""A second retaguarda, with a database of its own: it reads the registers of the first, and the first sends it the sales."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from django.db import connections
from django.utils import timezone

from bench.conversa import Conversa
from bench.pasta import BANCO, Pasta
from bench.processos import Processos
from bench.servico import Retaguarda
from bench.sincronia import chave
from erp.cadastros.models import Conta, Filial, PontoVenda

VIZINHA: Final = "vizinha"
CADASTROS: Final = ("sincronizacao/sincronizar", "sincronizacao/SincronizarColaboradores")
PASSADAS: Final = 6
COMPARAR, VENDAS = "Sincronizacao/Comparar", "Sincronizacao/SincronizarVendas"
# The same on both sides, to the last byte: how many, and a digest of all.
_IGUAIS: Final = {
    "produtos": "SELECT codigo, descricao, codigo_barras, unidade, ncm, preco, ativo FROM cadastros_produto",
    "filiais": 'SELECT "COD_FILIAL", "FILIAL", "CGC_CPF", "UF", ativa FROM "FILIAIS"',
    "finalizadores": """SELECT f.codigo, f.nome, f.especie, f.ativo, c.vigente_desde, c.dias_primeira, c.dias_intervalo,
        c.taxa_percentual FROM cadastros_finalizador f LEFT JOIN cadastros_condicaofinalizador c ON c.finalizador_id = f.id""",
    "clientes": """SELECT "CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "CPF_CGC", "CIDADE", "UF", "CELULAR", "STATUS"
        FROM "CLIENTES_VAREJO" """,
    "operações": """SELECT id_ponto_venda, instalacao, id_operacao, hash_conteudo, cancelado, valor_total
        FROM hiperpdv_operacao_pdv""",
    "itens": """SELECT o.id_ponto_venda, o.instalacao, o.id_operacao, i.item, i.id_produto, i.valor_total_liquido
        FROM hiperpdv_item_operacao_pdv i JOIN hiperpdv_operacao_pdv o ON o.id = i.operacao_id""",
    "notas": "SELECT chave, situacao, protocolo, valor_total, md5(xml) FROM hiperpdv_nota_fiscal",
    "turnos": "SELECT id_ponto_venda, instalacao, id_turno, fechado FROM hiperpdv_turno",
}  # fmt: skip


def criar_vizinha() -> None:
    """Its database, a copy of the first one's while that is empty and nobody uses it."""
    connections.settings["manutencao"] = connections.settings["default"] | {"NAME": "postgres"}
    with connections["manutencao"].cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{VIZINHA}" TEMPLATE "{BANCO}"')
    connections["manutencao"].close()
    connections.settings[VIZINHA] = connections.settings["default"] | {"NAME": VIZINHA}


def sincronizar_com_a_vizinha(pasta: Pasta, processos: Processos, url: str) -> tuple[str, list[str]]:
    """Registers there, sales there, nothing different at the end. Returns what to say, and every difference."""
    vizinha = Retaguarda(processos, pasta.variaveis(VIZINHA), nome=VIZINHA)
    vizinha.iniciar(trabalhadores=0, relogio=False)  # it only receives: nobody works its staging
    la = Conversa(processos, "bench.executor", _ambiente(pasta, VIZINHA, url, chave()), nome="vizinha-le")
    da_vizinha = str(_pedir(la, "chave")["chave"])
    lidos, comparadas = _ler_cadastros(la)
    _cadastrar_pdvs()
    vizinha.esperar()
    aqui = Conversa(processos, "bench.executor", _ambiente(pasta, BANCO, vizinha.url, da_vizinha), nome="vizinha-envia")
    vendas = _executar(aqui, VENDAS)
    de_novo = [*(_executar(la, caminho) for caminho in CADASTROS), _executar(aqui, VENDAS)]
    la.encerrar()
    aqui.encerrar()
    vizinha.encerrar()
    contagens, faltas = _conferir()
    faltas += [f"a vizinha tem {n} {nome} diferentes" for nome, n in comparadas.items() if n]
    faltas += [f"sincronizar de novo fez {feito}" for feito in de_novo if feito]
    connections[VIZINHA].close()
    registros = sum(n for nome, n in lidos.items() if nome.endswith(": recebidos"))
    entregues = ", ".join(f"{vendas.get(f'{nome}: criada', 0)} {nome}" for nome in ("operacoes", "notas", "turnos"))
    return (
        f"Segunda retaguarda: {registros} registros dos cadastros lidos do feed e {entregues} entregues a ela; "
        f"{sum(contagens.values())} linhas iguais nos dois bancos, e sincronizar de novo não mudou nada."
    ), faltas


def _ambiente(pasta: Pasta, banco: str, url: str, da_outra: str) -> Mapping[str, str]:
    return pasta.variaveis(banco, SINCRONIZACAO_URL=url, SINCRONIZACAO_CHAVE=da_outra)


def _executar(quem: Conversa, caminho: str) -> dict[str, int]:
    """One run of a routine to its end; its counts. RuntimeError when it does not end well."""
    feito = _pedir(quem, f"executar {caminho} {timezone.localdate()}")
    if not feito["sucesso"]:
        raise RuntimeError(f"{caminho}: {feito}")
    contagens: dict[str, int] = feito["contagens"]
    return contagens


def _ler_cadastros(quem: Conversa) -> tuple[Counter[str], dict[str, int]]:
    """What was read, and what differs after it: as the clock does, again while the feed holds something back.

    It tells nothing that is younger than the oldest write still open, and the first retaguarda is at work.
    """
    lidos = Counter[str]()
    for _ in range(PASSADAS):
        for caminho in CADASTROS:
            lidos.update(_executar(quem, caminho))
        comparadas = _executar(quem, COMPARAR)
        if not any(comparadas.values()):
            break
    return lidos, comparadas


def _pedir(quem: Conversa, ordem: str) -> dict[str, Any]:
    respondido: dict[str, Any] = json.loads(quem.pedir(ordem))
    return respondido


def _cadastrar_pdvs() -> None:
    """Tills are no entity of the feed: each side registers its own."""
    for ponto in PontoVenda.objects.select_related("filial").order_by("codigo"):
        filial = Filial.objects.using(VIZINHA).get(codigo=ponto.filial.codigo)
        conta = Conta.objects.using(VIZINHA).create(
            codigo=f"CAIXA-{ponto.codigo}", nome=f"Caixa do PDV {ponto.codigo}", tipo=Conta.Tipo.CAIXA, filial=filial
        )
        PontoVenda.objects.using(VIZINHA).create(codigo=ponto.codigo, nome=ponto.nome, filial=filial, conta_caixa=conta)


def _conferir() -> tuple[dict[str, int], list[str]]:
    """How many rows of each kind both databases have, and the kinds that differ."""
    contagens, faltas = {}, []
    for nome, consulta in _IGUAIS.items():
        lados = []
        for banco in ("default", VIZINHA):
            with connections[banco].cursor() as cursor:
                cursor.execute(f"SELECT count(*), md5(string_agg(x::text, '|' ORDER BY x::text)) FROM ({consulta}) x")
                lados.append(cursor.fetchone())
        contagens[nome] = lados[0][0]
        if lados[0] != lados[1]:
            faltas.append(
                f"{nome}: {lados[0][0]} na primeira retaguarda e {lados[1][0]} na segunda, ou com outro conteúdo"
            )
    return contagens, faltas
