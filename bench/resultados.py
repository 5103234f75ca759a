"""From figures to the table, `results.json` (for machines) and `results.md` (for people)."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypedDict
from zoneinfo import ZoneInfo

import psutil
from rich.console import Console
from rich.table import Table

from bench.rodadas import Figuras

PASTA = Path(__file__).parent


class Medido(TypedDict):
    """One entry of `results.json`; `razao` is valor (or its cost) against what `contra` names."""

    valor: float
    unidade: str
    razao: float | None
    contra: str | None


class Barra(NamedTuple):
    """What a ratio must be: at least or at most."""

    titulo: str
    limite: float | None = None
    ao_menos: bool = True

    def cumprida(self, razao: float | None) -> bool | None:
        if razao is None or self.limite is None:
            return None
        return razao >= self.limite if self.ao_menos else razao <= self.limite

    @property
    def texto(self) -> str:
        return "" if self.limite is None else f"{'≥' if self.ao_menos else '≤'} {_numero(self.limite)}"


BARRAS = {
    "limite_sql": Barra("(a) limite: SQL à mão, processar"),
    "processar": Barra("(b) processar, 2 trabalhadores", 0.4),
    "http_ao_razao": Barra("(c) HTTP ao razão, 2 web + 2 trabalhadores", 0.4),
    "latencia_p99_redis": Barra("(d) latência p99, Redis", 1.0, ao_menos=False),
    "latencia_p99_embutido": Barra("(d) latência p99, sem Redis", 1.0, ao_menos=False),
    "processar_1m": Barra("(e) processar com 1.000.000 armazenadas", 1.2, ao_menos=False),
    "worker_rss": Barra("(f) memória de um trabalhador", 1.0, ao_menos=False),
    "reprocessar": Barra("(g) reprocesso em massa, 2 trabalhadores", 0.3),
    "fila": Barra("(h) fila, chamada que nada faz, 1 trabalhador", 1.0),
    "fila_http": Barra("(i) fila, destino que responde em 50 ms, 1 trabalhador", 1.0),
    "fila_memoria": Barra("(j) fila, memória de um trabalhador", 1.2, ao_menos=False),
    "clientes": Barra("(k) clientes um a um, 2 web, 1.000.000 no cadastro", 1.0),
    "clientes_contra_sql": Barra("(k) o mesmo contra SQL à mão"),
    "clientes_p99": Barra("(k) latência p99 a 50 por segundo", 1.0, ao_menos=False),
    "clientes_1m": Barra("(k) clientes um a um com 1.000.000 no cadastro", 1.2, ao_menos=False),
    "clientes_lote": Barra("(l) clientes em lotes de 500, 2 web, 1.000.000 no cadastro", 1.0),
    "clientes_lote_contra_sql": Barra("(l) o mesmo contra COPY à mão"),
    "clientes_lote_1m": Barra("(l) clientes em lotes com 1.000.000 no cadastro", 1.2, ao_menos=False),
    "tipar": Barra("(m) TiparClientes, 1.000.000 de clientes", 1.0, ao_menos=False),
    "tipar_memoria": Barra("(m) TiparClientes, memória", 1.2, ao_menos=False),
    "suspensao": Barra("(n) SuspensaoRotina, 100.000 contratos", 1.0, ao_menos=False),
    "cancelamento": Barra("(o) CancelamentoRotina, 100.000 contratos", 1.0, ao_menos=False),
    "jazigos": Barra("(p) manutenção de jazigos, 100.000 contratos", 1.0, ao_menos=False),
    "sincronia": Barra("(q) sincronização inteira, 100.000 produtos", 1.0, ao_menos=False),
    "cobrancas": Barra("(r) 10.000 cobranças perguntadas, provedor de 50 ms, 1 trabalhador", 1.0, ao_menos=False),
    "webhooks": Barra("(s) webhooks aceitos, 2 web", 1.0),
    "auditoria": Barra("(t) eventos de auditoria escritos e selados", 1.0),
    "auditoria_lote": Barra("(u) eventos de um lote de 500 vendas, sobre o lote", 1.0, ao_menos=False),
    "auditoria_verificar": Barra("(v) verificação de 1.000.000 de eventos, 1 processo", 1.0, ao_menos=False),
    "auditoria_arquivo": Barra("(w) o mesmo, no PostgreSQL e no MongoDB", 1.0, ao_menos=False),
}
POR_SEGUNDO, CLIENTES_POR_SEGUNDO = "operacoes/s", "clientes/s"
MENSAGENS_POR_SEGUNDO = "mensagens/s"
DO_ALVO = {
    "limite": {"limite_sql"}, "processar": {"processar"}, "http": {"http_ao_razao"},
    "latencia": {"latencia_p99_redis", "latencia_p99_embutido"}, "volume": {"processar_1m"}, "memoria": {"worker_rss"},
    "reprocessar": {"reprocessar"}, "fila": {"fila"}, "fila_http": {"fila_http"}, "fila_memoria": {"fila_memoria"},
    "clientes": {"clientes", "clientes_contra_sql", "clientes_p99", "clientes_1m"},
    "clientes_lote": {"clientes_lote", "clientes_lote_contra_sql", "clientes_lote_1m"},
    "tipar": {"tipar", "tipar_memoria"}, "suspensao": {"suspensao"}, "cancelamento": {"cancelamento"}, "jazigos": {"jazigos"},
    "sincronia": {"sincronia"},
    "cobrancas": {"cobrancas"}, "webhooks": {"webhooks"},
    "auditoria": {"auditoria", "auditoria_lote", "auditoria_verificar", "auditoria_arquivo"},
}  # fmt: skip


def medidos(figuras: Figuras, alvo: str | None = None) -> dict[str, Medido]:
    """The entries of `alvo` (None: of all) that these figures give; a name without figures is absent."""
    pedidos = set(BARRAS) if alvo is None else DO_ALVO[alvo]
    tentativas: dict[str, Callable[[], Medido | None]] = {
        "limite_sql": lambda: _medido(figuras.mediana("limite.processar"), POR_SEGUNDO),
        "processar": lambda: _contra_limite(figuras, "processar", "limite.processar"),
        "http_ao_razao": lambda: _contra_limite(figuras, "http", "limite.ponta_a_ponta"),
        "latencia_p99_redis": lambda: _contra_teto(figuras.mediana("latencia_redis.p99"), "ms", 500),
        "latencia_p99_embutido": lambda: _contra_teto(figuras.mediana("latencia_embutido.p99"), "ms", 3000),
        "processar_1m": lambda: _volume(figuras),
        "reprocessar": lambda: _contra_processar(figuras),
        "fila": lambda: _contra_piso(figuras.mediana("fila"), MENSAGENS_POR_SEGUNDO, 2_000),
        "fila_http": lambda: _contra_piso(figuras.mediana("fila_http"), MENSAGENS_POR_SEGUNDO, 150),
        "fila_memoria": lambda: _memoria(figuras, "fila_memoria", "fila_memoria.no_comeco"),
        "worker_rss": lambda: _contra_teto(figuras.rss_mb or None, "MB", 250),
        "clientes": lambda: _contra_piso(figuras.mediana("clientes_muitos.um"), CLIENTES_POR_SEGUNDO, 300),
        "clientes_contra_sql": lambda: _clientes(figuras, "um", "clientes_sql"),
        "clientes_p99": lambda: _contra_teto(figuras.mediana("clientes_muitos.p99"), "ms", 100),
        "clientes_1m": lambda: _clientes(figuras, "um", "clientes_poucos"),
        "clientes_lote": lambda: _contra_piso(figuras.mediana("clientes_muitos.lote"), CLIENTES_POR_SEGUNDO, 8000),
        "clientes_lote_contra_sql": lambda: _clientes(figuras, "lote", "clientes_sql"),
        "clientes_lote_1m": lambda: _clientes(figuras, "lote", "clientes_poucos"),
        "tipar": lambda: _contra_teto(figuras.mediana("tipar"), "s", 60),
        "tipar_memoria": lambda: _memoria(figuras, "tipar.memoria", "tipar.memoria_no_comeco"),
        "suspensao": lambda: _contra_teto(figuras.mediana("suspensao"), "s", 60),
        "cancelamento": lambda: _contra_teto(figuras.mediana("cancelamento"), "s", 60),
        "jazigos": lambda: _contra_teto(figuras.mediana("jazigos"), "s", 60),
        "sincronia": lambda: _contra_teto(figuras.mediana("sincronia"), "s", 60),
        "cobrancas": lambda: _contra_teto(figuras.mediana("cobrancas"), "s", 120),
        "webhooks": lambda: _contra_piso(figuras.mediana("webhooks"), "webhooks/s", 300),
        "auditoria": lambda: _contra_piso(figuras.mediana("auditoria"), "eventos/s", 2_000),
        "auditoria_lote": lambda: _contra_teto(figuras.mediana("auditoria_lote"), "%", 5),
        "auditoria_verificar": lambda: _contra_teto(figuras.mediana("auditoria_verificar"), "s", 60),
        "auditoria_arquivo": lambda: _contra_teto(figuras.mediana("auditoria_arquivo"), "s", 60),
    }
    return {nome: medido for nome, tentar in tentativas.items() if nome in pedidos and (medido := tentar()) is not None}


def _medido(valor: float | None, unidade: str, razao: float | None = None, contra: str | None = None) -> Medido | None:
    if valor is None:
        return None
    return {
        "valor": round(valor, 1), "unidade": unidade, "razao": None if razao is None else round(razao, 3), "contra": contra,
    }  # fmt: skip


def _contra_limite(figuras: Figuras, nome: str, limite: str) -> Medido | None:
    """The ratio of the medians; their rounds were interleaved."""
    valor, base = figuras.mediana(nome), figuras.mediana(limite)
    if valor is None or base is None:
        return _medido(valor, POR_SEGUNDO)
    return _medido(valor, POR_SEGUNDO, valor / base, "limite_sql")


def _contra_processar(figuras: Figuras) -> Medido | None:
    valor, base = figuras.mediana("reprocessar"), figuras.mediana("processar")
    return _medido(valor, POR_SEGUNDO, valor / base if valor and base else None, "processar")


def _contra_teto(valor: float | None, unidade: str, teto: float) -> Medido | None:
    return None if valor is None else _medido(valor, unidade, valor / teto, f"teto de {teto:g} {unidade}")


def _contra_piso(valor: float | None, unidade: str, piso: float) -> Medido | None:
    return None if valor is None else _medido(valor, unidade, valor / piso, f"piso de {piso:g} {unidade}")


def _memoria(figuras: Figuras, nome: str, nome_no_comeco: str) -> Medido | None:
    maior, no_comeco = figuras.mediana(nome), figuras.mediana(nome_no_comeco)
    if maior is None or no_comeco is None:
        return None
    return _medido(maior, "MB", maior / no_comeco, "o mesmo processo no primeiro décimo")


def _clientes(figuras: Figuras, modo: str, contra: str) -> Medido | None:
    """With many stored: the speed against that of SQL by hand, or the cost against that of few stored."""
    muitos, base = figuras.mediana(f"clientes_muitos.{modo}"), figuras.mediana(f"{contra}.{modo}")
    if muitos is None or base is None:
        return None
    if contra == "clientes_poucos":
        return _medido(muitos, CLIENTES_POR_SEGUNDO, base / muitos, "custo com 10.000 no cadastro")
    return _medido(muitos, CLIENTES_POR_SEGUNDO, muitos / base, f"SQL à mão: {_numero(base)} {CLIENTES_POR_SEGUNDO}")


def _volume(figuras: Figuras) -> Medido | None:
    muitas, poucas = figuras.mediana("volume_muitas"), figuras.mediana("volume_poucas")
    if muitas is None or poucas is None:
        return None
    return _medido(muitas, POR_SEGUNDO, poucas / muitas, "custo com 10.000 armazenadas")


def gravar(novos: Mapping[str, Medido], figuras: Figuras, *, comando: str, pasta: Path = PASTA) -> None:
    """Write both files. What was not measured now stays as it was."""
    arquivo = pasta / "results.json"
    antigos: dict[str, Medido] = json.loads(arquivo.read_text()) if arquivo.exists() else {}
    todos = antigos | dict(novos)
    todos = {nome: todos[nome] for nome in BARRAS if nome in todos}
    arquivo.write_text(json.dumps(todos, indent=2, ensure_ascii=False) + "\n")
    (pasta / "results.md").write_text(_markdown(todos, novos, figuras, comando))


def mostrar(novos: Mapping[str, Medido], figuras: Figuras, tela: Console) -> None:
    tabela = Table(title="Medidas")
    for titulo in ("medida", "valor", "razão", "contra", "barra", ""):
        tabela.add_column(titulo, justify="left" if titulo in ("medida", "contra") else "right")
    for nome, medido in novos.items():
        tabela.add_row(*_celulas(nome, medido))
    tela.print(tabela)
    for nota in figuras.notas:
        tela.print(nota)


def _celulas(nome: str, m: Medido) -> list[str]:
    barra = BARRAS[nome]
    cumprida = barra.cumprida(m["razao"])
    return [
        barra.titulo, f"{_numero(m['valor'])} {m['unidade']}", "" if m["razao"] is None else _numero(m["razao"]),
        m["contra"] or "", barra.texto, {True: "✔", False: "✘", None: ""}[cumprida],
    ]  # fmt: skip


def _numero(valor: float) -> str:
    texto = f"{valor:,.0f}" if abs(valor) >= 100 else f"{valor:.1f}" if abs(valor) >= 10 else f"{valor:.2f}"
    return texto.translate(str.maketrans(",.", ".,"))


def _markdown(todos: Mapping[str, Medido], novos: Mapping[str, Medido], figuras: Figuras, comando: str) -> str:
    agora = datetime.now(ZoneInfo("America/Sao_Paulo"))
    linhas = [
        "# Medidas", "",
        f"Última execução: {agora:%d/%m/%Y %H:%M}, `{comando}`, em {_maquina()}.", "",
        "| medida | valor | razão | contra | barra | | medida agora |", "|---|---:|---:|---|---:|---|---|",
    ]  # fmt: skip
    for nome, medido in todos.items():
        linhas.append(
            f"| {' | '.join(_celulas(nome, medido))} | {'sim' if nome in novos else 'não, guardada de antes'} |"
        )
    linhas += ["", *(f"- {nota}" for nota in figuras.notas), "", "## Rodadas desta execução", ""]
    linhas += ["| figura | mediana | menor | maior | rodadas |", "|---|---:|---:|---:|---:|"]
    for nome, valores in figuras.rodadas.items():
        mediana = figuras.mediana(nome) or 0.0
        linhas.append(
            f"| {nome} | {_numero(mediana)} | {_numero(min(valores))} | {_numero(max(valores))} | {len(valores)} |"
        )
    return "\n".join([*linhas, "", _COMO])


def _maquina() -> str:
    memoria = psutil.virtual_memory().total / 1024**3
    sistema, python = f"{platform.system()} {platform.machine()}", f"Python {platform.python_version()}"
    return f"{sistema}, {os.cpu_count()} núcleos, {memoria:.0f} GB, {python}"


_COMO = """## Como repetir

