"""What the pictures of the sync show: registers up to date, one late, one that failed, conflicts, differences. Invented."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
from django.utils import timezone

from clientes.models import Cliente
from erp.cadastros.models import Produto
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.fio import Pagina, Registro
from erp.sincronizacao.models import Conflito, CursorEntidade, Diferenca
from erp.sincronizacao.services.recepcao import cursor_de, receber

_versoes = count(1)


def sincronizar() -> dict[str, Any]:
    """Returns the ids that the pictures show."""
    produtos = {str(p.codigo): _de_la("produtos", str(p.codigo)) for p in Produto.objects.order_by("codigo")[:40]}
    clientes = {c.pk: _de_la("clientes", c.pk) for c in Cliente.objects.order_by("pk")[:20]}
    for nome in ("filiais", "finalizadores", "colaboradores"):
        _vir(nome, {chave: _de_la(nome, chave) for chave in list(ENTIDADES[nome].chaves())[:50]})
    _vir("produtos", produtos)
    _vir("precos", {chave: _de_la("precos", chave) for chave in produtos} | {"990": {"preco": "12.90"}})
    _vir("clientes", clientes)
    disputado, outro = list(clientes)[1], list(clientes)[2]
    Cliente.objects.filter(pk=disputado).update(email="maria@exemplo.com.br", bairro="CENTRO")
    la = {"email": "maria.dores@exemplo.com.br", "bairro": "SAVASSI", "cep": "30110001"}
    _vir("clientes", {disputado: clientes[disputado] | la, outro: clientes[outro] | {"uf": "MINAS"}})
    codigo = next(iter(produtos))
    Produto.objects.filter(codigo=codigo).update(descricao="NOME MUDADO AQUI")
    _vir("produtos", {codigo: produtos[codigo] | {"descricao": "NOME MUDADO NO ERP"}})
    agora = timezone.now()
    CursorEntidade.objects.filter(pk="filiais").update(
        ultimo_erro="O ERP não respondeu em 60 s.", ultimo_erro_em=agora, alcancou=False
    )
    CursorEntidade.objects.filter(pk="colaboradores").update(exclusoes_a_confirmar=149)
    CursorEntidade.objects.filter(pk="finalizadores").update(ultimo_contato_em=agora - timedelta(hours=7))
    CursorEntidade.objects.filter(pk="precos").update(atualizado_ate=agora - timedelta(minutes=2))
    _diferencas(produtos, disputado)
    abertos = Conflito.objects.filter(situacao=Conflito.Situacao.ABERTO).order_by("pk")
    decidir = abertos.filter(tipo=Conflito.Tipo.DECIDIR).values_list("pk", flat=True)
    return {
        "conflito": decidir[0], "conflito_retido": abertos.exclude(tipo=Conflito.Tipo.DECIDIR).values_list("pk", flat=True)[0],
        "conflito_resolvido": Conflito.objects.exclude(resolvido_em=None).values_list("pk", flat=True)[0],
        "diferenca": Diferenca.objects.filter(tipo=Diferenca.Tipo.DIFERE).values_list("pk", flat=True)[0],
    }  # fmt: skip


def _de_la(entidade: str, chave: str) -> dict[str, Any]:
    """A record as this side says it, which is as the other side said it last."""
    return ENTIDADES[entidade].ler([chave])[chave].em_json()


def _vir(entidade: str, registros: dict[str, dict[str, Any]]) -> None:
    """A page of the feed, from where the cursor is."""
    cursor, agora = cursor_de(entidade), timezone.now()
    feitos = [
        Registro(
            chave=c, versao=f"{next(_versoes)}.1", em=agora, apagado=False, dados=msgspec.Raw(msgspec.json.encode(d))
        )
        for c, d in registros.items()
    ]
    desde = cursor.posicao or "0.0"
    pagina = Pagina(
        entidade=entidade, epoca="1.1.1", desde=desde, ate=feitos[-1].versao if feitos else desde, ha_mais=False,
        registros=feitos,
    )  # fmt: skip
    receber(pagina, pedida=cursor, confirmar=lambda: None)


def _diferencas(produtos: dict[str, dict[str, Any]], cliente: str) -> None:
    agora, codigos = timezone.now(), list(produtos)
    aqui, la = produtos[codigos[3]], produtos[codigos[3]] | {"unidade": "CX", "codigo_barras": ""}
    campos = [campo for campo in aqui if aqui[campo] != la[campo]]
    de_cliente = _de_la("clientes", cliente)
    Diferenca.objects.bulk_create([
        Diferenca(entidade="produtos", chave=codigos[3], tipo="difere", campos=campos, aqui=aqui, la=la, vista_em=agora),
        Diferenca(entidade="produtos", chave="990", tipo="falta", la=aqui | {"descricao": "VELA DE SETE DIAS"}, vista_em=agora),
        Diferenca(entidade="produtos", chave=codigos[5], tipo="sobra", aqui=produtos[codigos[5]], vista_em=agora),
        Diferenca(entidade="clientes", chave=cliente, tipo="difere", campos=["email"], aqui=de_cliente,
                  la=de_cliente | {"email": "outra@exemplo.com.br"}, vista_em=agora),
    ])  # fmt: skip
