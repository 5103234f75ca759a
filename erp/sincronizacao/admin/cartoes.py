"""What the card of an entity says: how far it is read, how late, what waits for somebody."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count
from django.urls import reverse

from auditoria.rules import mascarar_texto
from erp.rotinas.models import Execucao
from erp.sincronizacao.admin.textos import VENDAS, rotina_url
from erp.sincronizacao.entidades import ENTIDADES, Entidade
from erp.sincronizacao.fio import INICIO
from erp.sincronizacao.models import Conflito, CursorEntidade, Diferenca, EnvioLigado, FeedLigado, VendaAEnviar
from erp.sincronizacao.selectors import ultima_execucao
from erp.sincronizacao.services.passadas import CAMINHO_VENDAS, caminho_de
from filas.admin import formatos

TETO: Final = 10_000
ATRASO: Final = timedelta(hours=1)  # three runs that did not come
Tipo = Conflito.Tipo
Fato = tuple[str, str, str]


def cartoes(agora: datetime) -> list[dict[str, Any]]:
    """One per entity, in the order in which they are read, and the sales. Nine queries, however much there is."""
    cursores = CursorEntidade.objects.in_bulk()
    ligados = FeedLigado.objects.in_bulk()
    abertos = Counter(
        Conflito.objects.filter(situacao=Conflito.Situacao.ABERTO)
        .order_by("-pk")
        .values_list("entidade", "tipo")[:TETO]
    )
    contadas = Diferenca.objects.values("entidade").annotate(n=Count("pk")).values_list("entidade", "n").order_by()
    diferencas = dict(contadas)
    rodadas = {caminho: ultima_execucao(caminho) for caminho in {caminho_de(nome) for nome in ENTIDADES}}
    feitos = []
    for nome, entidade in ENTIDADES.items():
        cursor = cursores.get(nome) or CursorEntidade(entidade=nome)
        decidir = abertos[nome, Tipo.DECIDIR] + abertos[nome, Tipo.APAGADO]
        retidos = abertos[nome, Tipo.REFERENCIA] + abertos[nome, Tipo.RECUSADO]
        situacao, cor = _selo(cursor, decidir, agora)
        feitos.append({
            "nome": nome, "titulo": entidade.titulo, "situacao": situacao, "cor": cor, "regra": _regra(entidade),
            "exclusoes": cursor.exclusoes_a_confirmar if cursor.exclusoes_confirmadas != cursor.passada else 0,
            "lida": bool(cursor.ultimo_contato_em), "rotina": rotina_url(caminho_de(nome)),
            "ultimo_erro": mascarar_texto(cursor.ultimo_erro),
            "fatos": [
                ("Atraso", _atraso(cursor, agora), ""),
                ("Lido até", formatos.curta(cursor.atualizado_ate), ""),
                ("Cursor", "no começo" if cursor.posicao in ("", str(INICIO)) else cursor.posicao, ""),
                ("Registros lidos", formatos.numero(cursor.lidos), ""),
                _rodada(rodadas[caminho_de(nome)]),
                ("Esperam decisão", _teto(decidir), _conflitos(nome, decidir)),
                ("Retidos", _teto(retidos), _conflitos(nome, retidos)),
                ("Diferenças na comparação", formatos.numero(diferencas.get(nome, 0)),
                 f"{reverse('admin:sincronizacao_diferenca_changelist')}?entidade={nome}" if nome in diferencas else ""),
                ("Lido daqui por outros", f"desde {formatos.curta(ligados[nome].desde)}" if nome in ligados else "não", ""),
            ],
        })  # fmt: skip
    return [*feitos, _das_vendas(abertos)]


def _das_vendas(abertos: Counter[tuple[str, str]]) -> dict[str, Any]:
    envio = EnvioLigado.objects.first()
    esperam = len(VendaAEnviar.objects.order_by("pk").values_list("pk")[:TETO])
    recusadas = sum(n for (entidade, _), n in abertos.items() if entidade == VENDAS)
    ultima = ultima_execucao(CAMINHO_VENDAS)
    situacao, cor = ("Em dia", "success") if not esperam else ("A enviar", "info")
    if recusadas:
        situacao, cor = "Recusadas", "danger"
    if envio is None:
        situacao, cor = "Nunca enviadas", "default"
    return {
        "nome": VENDAS, "titulo": "Vendas (daqui para o ERP)", "situacao": situacao, "cor": cor, "exclusoes": 0, "lida": False,
        "regra": "As vendas vão como o PDV as mandou, e entram no ERP como se fossem dele. O que ele recusa é oferecido de novo.",
        "rotina": rotina_url(CAMINHO_VENDAS), "ultimo_erro": "",
        "fatos": [
            ("Pacotes a enviar", _teto(esperam), ""),
            ("Recusadas pelo ERP", _teto(recusadas), _conflitos(VENDAS, recusadas)),
            _rodada(ultima),
            ("Ligado", f"desde {formatos.curta(envio.desde)}" if envio else "na primeira execução", ""),
        ],
    }  # fmt: skip


def _selo(c: CursorEntidade, decidir: int, agora: datetime) -> tuple[str, str]:
    if c.ultimo_erro:
        return "Com falha", "danger"
    if c.ultimo_contato_em is None:
        return "Nunca lida", "default"
    if c.exclusoes_a_confirmar:
        return "Exclusões a confirmar", "warning"
    if agora - c.ultimo_contato_em > ATRASO:
        return "Atrasada", "warning"
    if not (c.alcancou and c.completa):
        return "Lendo", "info"
    return ("A decidir", "warning") if decidir else ("Em dia", "success")


def _atraso(c: CursorEntidade, agora: datetime) -> str:
    """How old what is here may be: since the last reading that reached the end, or since what was read last."""
    if c.alcancou:
        return formatos.duracao(agora - c.ultimo_contato_em) if c.ultimo_contato_em else formatos.VAZIO
    return formatos.duracao(agora - c.atualizado_ate) if c.atualizado_ate else "nunca lida"


def _rodada(e: Execucao | None) -> Fato:
    if e is None:
        return ("Última execução", "nenhuma", "")
    url = reverse("admin:rotinas_execucao_change", args=[e.pk])
    return ("Última execução", f"{formatos.curta(e.criada_em)}, {e.get_situacao_display()}", url)


def _conflitos(nome: str, quantos: int) -> str:
    return f"{reverse('admin:sincronizacao_conflito_changelist')}?entidade={nome}" if quantos else ""


def _teto(n: int) -> str:
    return f"{formatos.numero(TETO)}+" if n >= TETO else formatos.numero(n)


def _regra(entidade: Entidade) -> str:
    texto = entidade.regra.value
    return f"Quando os dois lados mudam: {texto}."
