"""Customers by spreadsheet: found by CODIGO_CLIENTE, made when new; an empty cell or an absent column changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from clientes import rules
from clientes.colunas import COLUNAS
from clientes.models import CAMPOS, Cliente, TipoVarejo
from clientes.monitor import DESPERTADOR
from clientes.selectors import Dono, donos_de
from clientes.travas import travar_cadastro
from erp.cadastros.documentos import limpar
from erp.cadastros.models import Filial
from erp.cadastros.planilhas.importacao import Contexto, Erros, ImportacaoDePlanilha, Linha, Previa
from erp.cadastros.textos import normalizar
from filas import acordar

_NOVO = Cliente()
_PADROES: dict[str, Any] = {campo: getattr(_NOVO, campo) for campo in CAMPOS}


class _Conferida(NamedTuple):
    """A line with its customer: as it is in the register (None: new), and as the line leaves it."""

    numero: int
    codigo: str
    antes: Mapping[str, Any] | None
    depois: dict[str, Any]

    @property
    def mudados(self) -> list[str]:
        return [c for c in CAMPOS if self.antes is None or self.antes[c] != self.depois[c]]


class ImportacaoDeClientes(ImportacaoDePlanilha):
    colunas = COLUNAS
    chave = ()  # by the code once it is known: a blank one comes from the document
    titulos = ("código", "nome", "CPF/CNPJ", "filial", "cidade", "UF", "o que muda")

    def conferir(self, linhas: Sequence[Linha], erros: Erros, contexto: Contexto) -> list[Previa]:
        if not contexto.simulado:
            travar_cadastro()
        self._filiais = {filial.codigo: filial.nome for filial in Filial.objects.all()}
        self._tipos = {normalizar(tipo.pk): tipo.pk for tipo in TipoVarejo.objects.all()}
        identificadas = _identificar(linhas, erros)
        gravados = _gravados([codigo for codigo, _ in identificadas])
        conferidas = [
            conferida
            for codigo, linha in identificadas
            if (conferida := self._conferir_linha(linha, codigo, gravados.get(codigo), erros))
        ]
        _conferir_identidades(conferidas, erros)
        self._a_gravar = [conferida for conferida in conferidas if conferida.mudados]
        return [self._previa(conferida) for conferida in conferidas]

    def _conferir_linha(
        self, linha: Linha, codigo: str, antes: Mapping[str, Any] | None, erros: Erros
    ) -> _Conferida | None:
        valores = rules.normalizar(linha.valores)
        valores.pop("codigo_cliente", None)
        depois: dict[str, Any] = {**(antes or _PADROES), **valores}
        depois["estrangeiro"] = rules.definir_estrangeiro(depois["estrangeiro"], depois["uf"])
        achados = rules.problemas({**valores, "estrangeiro": depois["estrangeiro"]}, timezone.localdate())
        if antes is None:
            achados |= {
                nome: "está em branco, e o cliente é novo." for nome in ("cliente_varejo", "filial") if not depois[nome]
            }
            if "pf_pj" not in valores:
                depois["pf_pj"] = rules.definir_pessoa(limpar(depois["cpf_cgc"]))
        for nome, resolver in (("filial", self._filial), ("tipo_varejo", self._tipo)):
            if nome in valores:
                resolver(depois, achados)
        depois.pop("tipo_varejo", None)
        for nome, mensagem in achados.items():
            erros.anotar(linha.numero, f"{nome}: {mensagem}")
        return None if achados else _Conferida(linha.numero, codigo, antes, depois)

    def _filial(self, depois: dict[str, Any], achados: dict[str, str]) -> None:
        """A number becomes its name (§3.10); a text is taken as sent."""
        texto = depois["filial"]
        if not texto.isdecimal():
            return
        nome = self._filiais.get(int(texto))
        if nome is None:
            achados["filial"] = f"a filial {texto} não está cadastrada."
        depois["filial"] = nome or texto

    def _tipo(self, depois: dict[str, Any], achados: dict[str, str]) -> None:
        texto = depois.pop("tipo_varejo")
        if normalizar(texto) not in self._tipos:
            achados["tipo_varejo"] = f"«{texto}» não está cadastrado; cadastre o tipo ou deixe em branco."
        depois["tipo_varejo_id"] = self._tipos.get(normalizar(texto), rules.TIPO_PADRAO)

    def _previa(self, conferida: _Conferida) -> Previa:
        antes, depois, mudados = conferida.antes, conferida.depois, conferida.mudados
        filial = depois["filial"]
        confere = rules.documento_valido(depois["cpf_cgc"], estrangeiro=bool(depois["estrangeiro"]))
        return Previa(
            conferida.numero,
            "new" if antes is None else "update" if mudados else "skip",
            [
                conferida.codigo,
                depois["cliente_varejo"],
                depois["cpf_cgc"] + ("" if confere is not False else " (não confere)"),
                filial + ("" if filial in self._filiais.values() else " (não está no cadastro de filiais)"),
                depois["cidade"],
                depois["uf"],
                "" if antes is None else "; ".join(_mudanca(c, antes[c], depois[c]) for c in mudados),
            ],
        )

    @sensivel("clientes.clientes_importados")
    def gravar(self, contexto: Contexto) -> None:
        if not self._a_gravar:
            return
        gravar_clientes(self._a_gravar, timezone.now())
        acordar(DESPERTADOR)
        novos = sum(conferida.antes is None for conferida in self._a_gravar)
        registrar(
            acao="clientes.clientes_importados",
            ator=ator_usuario(contexto.usuario),
            objeto="clientes.cliente",
            depois={"arquivo": contexto.arquivo, "novos": novos, "alterados": len(self._a_gravar) - novos},
        )


def gravar_clientes(conferidas: Sequence[_Conferida], agora: datetime) -> None:
    """Insert or update by code, in order of code so that two writers at once do not deadlock."""
    clientes = [
        Cliente(
            codigo_cliente=conferida.codigo,
            cadastramento=agora,
            data_para_transferencia=agora,
            documento_valido=rules.documento_valido(
                conferida.depois["cpf_cgc"], estrangeiro=bool(conferida.depois["estrangeiro"])
            ),
            **conferida.depois,
        )
        for conferida in sorted(conferidas, key=lambda conferida: conferida.codigo)
    ]
    Cliente.objects.bulk_create(
        clientes,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["codigo_cliente"],
        update_fields=[*(c.removesuffix("_id") for c in CAMPOS), "data_para_transferencia", "documento_valido"],
    )


def _identificar(linhas: Sequence[Linha], erros: Erros) -> list[tuple[str, Linha]]:
    """The code of each line, noting those that have none and those that repeat another's."""
    vistos: dict[str, int] = {}
    identificadas = []
    for linha in linhas:
        valores = linha.valores
        codigo = rules.definir_codigo(
            informado=valores.get("codigo_cliente", ""),
            cpf_cgc=valores.get("cpf_cgc", ""),
            rg_ie=valores.get("rg_ie", ""),
            estrangeiro=bool(rules.definir_estrangeiro(valores.get("estrangeiro"), valores.get("uf", ""))),
        )
        problema = rules.problema_do_codigo(codigo)
        if not problema and (primeira := vistos.setdefault(codigo, linha.numero)) != linha.numero:
            problema = f"«{codigo}» repete a linha {primeira}."
        if problema:
            erros.anotar(linha.numero, f"codigo_cliente: {problema}")
        else:
            identificadas.append((codigo, linha))
    return identificadas