`make bench` mede tudo (cerca de 15 minutos, 20 GB livres em disco); `make bench ALVO=processar` mede uma área:
`limite`, `processar`, `http`, `latencia`, `volume`, `memoria`, `reprocessar`, `fila`, `fila_http`, `fila_memoria`
(`--mensagens 1000000` para um milhão), `clientes`, `clientes_lote`, `tipar`, `suspensao`, `cancelamento`, `jazigos`,
`sincronia`, `cobrancas`, `webhooks` (`--de-provedores 500` para menos), `auditoria` (`--eventos 50000` para menos).
As demais figuras ficam como estavam.

## O que é medido

Uma unidade é uma venda de 4 itens, 2 pagamentos (dinheiro com troco; cartão em 2 parcelas) e a sua NFC-e de cerca de
6 kB; 10 filiais, 5 PDVs em cada, 5.000 produtos com saldo em cada filial; 500 por lote. Tudo no mesmo PostgreSQL
embutido, com fsync, em um banco próprio da execução. As rodadas se alternam; vale a mediana.

- **limite**: SQL escrito à mão sobre tabelas simples (`limite.py`, caminho em `LIMITE`); receber, processar e de ponta a ponta.
- **processar**: unidades já em `hiperpdv_` por COPY; dois processos drenam até esvaziar, operações e notas.
- **http**: pacotes gzip de 500 prontos de antemão; gunicorn com 2 processos, Celery com 2 processos; do primeiro POST
  até nada restar pendente.
