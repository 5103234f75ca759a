"""Records of the other side into the registers of this one, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.utils import timezone

from erp.sincronizacao.entidades.base import Entidade, Registros, Regra
from erp.sincronizacao.fio import Versao
from erp.sincronizacao.models import Conflito, RegistroSincronizado
from erp.sincronizacao.regras import decidir
from erp.sincronizacao.services.gravacao import Base, gravar, guardar_bases
from erp.sincronizacao.services.trilha import contar_gravados

Json = dict[str, Any]
_ILEGIVEL = (msgspec.MsgspecError, ValueError, RecursionError)


@dataclass(frozen=True)
class Palavra:
    """What the other side says of one record; `la` None: it is gone."""

    chave: str
    versao: Versao
    la: Json | None


@dataclass
class Resumo:
    """What became of the records."""

    recebidos: int = 0
    incluidos: int = 0
    alterados: int = 0
    inativados: int = 0
    conflitos: int = 0
    retidos: int = 0
    incompletas: int = 0  # readings that ended with changes still held on the other side

    def somar(self, outro: Resumo) -> None:
        for nome, valor in vars(outro).items():
            setattr(self, nome, getattr(self, nome) + valor)


@dataclass
class _Trabalho:
    """One batch on its way: what is to be written, what waits for somebody, the new bases."""

    passada: int
    gravar: Registros = field(default_factory=dict)
    novos: set[str] = field(default_factory=set)
    inativar: set[str] = field(default_factory=set)
    bases: dict[str, Base] = field(default_factory=dict)
    conflitos: dict[str, Conflito] = field(default_factory=dict)


def aplicar(entidade: Entidade, palavras: Sequence[Palavra], *, passada: int, de_novo: bool = False) -> Resumo:
    """Store what the other side says of these records, each at most once here.

    1. Read the last word of each; one that is not newer is left alone (`de_novo` looks at it again all the same).
    2. Lock and read what is here, decide, write; what cannot be written is held with its reason.
    3. Conflicts that this word settles are closed; new ones are opened; the bases become this word.
    """
    bases = {
        b.chave: b for b in RegistroSincronizado.objects.filter(entidade=entidade.nome, chave__in=_chaves(palavras))
    }
    trabalho = _Trabalho(passada)
    vale = {p.chave: p for p in palavras if _vale(p, bases.get(p.chave), passada, de_novo)}
    lidas = _ler(entidade, vale, trabalho)
    entidade.travar(lidas)
    faltas = entidade.faltas(lidas)
    aqui = entidade.ler([chave for chave in vale if entidade.chave_valida(chave)], travar=True)
    for chave, palavra in vale.items():
        local = aqui[chave].em_json() if chave in aqui else None
        if chave in trabalho.conflitos:
            trabalho.conflitos[chave].aqui = local
        elif chave in faltas:
            _reter(trabalho, entidade, palavra, Conflito.Tipo.REFERENCIA, f"Falta {faltas[chave]}."[:500], local)
        elif palavra.la is None:
            _apagar(trabalho, entidade, palavra, local)
        else:
            base = bases.get(chave)
            _encontrar(trabalho, entidade, palavra, None if base is None else base.dados, local, lidas[chave].em_json())
    return _escrever(trabalho, entidade, vale, bases)


def _chaves(palavras: Sequence[Palavra]) -> list[str]:
    return [palavra.chave for palavra in palavras]


def _vale(palavra: Palavra, base: RegistroSincronizado | None, passada: int, de_novo: bool) -> bool:
    if base is None or de_novo:
        return True
    dita = Versao(base.transacao, base.ordem)
    return palavra.versao > dita or (palavra.versao == dita and base.passada < passada)


def _ler(entidade: Entidade, vale: Mapping[str, Palavra], trabalho: _Trabalho) -> Registros:
    """The contents that are what they should be; the others are held."""
    lidas: Registros = {}
    for chave, palavra in vale.items():
        try:
            if not entidade.chave_valida(chave):
                raise ValueError("o código não é dos que se usam aqui")
            if palavra.la is not None:
                lidas[chave] = msgspec.convert(palavra.la, entidade.dados)
        except _ILEGIVEL as erro:
            _reter(trabalho, entidade, palavra, Conflito.Tipo.RECUSADO, _ilegivel(str(erro)), None)
    return lidas


def _ilegivel(erro: str) -> str:
    """Our own words as they are; of the library's, which are English, only where."""
    dito, _, onde = erro.partition(" - at ")
    if dito.startswith(("Expected", "Object", "Invalid", "Integer", "String")):
        campo = onde.strip("`").removeprefix("$").lstrip(".")
        dito = f"{campo}: o valor não é dos que cabem aqui" if campo else "falta um campo, ou há um que não cabe aqui"
    return f"Conteúdo inválido: {dito}."[:500]


