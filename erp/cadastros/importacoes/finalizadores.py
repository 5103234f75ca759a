"""Finalizadores and their conditions by spreadsheet: one line per vigência."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from auditoria.sensivel import sensivel
from erp.cadastros.condicoes import problemas_da_condicao
from erp.cadastros.models import Adquirente, CondicaoFinalizador, Conta, EspecieFinalizador, Finalizador
from erp.cadastros.planilhas import celulas
from erp.cadastros.planilhas.importacao import Coluna, Contexto, Erros, ImportacaoDePlanilha, Linha, Previa, Tipo
from erp.cadastros.services import gravar_com_auditoria

_DO_FINALIZADOR = ("nome", "especie", "ativo")
_DA_CONDICAO = ("adquirente", "conta", "dias_primeira", "dias_intervalo", "taxa_percentual")


class ImportacaoDeFinalizadores(ImportacaoDePlanilha):
    colunas = (
        Coluna("codigo", celulas.inteiro(0, 2**31 - 1), "O código que o PDV usa.", True, ("código", "id_finalizador")),
        Coluna("nome", celulas.texto(60), "Obrigatório em finalizador novo.", apelidos=("descrição",)),
        Coluna(
            "especie", celulas.opcao(dict(EspecieFinalizador.choices)),
            f"Obrigatória em finalizador novo: {', '.join(EspecieFinalizador.values)}.", apelidos=("espécie", "tipo"),
        ),
        Coluna("ativo", celulas.sim_ou_nao, "sim ou não. Em branco: sim."),
        Coluna("vigente_desde", celulas.data, "Início da condição. Em branco: a linha não traz condição."),
        Coluna("adquirente", celulas.texto(60), "Nome do adquirente já cadastrado.", apelidos=("credenciadora",)),
        Coluna("conta", celulas.texto(20), "Código da conta onde o dinheiro cai."),
        Coluna("dias_primeira", celulas.inteiro(0, 3650), "Dias até a 1ª parcela.", apelidos=("dias",)),
        Coluna("dias_intervalo", celulas.inteiro(0, 3650), "Dias entre parcelas.", apelidos=("intervalo",)),
        Coluna("taxa_percentual", celulas.decimal(4, maximo=Decimal(100)), "Como 2,49.", apelidos=("taxa", "taxa %")),
    )  # fmt: skip
    chave = ("codigo", "vigente_desde")
    titulos = ("finalizador", "espécie", "vigente desde", "o que muda")

    def conferir(self, linhas: Sequence[Linha], erros: Erros, contexto: Contexto) -> list[Previa]:
        codigos = {linha.valores["codigo"] for linha in linhas}
        self._finalizadores = {f.codigo: f for f in Finalizador.objects.filter(codigo__in=codigos)}
        self._condicoes = {
            (c.finalizador.codigo, c.vigente_desde): c
            for c in CondicaoFinalizador.objects.filter(finalizador__codigo__in=codigos).select_related("finalizador")
        }
        self._alheios: dict[str, Mapping[str, Model]] = {
            "adquirente": {a.nome.upper(): a for a in Adquirente.objects.all()},
            "conta": {c.codigo.upper(): c for c in Conta.objects.filter(ativa=True)},
        }
        self._a_gravar: list[Model] = []
        return [previa for linha in linhas if (previa := self._conferir_linha(linha, erros))]

    def _conferir_linha(self, linha: Linha, erros: Erros) -> Previa | None:
        valores = dict(linha.valores)
        for nome, conhecidos in self._alheios.items():
            if nome in valores and valores[nome].upper() not in conhecidos:
                erros.anotar(linha.numero, f"{nome}: «{valores.pop(nome)}» não está cadastrado(a) ou está inativo(a).")
            elif nome in valores:
                valores[nome] = conhecidos[valores[nome].upper()]
        desde = valores.get("vigente_desde")
        if desde is None and (sobra := [nome for nome in _DA_CONDICAO if nome in valores]):
            erros.anotar(linha.numero, f"vigente_desde: falta a data para valer {', '.join(sobra)}.")
        codigo = valores["codigo"]
        finalizador = self._finalizadores.setdefault(codigo, Finalizador(codigo=codigo))
        mudancas = _aplicar(finalizador, valores, _DO_FINALIZADOR)
        condicao = self._condicao(finalizador, desde)
        if condicao is not None:
            mudancas += _aplicar(condicao, valores, _DA_CONDICAO)
        novo = finalizador.pk is None or (condicao is not None and condicao.pk is None)
        self._validar(linha, erros, finalizador, condicao)
        self._a_gravar += [finalizador, *([condicao] if condicao is not None else [])]
        tipo: Tipo = "new" if novo else "update" if mudancas else "skip"
        vigencia = f"{desde:%d/%m/%Y}" if desde else ""
        return Previa(linha.numero, tipo, [str(finalizador), finalizador.especie, vigencia, "; ".join(mudancas)])

    def _condicao(self, finalizador: Finalizador, desde: date | None) -> CondicaoFinalizador | None:
        if desde is None:
            return None
        nova = CondicaoFinalizador(finalizador=finalizador, vigente_desde=desde)
        return self._condicoes.setdefault((finalizador.codigo, desde), nova)

    def _validar(
        self, linha: Linha, erros: Erros, finalizador: Finalizador, condicao: CondicaoFinalizador | None
    ) -> None:
        for objeto in filter(None, (finalizador, condicao)):
            try:
                objeto.clean_fields(exclude={"id", "finalizador"})
            except ValidationError as erro:
                for campo, mensagens in erro.message_dict.items():
                    erros.anotar(linha.numero, f"{campo}: {' '.join(mensagens)}")
        if condicao is not None:
            faltas = problemas_da_condicao(finalizador.especie, condicao.adquirente, condicao.conta)
            for campo, mensagem in faltas.items():
                if campo not in linha.valores:  # else it is there, and already refused
                    erros.anotar(linha.numero, f"{campo}: {mensagem}")

    @sensivel("cadastros.finalizador_criado", "cadastros.condicaofinalizador_criada")
    def gravar(self, contexto: Contexto) -> None:
        for objeto in self._a_gravar:
            if isinstance(objeto, CondicaoFinalizador):
                objeto.finalizador = objeto.finalizador  # its id is known by now
            gravar_com_auditoria(objeto, usuario=contexto.usuario, motivo=f"importação de {contexto.arquivo}")


def _aplicar(objeto: Model, valores: dict[str, Any], campos: Sequence[str]) -> list[str]:
    mudancas = []
    for campo in campos:
        if campo not in valores or (objeto.pk is not None and getattr(objeto, campo) == valores[campo]):
            continue
        antes = f"{getattr(objeto, campo)} → " if objeto.pk is not None else ""
        setattr(objeto, campo, valores[campo])
        mudancas.append(f"{campo}: {antes}{valores[campo]}")
    return mudancas
