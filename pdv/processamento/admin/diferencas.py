"""A divergence as a person reads it: field by field in Portuguese, money and dates written out, children by number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, DateTimeField, DecimalField, Field, Model

from erp.cadastros.models import Finalizador
from pdv.processamento import formatos
from pdv.replicacao.armazem import conteudos_gravados
from pdv.replicacao.diferencas import diferencas
from pdv.replicacao.models import (
    Divergencia,
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)
from pdv.replicacao.versoes import VersaoIlegivel, descancela, ler_versao
from pdv.tabelas import Especie

NAO_TEM = "não tem"
DOCUMENTOS = frozenset({"cpf_cnpj_consumidor", "codigo_cliente"})
FILHOS: dict[str, tuple[str, type[Model]]] = {
    "itens": ("Item", ItemOperacaoPdv),
    "finalizadores": ("Pagamento", FinalizadorOperacaoPdv),
    "recebimentos": ("Título recebido", RecebimentoOperacaoPdv),
}
_CAMPO = re.compile(r"(?P<filhos>[a-z]+)\[(?P<numero>\d+)\](?:\.(?P<coluna>\w+))?")


class Diferenca(NamedTuple):
    """One field on both sides, as text; `quanto` is the till's less the retaguarda's, of numbers."""

    rotulo: str
    retaguarda: str
    terminal: str
    quanto: str = ""


@dataclass
class Grupo:
    """The fields of the operation itself, or of one of its items, payments or titles."""

    titulo: str
    linhas: list[Diferenca] = field(default_factory=list)


@dataclass
class _Leitor:
    """What turns columns into words: the content for names of children, the register for names of finalizadores."""

    conteudo: Mapping[str, Any]
    finalizadores: Mapping[int, str]
    documento_inteiro: bool

    def titulo_do_filho(self, filhos: str, numero: int) -> str:
        nome, _ = FILHOS[filhos]
        linha: Mapping[str, Any] = next((x for x in self.conteudo.get(filhos, ()) if x.get("item") == numero), {})
        detalhe = ""
        if filhos == "itens":
            detalhe = str(linha.get("descricao", ""))
        elif filhos == "finalizadores" and linha:
            nome_do_finalizador = self.finalizadores.get(linha["id_finalizador"], str(linha["id_finalizador"]))
            detalhe = nome_do_finalizador.rpartition(" – ")[2]
        elif linha:
            detalhe = str(linha.get("numero_documento", ""))
        return f"{nome} {numero}" + (f" – {detalhe}" if detalhe else "")

    def texto(self, modelo: type[Model], coluna: str, valor: Any) -> str:
        if valor is None or valor == "":
            return formatos.VAZIO
        if coluna in DOCUMENTOS:
            return formatos.documento(str(valor), inteiro=self.documento_inteiro)
        if coluna == "id_finalizador":
            return self.finalizadores.get(valor, str(valor))
        if coluna == "operacao":
            return str(Especie(valor).label) if valor in Especie else str(valor)
        return _pelo_tipo(modelo._meta.get_field(coluna), valor)

    def resumo(self, filhos: str, linha: Mapping[str, Any] | None) -> str:
        """A whole child in one line: `2 × CAFÉ, R$ 20,00`."""
        if linha is None:
            return NAO_TEM
        modelo = FILHOS[filhos][1]
        if filhos == "itens":
            quantidade = self.texto(modelo, "quantidade_primaria", linha["quantidade_primaria"])
            total = self.texto(modelo, "valor_total_liquido", linha["valor_total_liquido"])
            return f"{quantidade} × {linha['descricao']} ({linha['id_produto']}), {total}"
        valor = self.texto(modelo, "valor", linha["valor"])
        if filhos == "finalizadores":
            return f"{self.texto(modelo, 'id_finalizador', linha['id_finalizador'])}, {valor}"
        return f"{linha['numero_documento']}, parcela {linha['parcela']}, {valor}"


def _pelo_tipo(campo: Any, valor: Any) -> str:
    if isinstance(campo, BooleanField):
        return "Sim" if valor else "Não"
    if isinstance(campo, DateTimeField):
        return _momento(valor)
    if isinstance(campo, DecimalField):
        return _decimal(campo, valor)
    return str(valor)


def _momento(valor: Any) -> str:
    try:
        return formatos.data_hora(datetime.fromisoformat(str(valor)))
    except ValueError:
        return str(valor)


def _decimal(campo: DecimalField[Any, Any], valor: Any) -> str:
    """Money with two decimals, or as many as it has (a unit price); a quantity as it is counted."""
    try:
        numero = Decimal(str(valor))
    except InvalidOperation:
        return str(valor)
    if campo.decimal_places == 4:
        return formatos.numero(numero)
    if numero == round(numero, 2):
        return formatos.reais(numero)
    return f"R$\u00a0{formatos.numero(numero)}"


def _quanto(campo: Any, antes: Any, depois: Any) -> str:
    if not isinstance(campo, DecimalField) or antes is None or depois is None:
        return ""
    try:
        diferenca = Decimal(str(depois)) - Decimal(str(antes))
    except InvalidOperation:
        return ""
    texto = _decimal(campo, abs(diferenca))
    return f"{'+' if diferenca > 0 else '-'} {texto}" if diferenca else ""


def grupos_de(d: Divergencia, *, documento_inteiro: bool) -> list[Grupo]:
    """The difference, grouped: while it waits, against what staging holds now; once decided, as it arrived."""
    linhas, cancelada = _linhas(d)
    conteudo = d.conteudo if isinstance(d.conteudo, dict) else {}
    codigos = {f["id_finalizador"] for f in conteudo.get("finalizadores", ()) if "id_finalizador" in f}
    codigos |= {v for x in linhas if str(x.get("campo", "")).endswith("id_finalizador") for v in _lados(x) if v}
    codigos |= {v["id_finalizador"] for x in linhas for v in _lados(x) if isinstance(v, dict) and "id_finalizador" in v}
    nomes = {f.codigo: str(f) for f in Finalizador.objects.filter(codigo__in=codigos)}
    leitor = _Leitor(conteudo, nomes, documento_inteiro)
    grupos: dict[str, Grupo] = {}
    if cancelada is not None:
        sim_e_nao = ("Não", "Sim") if cancelada else ("Sim", "Não")
        grupos["Operação"] = Grupo("Operação", [Diferenca("Cancelada", *sim_e_nao)])
    for linha in linhas:
        titulo, diferenca = _ler(leitor, linha)
        grupos.setdefault(titulo, Grupo(titulo)).linhas.append(diferenca)
    return list(grupos.values())


def _linhas(d: Divergencia) -> tuple[list[dict[str, Any]], bool | None]:
    """What differs, and what accepting would make of `cancelado`; None where it stays as it is."""
    guardadas = [x for x in d.diferencas if isinstance(x, dict)] if isinstance(d.diferencas, list) else []
    if d.decisao != Divergencia.Decisao.PENDENTE:
        return guardadas, None
    operacao = OperacaoPdv.objects.filter(pk=d.operacao_id).values_list("cancelado", flat=True).first()
    if operacao is None:
        return guardadas, None
    try:
        versao = ler_versao(d.conteudo)
    except VersaoIlegivel:
        return guardadas, None
    with connection.cursor() as cursor:
        gravada = conteudos_gravados(cursor, [d.operacao_id])[d.operacao_id]
    cancelada = versao.cancelado if versao.cancelado or descancela(guardadas) else operacao
    return diferencas(gravada, versao.conteudo), cancelada if cancelada != operacao else None


def _lados(linha: Mapping[str, Any]) -> Sequence[Any]:
    return linha.get("retaguarda"), linha.get("terminal")


def _ler(leitor: _Leitor, linha: Mapping[str, Any]) -> tuple[str, Diferenca]:
    nome = str(linha.get("campo", ""))
    antes, depois = _lados(linha)
    achado = _CAMPO.fullmatch(nome)
    if achado is None or achado["filhos"] not in FILHOS:
        return "Operação", _comparar(leitor, OperacaoPdv, nome, antes, depois)
    filhos, numero, coluna = achado["filhos"], int(achado["numero"]), achado["coluna"]
    titulo = leitor.titulo_do_filho(filhos, numero)
    if coluna is None:
        return titulo, Diferenca("Inteiro", leitor.resumo(filhos, antes), leitor.resumo(filhos, depois))
    return titulo, _comparar(leitor, FILHOS[filhos][1], coluna, antes, depois)


def _comparar(leitor: _Leitor, modelo: type[Model], coluna: str, antes: Any, depois: Any) -> Diferenca:
    nomes = {f.attname: f for f in modelo._meta.concrete_fields}
    campo: Field[Any, Any] | None = nomes.get(coluna)
    if campo is None:  # a column that is no more
        return Diferenca(coluna, str(antes), str(depois))
    rotulo = str(campo.verbose_name)
    return Diferenca(
        rotulo[:1].upper() + rotulo[1:],
        leitor.texto(modelo, coluna, antes),
        leitor.texto(modelo, coluna, depois),
        _quanto(campo, antes, depois),
    )


def em_poucas_palavras(d: Divergencia) -> str:
    """The labels of what differs, for the list: stored differences only, no query."""
    rotulos = []
    for linha in d.diferencas if isinstance(d.diferencas, list) else []:
        achado = _CAMPO.fullmatch(str(linha.get("campo", "")))
        if achado is None or achado["filhos"] not in FILHOS:
            nomes = {f.attname: str(f.verbose_name) for f in OperacaoPdv._meta.concrete_fields}
            rotulos.append(nomes.get(linha.get("campo", ""), str(linha.get("campo", ""))))
        else:
            rotulos.append(f"{FILHOS[achado['filhos']][0].lower()} {achado['numero']}")
    unicos = list(dict.fromkeys(rotulos))
    return ", ".join(unicos[:4]) + (f" e mais {len(unicos) - 4}" if len(unicos) > 4 else "")