def _reter(
    trabalho: _Trabalho, entidade: Entidade, palavra: Palavra, tipo: Conflito.Tipo, mensagem: str, aqui: Json | None
) -> None:
    trabalho.conflitos[palavra.chave] = Conflito(
        entidade=entidade.nome, chave=palavra.chave, tipo=tipo, la=_guardavel(palavra.la), aqui=aqui,
        mensagem=mensagem.replace("\0", ""),
    )  # fmt: skip


def _guardavel(la: Json | None) -> Json | None:
    """PostgreSQL's JSON holds no NUL: what has one is kept as the text that was said, which no entity accepts."""
    dito = msgspec.json.encode(la)
    return {"conteudo": dito.decode()} if b"\\u0000" in dito else la


def _apagar(trabalho: _Trabalho, entidade: Entidade, palavra: Palavra, aqui: Json | None) -> None:
    """Gone there: out of use here, or a person's decision; never deleted, for ledgers know it."""
    trabalho.bases[palavra.chave] = Base(palavra.chave, *palavra.versao, None)
    if aqui is None or not entidade.em_uso(aqui):
        return
    if entidade.inativo is None:
        mensagem = "O registro não existe mais no ERP e continua aqui. Confira e acerte à mão."
        _reter(trabalho, entidade, palavra, Conflito.Tipo.APAGADO, mensagem, aqui)
        return
    trabalho.gravar[palavra.chave] = msgspec.convert(aqui | dict(entidade.inativo), entidade.dados)
    trabalho.inativar.add(palavra.chave)


def _encontrar(
    trabalho: _Trabalho, entidade: Entidade, palavra: Palavra, base: Json | None, aqui: Json | None, la: Json
) -> None:
    decisao = decidir(entidade.regra, base=base, aqui=aqui, la=la)
    trabalho.bases[palavra.chave] = Base(palavra.chave, *palavra.versao, decisao.base)
    if decisao.gravar is not None:
        trabalho.gravar[palavra.chave] = msgspec.convert(decisao.gravar, entidade.dados)
        if aqui is None:
            trabalho.novos.add(palavra.chave)
    if decisao.campos:
        venceu = entidade.regra is Regra.VENCE_ERP
        trabalho.conflitos[palavra.chave] = Conflito(
            entidade=entidade.nome, chave=palavra.chave, campos=list(decisao.campos), aqui=aqui, la=la,
            tipo=Conflito.Tipo.VENCEU_ERP if venceu else Conflito.Tipo.DECIDIR,
            situacao=Conflito.Situacao.RESOLVIDO if venceu else Conflito.Situacao.ABERTO,
            resolvido_em=timezone.now() if venceu else None,
            resolucao="pela regra da entidade" if venceu else "",
        )  # fmt: skip


def _escrever(
    trabalho: _Trabalho, entidade: Entidade, vale: Mapping[str, Palavra], bases: Mapping[str, RegistroSincronizado]
) -> Resumo:
    recusados = gravar(entidade, trabalho.gravar, trabalho.novos)
    for chave, texto in recusados.items():
        trabalho.bases.pop(chave)
        _reter(trabalho, entidade, vale[chave], Conflito.Tipo.RECUSADO, texto, None)
    contar_gravados(entidade, trabalho.gravar.keys() - recusados.keys(), trabalho.novos)
    _guardar_conflitos(entidade, list(vale), trabalho.conflitos)
    guardar_bases(entidade.nome, trabalho.passada, trabalho.bases.values())
    vistos = [chave for chave in bases if chave not in trabalho.bases]  # held, or no newer: this passada met them
    RegistroSincronizado.objects.filter(entidade=entidade.nome, chave__in=vistos).update(passada=trabalho.passada)
    feitos = set(trabalho.gravar) - set(recusados)
    abertos = [c for c in trabalho.conflitos.values() if c.tipo in (Conflito.Tipo.REFERENCIA, Conflito.Tipo.RECUSADO)]
    return Resumo(
        recebidos=len(vale),
        incluidos=len(feitos & trabalho.novos),
        alterados=len(feitos - trabalho.novos - trabalho.inativar),
        inativados=len(feitos & trabalho.inativar),
        conflitos=len(trabalho.conflitos) - len(abertos),
        retidos=len(abertos),
    )


def _guardar_conflitos(entidade: Entidade, chaves: Sequence[str], novos: Mapping[str, Conflito]) -> None:
    """What was open of these records is settled by the word that came, opened anew by it, or still the same."""
    abertos = Conflito.objects.filter(entidade=entidade.nome, chave__in=chaves, situacao=Conflito.Situacao.ABERTO)
    iguais = {c.chave for c in abertos if c.chave in novos and _o_mesmo(c, novos[c.chave])}
    abertos.exclude(chave__in=iguais).update(
        situacao=Conflito.Situacao.RESOLVIDO, resolvido_em=timezone.now(), resolucao="veio palavra mais nova do ERP"
    )
    Conflito.objects.bulk_create([novos[chave] for chave in sorted(novos) if chave not in iguais])


def _o_mesmo(antes: Conflito, agora: Conflito) -> bool:
    return all(getattr(antes, n) == getattr(agora, n) for n in ("tipo", "situacao", "la", "aqui", "campos", "mensagem"))