- **latencia**: uma venda por pedido, 5 por segundo durante 20 s; do POST até a venda e a nota estarem lançadas.
- **volume**: 2.000 vendas processadas de verdade, multiplicadas por INSERT..SELECT em todas as tabelas, razões inclusive;
  a razão é o custo por operação contra o de 10.000 armazenadas.
- **clientes**, **clientes_lote**: `POST …/wosk_loja_cliente`, um cliente por pedido em 8 conexões, e em lotes de 500 em 4;
  metade dos clientes é nova, metade já está no cadastro. Dois processos gunicorn. SQL à mão: o mesmo cliente em uma tabela
  simples, por INSERT .. ON CONFLICT e um commit cada, ou por COPY e um commit a cada 500, em 2 conexões. A latência é de um
  pedido a cada 20 ms, contada de quando ele devia partir.
- **memoria**: o maior RSS de um processo trabalhador em todas as medidas desta execução.
- **fila**: 20.000 mensagens já na fila, um processo, a chamada não faz nada: pegar, montar, anotar a tentativa, terminar.
- **fila_http**: 3.000 mensagens, um processo, um destino de verdade em loopback que responde em 50 ms, 16 chamadas
  por vez (o padrão de um contexto).
- **fila_memoria**: 200.000 mensagens em uma só execução de um processo; o maior RSS contra o do primeiro décimo.
- **tipar**: 1.000.000 de clientes sem etiqueta: metade com registro do webservice, metade com título do PDV; 100.000 com
  contrato (ativo, suspenso ou cancelado), dependente e parcelas; 10.000 óbitos. A rotina inteira, num processo; `tipar.de_novo`
  é rodar outra vez, sem nada a mudar. Memória: o maior RSS do processo contra o do primeiro décimo.
