"""From the fields of a body to a `Pedido`, or to everything that is wrong with them at once. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from auditoria.rules import mascarar_campo, mascarar_documento
from clientes import rules as cadastro
from clientes.webservice import rules
from clientes.webservice.campos import (
    CAMPOS,
    CAMPOS_MAXIMO,
    CHAVE,
    CODIGO_CLIENTE,
    EVENTO,
    EVENTO_TAMANHO,
    PROFUNDIDADE_MAXIMA,
    TIPO_VAREJO,
    Campo,
    Tipo,
)
from clientes.webservice.codigos import Regra
from clientes.webservice.corpo import codificar_em_ordem
from clientes.webservice.pedido import Pedido, Problema

_DATA: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}|[0-9]{4}-?W[0-9]{2}-?[1-7])([T ][0-9:.,]+(Z|[+-][0-9:]+)?)?"
)
_DOCUMENTOS: Final = frozenset({"RG_IE", CODIGO_CLIENTE})
_DE_DOIS_VALORES: Final = {"PF_PJ": "1 (física) ou 0 (jurídica)", "ESTRANGEIRO": "1 (estrangeiro) ou 0 (nacional)"}
_EXPOENTE_MAXIMO: Final = 30  # a number of more digits than this is no field of a customer
_NOMES: Final = frozenset({*(campo.nome for campo in CAMPOS), CODIGO_CLIENTE, TIPO_VAREJO, EVENTO})


def ler(corpo: Mapping[str, Any], *, filiais: Mapping[int, str], estrito: bool) -> Pedido | list[Problema]:
    """A request ready to be decided, or all its problems at once.

    `corpo` is the body as `corpo.ler_corpo` reads it; `filiais` has the names of the numbers in it
    (`numero_da_filial_em`); with `estrito` a national's CPF_CGC whose digits do not check is a problem too.
    """
    leitura = _Leitura({nome: valor for nome, valor in corpo.items() if nome != CHAVE}, filiais, estrito)
    pedido = leitura.ler()
    return leitura.problemas or pedido


def numero_da_filial_em(corpo: Mapping[str, Any]) -> int | None:
    """The code in a numeric FILIAL of a body; None when it is a name, or cannot be read."""
    valor = corpo.get("FILIAL")
    if isinstance(valor, str):
        return rules.numero_da_filial(valor.strip()[:25])
    if isinstance(valor, bool) or not isinstance(valor, int | Decimal) or _grande_demais(valor):
        return None
    return rules.numero_da_filial(_numero_em_texto(valor))


class _Leitura:
    """One reading: the texts of the fields that came, and the problems found on the way."""

    def __init__(self, conteudo: dict[str, Any], filiais: Mapping[int, str], estrito: bool) -> None:
        self.conteudo = conteudo
        self.filiais = filiais
        self.estrito = estrito
        self.problemas: list[Problema] = []

    def ler(self) -> Pedido | list[Problema]:
        self._conferir_forma()
        valores: dict[str, Any] = {}
        for campo in CAMPOS:
            self._ler_campo(campo, valores)
        codigo = self._texto(CODIGO_CLIENTE)
        tipo = self._texto(TIPO_VAREJO)
        evento = self._texto(EVENTO)
        if len(evento) > EVENTO_TAMANHO:
            self._anotar_tamanho(EVENTO, EVENTO_TAMANHO, evento)
        return self._reestruturar(valores, codigo, tipo, evento)

    def _reestruturar(self, valores: dict[str, Any], codigo: str, tipo: str, evento: str) -> Pedido | list[Problema]:
        """Section 3, in the order of the specification; what needs the register is left to `rules.decidir`."""
        estrangeiro = rules.definir_estrangeiro(valores.get("estrangeiro"), valores.get("uf", ""))
        valores["estrangeiro"] = int(estrangeiro)
        rules.remover_sexo_vazio(valores)
        if "cep" in valores:
            valores["cep"] = rules.normalizar_cep(valores["cep"])
        if not estrangeiro and "cpf_cgc" in valores:
            valores["cpf_cgc"] = cadastro.completar_zeros(valores["cpf_cgc"])
        cpf_cgc = valores.get("cpf_cgc", "")
        codigo = rules.definir_codigo(
            informado=codigo, cpf_cgc=cpf_cgc, rg_ie=valores.get("rg_ie", ""), estrangeiro=estrangeiro
        )
        if problema := rules.validar_codigo(codigo):
            self.problemas.append(problema)
        if self.estrito and cadastro.documento_valido(cpf_cgc, estrangeiro=estrangeiro) is False:
            self._anotar(
                "CPF_CGC", Regra.DOCUMENTO, f"os dígitos não conferem, recebido {_mostrar('CPF_CGC', cpf_cgc)}."
            )
        filial = rules.converter_filial(valores.pop("filial", ""), self.filiais)
        if isinstance(filial, Problema):
            self.problemas.append(filial)
        if self.problemas:
            return self.problemas
        return Pedido(
            conteudo=self.conteudo,
            hash_conteudo=hashlib.sha256(codificar_em_ordem(self.conteudo)).digest(),
            evento=evento,
            codigo_cliente=codigo,
            documento=rules.documento_de_busca(cpf_cgc),
            estrangeiro=estrangeiro,
            filial=str(filial),
            tipo_varejo=tipo,
            obs=valores.pop("obs", None),
            valores=valores,
        )

    def _ler_campo(self, campo: Campo, valores: dict[str, Any]) -> None:
        if campo.nome not in self.conteudo:
            if campo.obrigatorio:
                self._anotar(campo.nome, Regra.OBRIGATORIO, "campo obrigatório, e não veio.")
            return
        antes = len(self.problemas)
        texto = self._texto(campo.nome)
        if len(self.problemas) > antes:
            return
        if not texto and campo.obrigatorio and campo.nome != "ESTRANGEIRO":  # §3.3
            self._anotar(campo.nome, Regra.OBRIGATORIO, "campo obrigatório, e veio vazio.")
        elif campo.tipo is Tipo.TEXTO:
            if campo.tamanho is not None and len(texto) > campo.tamanho:
                self._anotar_tamanho(campo.nome, campo.tamanho, texto)
            valores[campo.coluna] = texto.upper() if campo.nome in ("UF", "SEXO") else texto
        elif campo.tipo is Tipo.INTEIRO:
            valores[campo.coluna] = self._inteiro(campo.nome, texto)
        else:
            valores[campo.coluna] = self._data(campo.nome, texto)

    def _texto(self, nome: str) -> str:
        """The text of a field, without the spaces around it; null is an empty one, and so is an absent one."""
        valor = self.conteudo.get(nome)
        if isinstance(valor, str):
            return valor.strip()
        if valor is None:
            return ""
        if isinstance(valor, bool) or not isinstance(valor, int | Decimal):
            self._anotar(nome, Regra.TIPO, f"esperado texto ou número, recebido {_tipo(valor)}.")
            return ""
        if _grande_demais(valor):
            self._anotar(nome, Regra.VALOR, "o número é grande ou pequeno demais.")
            return ""
        texto = _numero_em_texto(valor)
        # a number has lost the zeros on the left of a document
        return texto.zfill(11 if len(texto) <= 11 else 14) if nome == "CPF_CGC" and texto.isdecimal() else texto

    def _inteiro(self, nome: str, texto: str) -> int:
        """One digit; empty is 0."""
        if not texto:
            return 0
        if not (texto.isascii() and texto.isdecimal()):
            self._anotar(nome, Regra.TIPO, f"esperado um número inteiro, recebido {_mostrar(nome, texto)}.")
        elif len(texto) > 1:
            self._anotar_tamanho(nome, 1, texto)
        elif nome in _DE_DOIS_VALORES and texto not in "01":
            self._anotar(nome, Regra.VALOR, f"esperado {_DE_DOIS_VALORES[nome]}, recebido {_mostrar(nome, texto)}.")
        else:
            return int(texto)
        return 0

    def _data(self, nome: str, texto: str) -> date | None:
        """The date as written: a time and its offset do not move it. Empty is none."""
        if not texto:
            return None
        try:
            if not _DATA.fullmatch(texto):
                raise ValueError
            return datetime.fromisoformat(texto).date()
        except ValueError:
            esperado = "AAAA-MM-DD, AAAA-MM-DD HH:MM:SS ou ISO 8601"
            self._anotar(nome, Regra.DATA, f"esperado {esperado}, recebido {_mostrar(nome, texto)}.")
            return None

    def _conferir_forma(self) -> None:
        """What no field may be: too many, too deep, with what the database cannot keep."""
        if len(self.conteudo) > CAMPOS_MAXIMO:
            self._anotar("", Regra.TAMANHO, f"esperados até {CAMPOS_MAXIMO} campos, recebidos {len(self.conteudo)}.")
        for nome, valor in self.conteudo.items():
            if "\0" in nome or (isinstance(valor, str) and "\0" in valor):
                self._anotar(_nome(nome), Regra.CARACTERE, "tem o caractere nulo (U+0000).")
            elif nome not in _NOMES and not isinstance(valor, str | int | None) and not _cabe(valor):
                mensagem = "tem objetos demais um dentro do outro, um número grande demais ou o caractere nulo."
                self._anotar(_nome(nome), Regra.VALOR, mensagem)

    def _anotar(self, campo: str, regra: Regra, mensagem: str) -> None:
        self.problemas.append(Problema(campo, regra, mensagem))

    def _anotar_tamanho(self, campo: str, tamanho: int, texto: str) -> None:
        recebido = f"recebido {len(texto)} ({_mostrar(campo, texto)})"
        plural = "caractere" if tamanho == 1 else "caracteres"
        self._anotar(campo, Regra.TAMANHO, f"esperado até {tamanho} {plural}, {recebido}.")


def _grande_demais(valor: int | Decimal) -> bool:
    return abs(Decimal(valor).adjusted()) > _EXPOENTE_MAXIMO or (isinstance(valor, Decimal) and len(str(valor)) > 64)


def _numero_em_texto(valor: int | Decimal) -> str:
    return f"{int(valor)}" if valor == int(valor) else f"{valor:f}"


def _cabe(valor: Any, profundidade: int = 1) -> bool:
    """Whether the database keeps this value of an unknown field, and gives it back as it came."""
    if isinstance(valor, str):
        return "\0" not in valor
    if isinstance(valor, bool | None):
        return True
    if isinstance(valor, int | Decimal):
        return not _grande_demais(valor)
    if profundidade >= PROFUNDIDADE_MAXIMA:
        return False
    if isinstance(valor, dict):
        return all("\0" not in nome and _cabe(filho, profundidade + 1) for nome, filho in valor.items())
    return all(_cabe(filho, profundidade + 1) for filho in valor)


def _tipo(valor: Any) -> str:
    if isinstance(valor, bool):
        return "verdadeiro ou falso"
    return "um objeto" if isinstance(valor, dict) else "uma lista"


def _nome(nome: str) -> str:
    return nome.replace("\0", "�")[:40]


def _mostrar(campo: str, texto: str) -> str:
    """What came, short and without anybody's document, phone or e-mail whole."""
    curto = texto[:60].replace("\0", "�")
    mostrado = mascarar_documento(curto) if campo in _DOCUMENTOS else str(mascarar_campo(campo, curto))
    return f"«{mostrado[:40]}»"
