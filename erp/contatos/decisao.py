"""Whether a comunicado may go now: read what it depends on for a whole batch, then decide each by a pure function.

Asked twice: when it enters the queue, and again when it is claimed from there, for hours may lie between the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import structlog
from django.conf import settings
from django.db import transaction

from clientes.models import Cliente, Etiqueta, TipoEtiqueta
from erp.contatos import selectors
from erp.contatos.canais import Barrado, Externo, Porta
from erp.contatos.enderecos import resumo
from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.registro import fonte_de
from erp.contatos.silencio import do_modelo
from erp.contatos.textos import CampoAusente, Carta, parametros, preencher

log = structlog.get_logger(__name__)

NOVA_PERGUNTA: Final = timedelta(minutes=10)  # to a source that failed
MODELO_PARADO: Final = timedelta(minutes=30)  # until a paused template is looked at again
# Why a comunicado was not sent: the code that filters ask by, and what people read.
MOTIVOS: Final[Mapping[str, str]] = {
    "SEM_ENDERECO": "Sem endereço",
    "FALECIDO": "Cliente falecido",
    "DESCADASTRADO": "Pediu para não receber",
    "MODELO_DESLIGADO": "Modelo desligado",
    "CAMPO_AUSENTE": "Modelo pede campo que não veio",
    "VENCEU": "Passou da hora",
    "DEIXOU_DE_VALER": "Deixou de valer",
    "JA_CHEGOU": "Chegou pelo outro canal",
    "CANCELADO": "Cancelado por uma pessoa",
    "SILENCIO": "Horário de silêncio",
    "FONTE_FALHOU": "A origem não respondeu",
    "MODELO_EM_PAUSA": "Modelo em pausa",
    "NUMERO_NAO_ENTREGA": "Número que não recebe",
    "LIMITE_DA_META": "Limite da Meta para a pessoa",
}


class Ir(NamedTuple):
    endereco: str
    carta: Carta
    externo: Externo | None = None


class Esperar(NamedTuple):
    motivo: str
    detalhe: str
    ate: datetime


class Parar(NamedTuple):
    motivo: str
    detalhe: str


class Pessoa(NamedTuple):
    """Who a customer is, for a letter: a company has no first name."""

    nome: str
    juridica: bool = False

    @property
    def primeiro_nome(self) -> str:
        primeiro = self.nome if self.juridica else self.nome.split()[0]
        return primeiro.capitalize() if primeiro.isupper() and not self.juridica else primeiro


@dataclass(frozen=True)
class Situacao:
    """What decides, for a batch of one channel."""

    agora: datetime
    modelos: Mapping[str, ModeloMensagem]
    enderecos: Mapping[str, str]  # of the customers, by code
    pessoas: Mapping[str, Pessoa]
    falecidos: frozenset[str]
    recusados: selectors.Recusados
    deixaram_de_valer: frozenset[str]  # facts
    em_duvida: frozenset[str]  # facts whose source could not say
    barrados: Mapping[str, Barrado] = field(default_factory=dict)  # addresses that nothing reaches now


def ler_situacao(porta: Porta, comunicados: Sequence[Comunicado], agora: datetime) -> Situacao:
    """A fixed number of statements, whatever the size of the batch. One source that fails holds its own back only."""
    codigos = sorted({c.codigo_cliente for c in comunicados if c.codigo_cliente})
    enderecos = porta.enderecos(codigos)
    todos = {e for e in (*enderecos.values(), *(c.endereco for c in comunicados)) if e}
    falsos, em_duvida = _perguntar_as_fontes(comunicados)
    return Situacao(
        agora=agora,
        modelos={m.codigo: m for m in ModeloMensagem.objects.filter(canal=porta.codigo)},
        enderecos=enderecos,
        pessoas=pessoas(codigos),
        falecidos=frozenset(
            Etiqueta.objects.filter(tipo=TipoEtiqueta.FALECIDO, codigo_cliente__in=codigos).values_list(
                "codigo_cliente", flat=True
            )
        ),
        recusados=selectors.recusados(porta.codigo, todos, codigos),
        deixaram_de_valer=falsos,
        em_duvida=em_duvida,
        barrados=porta.barrados(todos),
    )


def decidir(comunicado: Comunicado, s: Situacao) -> Ir | Esperar | Parar:
    """Go, wait, or stop, and why. Nothing is looked up here."""
    endereco = comunicado.endereco
    if comunicado.codigo_cliente:  # the register's, as it is now
        endereco = s.enderecos.get(comunicado.codigo_cliente, "")
    segurar = impedimento(comunicado, endereco, s)
    if segurar is not None:
        return segurar
    modelo = s.modelos[comunicado.modelo]
    dados = campos(comunicado, s.pessoas)
    try:
        carta = preencher(modelo.assunto, modelo.corpo, dados)
        return Ir(endereco, carta, _externo(modelo, dados))
    except CampoAusente as falta:
        return Parar(
            "CAMPO_AUSENTE", f"O modelo pede {{{{{falta.campo}}}}}, que este aviso não traz. Corrija o modelo."
        )


def _externo(modelo: ModeloMensagem, dados: Mapping[str, str]) -> Externo | None:
    """A template that was approved elsewhere goes by its name, with its values."""
    if not modelo.nome_externo:
        return None
    return Externo(modelo.nome_externo, modelo.idioma, parametros(modelo.corpo, dados))


def impedimento(comunicado: Comunicado, endereco: str, s: Situacao) -> Esperar | Parar | None:
    """What keeps it from going now, if anything."""
    modelo = s.modelos.get(comunicado.modelo)
    if modelo is None or not modelo.ativo:
        return Parar("MODELO_DESLIGADO", "O modelo desta mensagem está desligado.")
    if comunicado.valido_ate is not None and comunicado.valido_ate < s.agora:
        return Parar("VENCEU", "Quando chegou a vez de enviar, já tinha passado da hora.")
    if comunicado.fato in s.deixaram_de_valer:
        return Parar(
            "DEIXOU_DE_VALER", "Quando chegou a vez de enviar, não era mais verdade (pago, decidido, desfeito)."
        )
    if comunicado.codigo_cliente in s.falecidos:
        return Parar("FALECIDO", "O cliente faleceu: fale com a família por outro caminho.")
    if comunicado.fato in s.em_duvida:
        return Esperar("FONTE_FALHOU", "Não deu para saber se ainda é verdade. Tenta de novo.", s.agora + NOVA_PERGUNTA)
    if not endereco:
        return Parar("SEM_ENDERECO", "O cadastro não tem um endereço que sirva para este canal.")
    if barrado := s.barrados.get(endereco):
        return Parar(barrado.motivo, barrado.detalhe)
    if any(s.recusados.recusa(resumo(e), comunicado.codigo_cliente) for e in _enderecos(comunicado, endereco, s)):
        return Parar("DESCADASTRADO", "Esta pessoa pediu para não receber mensagens por este canal.")
    if modelo.pausa:
        return Esperar("MODELO_EM_PAUSA", f"O modelo está em pausa: {modelo.pausa}"[:300], s.agora + MODELO_PARADO)
    if ate := do_modelo(modelo.silencio_de, modelo.silencio_ate, settings.CONTATOS_SILENCIO).fim(s.agora):
        return Esperar("SILENCIO", "Horário de silêncio: sai quando ele acabar.", ate)
    return None


def _enderecos(comunicado: Comunicado, endereco: str, s: Situacao) -> set[str]:
    """Where it goes; and the customer's own, which may have changed since it entered the queue."""
    return {endereco, s.enderecos.get(comunicado.codigo_cliente, "")} - {""}


