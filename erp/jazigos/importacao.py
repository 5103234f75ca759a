"""Indices by spreadsheet: one line per index and month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from auditoria.sensivel import sensivel
from erp.cadastros.planilhas import celulas
from erp.cadastros.planilhas.importacao import Coluna, Contexto, Erros, ImportacaoDePlanilha, Linha, Previa, Tipo
from erp.cadastros.services import gravar_com_auditoria
from erp.jazigos.models import Indice, IndiceMensal


def ler_mes(celula: str) -> date:
    """`03/2026`, `2026-03` or any day of the month -> its first day. `ValueError` with a message for a person."""
    if achado := re.fullmatch(r"(\d{1,2})/(\d{4})", celula.strip(), re.ASCII):
        mes, ano = int(achado[1]), int(achado[2])
    elif achado := re.fullmatch(r"(\d{4})-(\d{1,2})", celula.strip(), re.ASCII):
        ano, mes = int(achado[1]), int(achado[2])
    else:
        try:
            return celulas.data(celula.strip()).replace(day=1)
        except ValueError:
            raise ValueError(f"«{celula[:40]}» não é um mês; escreva como 03/2026") from None
    if not (1 <= mes <= 12 and 1980 <= ano <= 2200):
        raise ValueError(f"«{celula[:40]}» não é um mês; escreva como 03/2026")
    return date(ano, mes, 1)


class ImportacaoDeIndices(ImportacaoDePlanilha):
    colunas = (
        Coluna("indice", celulas.opcao(dict(Indice.choices)), ", ".join(Indice.values), True, ("índice",)),
        Coluna("mes", ler_mes, "Como 03/2026.", True, ("mês", "competência", "data")),
        Coluna(
            "percentual", celulas.decimal(4, minimo=Decimal(-50), maximo=Decimal(100)), "A variação do mês: 0,48 ou -0,14.",
            True, ("variação", "valor", "%"),
        ),
    )  # fmt: skip
    chave = ("indice", "mes")
    titulos = ("índice", "mês", "variação (%)")
    nome_dos_novos = ("Meses novos", "novo")

    def conferir(self, linhas: Sequence[Linha], erros: Erros, contexto: Contexto) -> list[Previa]:
        conhecidos = {(i.indice, i.mes): i for i in IndiceMensal.objects.all()}
        self._a_gravar: list[IndiceMensal] = []
        previas = []
        for linha in linhas:
            nome, mes, percentual = (linha.valores[campo] for campo in ("indice", "mes", "percentual"))
            indice = conhecidos.get((nome, mes)) or IndiceMensal(indice=nome, mes=mes)
            tipo: Tipo = "new" if indice.pk is None else "skip" if indice.percentual == percentual else "update"
            antes = f"{indice.percentual:f} → ".replace(".", ",") if tipo == "update" else ""
            indice.percentual = percentual
            if tipo != "skip":
                self._a_gravar.append(indice)
            previas.append(
                Previa(linha.numero, tipo, [nome, f"{mes:%m/%Y}", antes + f"{percentual:f}".replace(".", ",")])
            )
        return previas

    @sensivel("jazigos.indicemensal_criado", "jazigos.indicemensal_alterado")
    def gravar(self, contexto: Contexto) -> None:
        for indice in self._a_gravar:
            gravar_com_auditoria(indice, usuario=contexto.usuario, motivo=f"importação de {contexto.arquivo}")
