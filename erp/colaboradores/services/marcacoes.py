"""The one door of marks: a file of a clock. What it says goes in once, and never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.rules import mascarar_documento
from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.colaboradores.fusos import fuso_da_uf, fuso_de
from erp.colaboradores.leitura.afd import e_afd, ler_afd
from erp.colaboradores.leitura.planilha import ler_planilha
from erp.colaboradores.leitura.valores import ArquivoIlegivel, Leitura, MarcaLida, Recusa, decodificar
from erp.colaboradores.models import Colaborador, ImportacaoMarcacoes, Marcacao, Relogio
from erp.colaboradores.services.toques import tocar_marcas
from filas.copia import copiar, lista

ARQUIVO_MAXIMO = 64 * 1024 * 1024
RECUSAS_GUARDADAS = 1000
PERMISSAO = "colaboradores.add_importacaomarcacoes"
_COLUNAS = ("relogio_id", "nsr", "colaborador_id", "momento", "origem", "importacao_id", "recebida_em")
_ANTES_DE = datetime(2000, 1, 1, tzinfo=UTC)


class _Nova(NamedTuple):
    nsr: int
    pessoa: Colaborador
    momento: datetime


@sensivel("colaboradores.marcacoes_importadas")
def importar_marcacoes(*, relogio: Relogio, arquivo: str, conteudo: bytes, usuario: User) -> ImportacaoMarcacoes:
    """Take in an AFD or a CSV of a clock: the marks that are new, by NSR; the same file again brings none.

    A line that cannot be understood, is of nobody, or repeats an NSR with another content is refused by its number
    and its reason; the others go in. Raises `ErroDefinitivo` when the file as a whole is not of this clock.
    Two imports of one clock wait for each other; the sheets of the days are computed by the next tick.
    """
    leitura = _ler(relogio, conteudo)
    with transaction.atomic():
        Relogio.objects.select_for_update(no_key=True).get(pk=relogio.pk)
        novas, recusas = _separar(relogio, leitura)
        importacao = ImportacaoMarcacoes.objects.create(
            relogio=relogio,
            arquivo=arquivo[-120:],
            sha256=hashlib.sha256(conteudo).hexdigest(),
            por=usuario,
            lidas=len(leitura.marcas) + len(leitura.recusas),
            novas=len(novas),
            recusadas=len(recusas),
            recusas=[list(recusa) for recusa in recusas[:RECUSAS_GUARDADAS]],
            avisos=leitura.avisos,
        )
        _gravar(relogio, importacao, novas, "csv" if leitura.formato == "CSV" else "afd")
        registrar(
            acao="colaboradores.marcacoes_importadas",
            ator=ator_usuario(usuario),
            objeto=Relogio._meta.label_lower,
            objeto_id=str(relogio.pk),
            depois={"importacao": importacao.pk, "novas": len(novas), "recusadas": len(recusas)},
        )
    return importacao


def _ler(relogio: Relogio, conteudo: bytes) -> Leitura:
    if len(conteudo) > ARQUIVO_MAXIMO:
        raise ErroDefinitivo("ARQUIVO_GRANDE", "O arquivo passa de 64 MB.", "Peça ao relógio um período menor.")
    texto = decodificar(conteudo)
    try:
        leitura = ler_afd(texto.lstrip()) if e_afd(texto) else ler_planilha(texto)
    except ArquivoIlegivel as erro:
        raise ErroDefinitivo(
            "ARQUIVO_ILEGIVEL", f"Não li o arquivo: {erro}.", "Envie o AFD que o relógio gera."
        ) from erro
    if leitura.relogio and leitura.relogio.strip("0 ") != relogio.identificacao.strip("0 "):
        raise ErroDefinitivo(
            "RELOGIO_ERRADO",
            f"O arquivo é do relógio {leitura.relogio}, e foi escolhido o {relogio.identificacao}.",
            "Escolha o relógio certo, ou corrija a identificação dele no cadastro.",
        )
    return leitura


def _separar(relogio: Relogio, leitura: Leitura) -> tuple[list[_Nova], list[Recusa]]:
    """What is new, and what is refused. The relógio's row is held: no other import of it is under way."""
    pessoas = _pessoas(leitura.marcas)
    existentes = _existentes(relogio, leitura.marcas)
    futuro = timezone.now() + timedelta(days=1)
    fuso_do_relogio = fuso_da_uf(relogio.filial.uf)
    novas: dict[int, _Nova] = {}
    recusas = list(leitura.recusas)
    for marca in leitura.marcas:
        if not _ANTES_DE.year <= marca.momento.year <= futuro.year:  # near the first and the last year no zone fits
            recusas.append(Recusa(marca.linha, f"a data {marca.momento:%d/%m/%Y} não pode estar certa"))
            continue
        pessoa, momento = _de_quem(pessoas.get((marca.especie, marca.pessoa), []), marca, fuso_do_relogio)
        repetida = existentes.get(marca.nsr) or ((n.momento, n.pessoa.pk) if (n := novas.get(marca.nsr)) else None)
        if pessoa is None:
            nome = marca.especie.upper() if marca.especie != "matricula" else "a matrícula"
            recusas.append(
                Recusa(marca.linha, f"{nome} {mascarar_documento(marca.pessoa)} não é de nenhum colaborador")
            )
        elif not _ANTES_DE < momento < futuro:
            recusas.append(Recusa(marca.linha, f"a data {momento:%d/%m/%Y} não pode estar certa"))
        elif repetida and repetida != (momento, pessoa.pk):
            recusas.append(
                Recusa(marca.linha, f"o NSR {marca.nsr} já tem outra marcação; a que valia continua valendo")
            )
        elif not repetida:
            novas[marca.nsr] = _Nova(marca.nsr, pessoa, momento)
    return list(novas.values()), sorted(recusas)