def _conferir_identidades(conferidas: Sequence[_Conferida], erros: Erros) -> None:
    """One national, one document, in the register and in the file; and a known customer does not become another."""
    novos = {c.numero: documento for c in conferidas if (documento := _documento_novo(c))}
    donos = donos_de(novos.values())
    no_arquivo: dict[str, int] = {}
    for conferida in conferidas:
        if problema := _troca_de_identidade(conferida):
            erros.anotar(conferida.numero, f"cpf_cgc: {problema}")
        elif documento := novos.get(conferida.numero, ""):
            primeira = no_arquivo.setdefault(documento, conferida.numero)
            if primeira != conferida.numero:
                erros.anotar(conferida.numero, f"cpf_cgc: repete o da linha {primeira}, com outro código.")
            elif dono := _outro(donos.get(documento, []), conferida.codigo):
                erros.anotar(conferida.numero, f"cpf_cgc: já é de {dono.nome}, código {dono.codigo}.")


def _documento_novo(conferida: _Conferida) -> str:
    """The document that the line brings to a national who did not have it."""
    depois, antes = conferida.depois, conferida.antes
    documento = "" if depois["estrangeiro"] else limpar(depois["cpf_cgc"])
    mesmo = antes is not None and not antes["estrangeiro"] and limpar(antes["cpf_cgc"]) == documento
    return "" if mesmo else documento


def _troca_de_identidade(conferida: _Conferida) -> str:
    antes, depois = conferida.antes, conferida.depois
    if antes is None or antes["estrangeiro"] or not (gravado := limpar(antes["cpf_cgc"])):
        return ""
    if depois["estrangeiro"]:
        return f"o código {conferida.codigo} é de um nacional, {antes['cliente_varejo']}, e a linha diz estrangeiro."
    if limpar(depois["cpf_cgc"]) != gravado:
        return (
            f"o código {conferida.codigo} é de {antes['cliente_varejo']}, com outro documento. "
            "Para corrigir o documento, altere na tela."
        )
    return ""


def _outro(donos: Sequence[Dono], codigo: str) -> Dono | None:
    return next((dono for dono in donos if dono.codigo != codigo), None)


def _gravados(codigos: list[str]) -> dict[str, dict[str, Any]]:
    consulta = Cliente.objects.filter(pk__in=codigos).order_by()
    return {codigo: dict(zip(CAMPOS, valores, strict=True)) for codigo, *valores in consulta.values_list("pk", *CAMPOS)}


def _mudanca(campo: str, antes: Any, depois: Any) -> str:
    return f"{campo.removesuffix('_id')}: {_celula(antes)} → {_celula(depois)}"


def _celula(valor: Any) -> str:
    if isinstance(valor, date):
        return f"{valor:%d/%m/%Y}"
    return "(vazio)" if valor in ("", None) else str(valor)