def pessoas(codigos: Sequence[str]) -> dict[str, Pessoa]:
    """Who these customers are. One statement."""
    linhas = Cliente.objects.filter(pk__in=list(codigos)).values_list("pk", "cliente_varejo", "pf_pj")
    return {pk: Pessoa(nome, pf_pj == Cliente.Pessoa.JURIDICA) for pk, nome, pf_pj in linhas if nome.strip()}


def campos(comunicado: Comunicado, quem: Mapping[str, Pessoa]) -> dict[str, str]:
    """What the template is filled in with: what came, and what every template may use."""
    dados: dict[str, str] = {nome: str(valor) for nome, valor in comunicado.dados.items()}
    pessoa = Pessoa(dados["nome"]) if dados.get("nome", "").strip() else quem.get(comunicado.codigo_cliente)
    pessoa = pessoa or Pessoa("cliente")
    comuns = {"nome": pessoa.nome, "primeiro_nome": pessoa.primeiro_nome, "empresa": settings.CONTATOS_EMPRESA}
    return comuns | {nome: valor for nome, valor in dados.items() if valor or nome not in comuns}


def _perguntar_as_fontes(comunicados: Sequence[Comunicado]) -> tuple[frozenset[str], frozenset[str]]:
    """Of the facts of these, those that are no longer true, and those whose source failed to say."""
    por_fonte: dict[str, list[str]] = {}
    for comunicado in comunicados:
        por_fonte.setdefault(comunicado.fonte, []).append(comunicado.fato)
    falsos: set[str] = set()
    em_duvida: set[str] = set()
    for nome, fatos in por_fonte.items():
        fonte = fonte_de(nome)
        if fonte is None or fonte.continuam is None:
            continue
        try:
            with transaction.atomic():  # what the database refuses there must not undo this batch
                falsos |= set(fatos) - fonte.continuam(fatos)
        except Exception as defeito:  # one source must not hold back the others
            log.error("contatos.fonte_falhou", fonte=nome, fatos=len(fatos), tipo=type(defeito).__name__)
            em_duvida |= set(fatos)
    return frozenset(falsos), frozenset(em_duvida)