def _pessoas(marcas: Iterable[MarcaLida]) -> Mapping[tuple[str, str], list[Colaborador]]:
    """(kind, number) -> the contracts of that person, oldest first."""
    procuradas: dict[str, set[str]] = {}
    for marca in marcas:
        procuradas.setdefault(marca.especie, set()).add(marca.pessoa)
    achadas: dict[tuple[str, str], list[Colaborador]] = {}
    for especie, numeros in procuradas.items():
        for pessoa in Colaborador.objects.filter(**{f"{especie}__in": numeros}).order_by("admissao", "id"):
            achadas.setdefault((especie, getattr(pessoa, especie)), []).append(pessoa)
    return achadas


def _de_quem(contratos: Sequence[Colaborador], marca: MarcaLida, fuso: ZoneInfo) -> tuple[Colaborador | None, datetime]:
    """The contract that was on at that moment, else the last that had begun, else the first."""
    if not contratos:
        return None, marca.momento.replace(tzinfo=marca.momento.tzinfo or fuso)
    if marca.momento.tzinfo is None:
        fuso = fuso_de(contratos[-1].municipio) if len({c.municipio for c in contratos}) == 1 else fuso
    momento = marca.momento if marca.momento.tzinfo else marca.momento.replace(tzinfo=fuso)
    dia = momento.astimezone(fuso_de(contratos[-1].municipio)).date()
    comecados = [c for c in contratos if c.admissao <= dia]
    em_vigor = next((c for c in reversed(comecados) if c.empregado_em(dia)), None)
    return em_vigor or (comecados[-1] if comecados else contratos[0]), momento


def _existentes(relogio: Relogio, marcas: Sequence[MarcaLida]) -> dict[int, tuple[datetime, int]]:
    achadas: dict[int, tuple[datetime, int]] = {}
    nsrs = iter([marca.nsr for marca in marcas])
    with connection.cursor() as cursor:
        while parte := list(islice(nsrs, 10_000)):
            cursor.execute(
                "SELECT nsr, momento, colaborador_id FROM colaboradores_marcacao"
                " WHERE relogio_id = %s AND nsr = ANY(%s::bigint[])",
                [relogio.pk, lista(parte)],
            )
            achadas |= {nsr: (momento, pessoa) for nsr, momento, pessoa in cursor.fetchall()}
    return achadas


def _gravar(relogio: Relogio, importacao: ImportacaoMarcacoes, novas: Sequence[_Nova], origem: str) -> None:
    agora = timezone.now()
    with connection.cursor() as cursor:
        copiar(
            cursor,
            Marcacao._meta.db_table,
            _COLUNAS,
            [(relogio.pk, n.nsr, n.pessoa.pk, n.momento, origem, importacao.pk, agora) for n in novas],
        )
        dias = {(n.pessoa.pk, n.momento.astimezone(fuso_de(n.pessoa.municipio)).date()) for n in novas}
        tocar_marcas(cursor, sorted(dias))
