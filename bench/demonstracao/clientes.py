"""The customers' side: posts of integrators, sent twice as impatient links do, and what the external platform got of them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from auditoria.services import ator_usuario
from bench.clientes import cpf
from bench.demonstracao.movimento import NaoTerminou
from clientes.loja_cliente.falso import Defeitos, IlliFalso
from clientes.loja_cliente.rules import montar_payload
from clientes.models import Cliente
from clientes.monitor.conteudo import conteudos
from clientes.monitor.informar import SEM_IBGE, informar_municipio
from clientes.services import mudar_status
from erp.acesso.services import criar_chave
from erp.cadastros.models import Filial

UM_A_UM, NO_LOTE, SEM_MUNICIPIO, INATIVADOS = 60, 200, 7, 3
AO_MESMO_TEMPO = 4
FALHAS_POR_CENTO = 3
SEGUNDOS_MAXIMO = 180.0
APELIDO, UF, IBGE = "BELZONTE", "MG", "3106200"
CIDADES = (("BELO HORIZONTE", "MG"), ("São Paulo", "SP"), ("CURITIBA", "PR"), ("Bom Jesus", "PI"), ("BOM JESUS", "RS"))


def plataforma() -> IlliFalso:
    """The other side of setIlli, on loopback, failing now and then."""
    return IlliFalso(token=uuid4().hex, defeitos=Defeitos(falhar=FALHAS_POR_CENTO), semente=4)


class Integrador:
    """Who posts customers, with a key of its own."""

    def __init__(self, url: str, usuario: User) -> None:
        self.url = f"{url}/bibliotecas/{settings.CLIENTES_TOKEN_BIBLIOTECA}/wosk_loja_cliente"
        self.usuario = usuario
        _, self.chave = criar_chave(nome="Loja virtual", escopos=["clientes"], ator=ator_usuario(usuario))
        self.filiais = list(Filial.objects.order_by("codigo").values_list("nome", flat=True))

    def cadastrar(self) -> list[str]:
        """Post customers one by one, each twice, and a lote; then change some by other hands. Returns what went wrong."""
        sozinhos = [self._cliente(n) for n in range(UM_A_UM)]
        no_lote = [self._cliente(n) for n in range(UM_A_UM, UM_A_UM + NO_LOTE)]
        with httpx.Client(timeout=60) as cliente, ThreadPoolExecutor(AO_MESMO_TEMPO) as linhas:
            duas_vezes = [corpo for corpo in sozinhos for _ in range(2)]
            respostas = list(linhas.map(lambda corpo: self._postar(cliente, "", corpo), duas_vezes))
            lote = self._postar(cliente, "/lote", {"clientes": no_lote})
        respostas += [resultado["resposta"] for resultado in lote.get("resultados", [])]
        recusadas = [r for r in respostas if r.get("Mensagem") != "OK"]
        _mudar_por_fora([corpo["CPF_CGC"] for corpo in sozinhos[-10:]])
        inativos = Cliente.objects.filter(pk__in=[corpo["CPF_CGC"] for corpo in no_lote[:INATIVADOS]])
        mudar_status(inativos, status=Cliente.Status.INATIVO, usuario=self.usuario, motivo="Fechou a conta")
        esperadas = 2 * UM_A_UM + NO_LOTE
        if recusadas or len(respostas) != esperadas:
            return [f"{len(respostas)} respostas de clientes, esperadas {esperadas}; recusadas: {len(recusadas)}"]
        return []

    def _postar(self, cliente: httpx.Client, caminho: str, corpo: dict[str, Any]) -> dict[str, Any]:
        resposta: dict[str, Any] = cliente.post(self.url + caminho, json={"key": self.chave, **corpo}).json()
        return resposta

    def _cliente(self, n: int) -> dict[str, Any]:
        cidade, uf = (APELIDO, UF) if n < SEM_MUNICIPIO else CIDADES[n % len(CIDADES)]
        return {
            "eventId": str(uuid4()), "CLIENTE_VAREJO": f"CLIENTE DA DEMONSTRAÇÃO {n}", "FILIAL": self.filiais[n % 2],
            "PF_PJ": "1", "ESTRANGEIRO": "0", "CPF_CGC": cpf(700_000_000 + n), "UF": uf, "CIDADE": cidade, "PAIS": "BRASIL",
            "TIPO_LOGRADOURO": "RUA", "ENDERECO": "DAS FLORES", "NUMERO": str(n + 1), "CEP": "30110001",
            "DDD_CELULAR": "31", "CELULAR": f"9{n:08d}", "STATUS": "1",
        }  # fmt: skip


def conferir_clientes(illi: IlliFalso, usuario: User) -> tuple[str, list[str]]:
    """Name the município that no table knows, wait for the Queue, and compare both sides, field by field.

    Returns what was seen, in words, and every difference. Raises NaoTerminou.
    """
    _esperar({SEM_IBGE: SEM_MUNICIPIO})
    curadas = informar_municipio(cidade=APELIDO, uf=UF, ibge=IBGE, usuario=usuario)
    _esperar({})
    faltas = [] if curadas == SEM_MUNICIPIO else [f"{SEM_MUNICIPIO} mensagens sem município, {curadas} curadas"]
    nossos = _nossos()
    deles = illi.caderno.clientes
    esperados = UM_A_UM + NO_LOTE
    if len(nossos) != esperados:
        faltas.append(f"{esperados} clientes enviados, {len(nossos)} no cadastro")
    diferentes = [codigo for codigo, payload in nossos.items() if deles.get(codigo) != payload]
    faltas += [f"o cliente …{codigo[-3:]} está diferente na plataforma" for codigo in diferentes]
    respostas = illi.caderno.respostas
    dito = (
        f"{len(nossos)} clientes cadastrados pelo webservice ({UM_A_UM} enviados duas vezes cada, {NO_LOTE} num lote); "
        f"{respostas[200]} mensagens na plataforma, {respostas[500]} falhas dela tentadas de novo, {curadas} sem município "
        f"curadas de uma vez; os dois lados iguais."
    )
    return dito, faltas


def _nossos() -> dict[str, dict[str, Any]]:
    codigos = list(Cliente.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        return {codigo: montar_payload(conteudo) for codigo, conteudo in conteudos(cursor, codigos).items()}


def _mudar_por_fora(codigos: list[str]) -> None:
    """As a report of somebody's or a repair does: straight in the table, telling nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE "CLIENTES_VAREJO" SET "BAIRRO" = 'CENTRO' WHERE "CODIGO_CLIENTE" = ANY(%s)""", [codigos]
        )


def _esperar(erros: dict[str, int]) -> None:
    """Until no change waits and the queue holds nothing but these errors, by cause."""
    limite = time.monotonic() + SEGUNDOS_MAXIMO
    while (achado := _situacao()) != (0, 0, erros):
        if time.monotonic() > limite:
            raise NaoTerminou(f"{SEGUNDOS_MAXIMO:.0f} s esperando a fila; a notar, a enviar e com erro: {achado}")
        time.sleep(0.1)


def _situacao() -> tuple[int, int, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM clientes_pendentes), "
            "(SELECT count(*) FROM wosk_queue WHERE situacao IN (0, 1)), "
            "(SELECT coalesce(json_object_agg(causa, n), '{}') FROM "
            "(SELECT causa, count(*) n FROM wosk_queue WHERE situacao = 4 GROUP BY 1) e)"
        )
        notadas, a_enviar, erros = cursor.fetchone()
    return notadas, a_enviar, erros