- **suspensao**, **cancelamento**: 100.000 contratos, todos a suspender (3 parcelas vencidas, 12 emitidas) ou a cancelar (14
  vencidas, 2 avisos provados, as parcelas a vencer estornadas), com a mudança, o evento de auditoria e o aviso de cada um.
- **jazigos**: 100.000 contratos mensais com uma competência a cobrar. Cada rodada das rotinas tem um banco só dela.
- **sincronia**: 105.000 produtos e os seus preços (5.000 já existem dos dois lados) lidos de outra retaguarda (gunicorn, 2
  processos, o seu banco) por HTTP, em páginas de 2.000 com gzip, para um banco que não os tem; a rotina inteira, num processo.
- **cobrancas**: 10.000 links que esperam, todos na hora; a rotina inteira, num processo, contra uma Efí de loopback que
  responde em 50 ms (16 perguntas por vez); uma em dez foi paga e é lançada. **webhooks**: 6.000 corpos diferentes, 8 conexões.
- **auditoria**: 20.000 eventos por dois processos, registrados um a um, 50 por transação, com um selador ao lado; até o último
  estar selado. `auditoria.um_a_um` é com um commit para cada evento.
  **auditoria_lote**: 500 eventos registrados de uma vez, na mesma transação, contra o tempo de um lote de 500 vendas num
  trabalhador (o lançamento não registra um evento por venda: é o que custaria se registrasse). **auditoria_verificar**: a cadeia
  de 1.000.000 de eventos refeita inteira num processo. **auditoria_arquivo**: a mesma, com cada documento do MongoDB que
  `MONGO_DO_BENCH` diz conferido contra o seu selo; `auditoria_arquivo.ler` é só ler os documentos, o que o servidor permite. O
  FerretDB dos testes lê uns 5.000 por segundo: nele, quem espera é a verificação.
"""
