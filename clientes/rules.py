"""The rules of a customer's register, as pure functions on plain values (spec/004, WebService)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from operator import mul
from typing import Any

from validate_docbr import CNPJ

from erp.cadastros.documentos import limpar
from erp.cadastros.referencia import ufs

CODIGO_MAXIMO = 14
TIPO_PADRAO = "CLIENTE VAREJO"
PREFIXO_OBS = "Cadastrado Pelo PDV ILLIMITAR. "
OBS_MAXIMO = 200  # of what is informed; the column holds the prefix too
UF_EXTERIOR = "EX"
_PRIMEIRO_NASCIMENTO = date(1900, 1, 1)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_ZERO = ord("0")
_PESOS_CPF = (tuple(range(10, 1, -1)), tuple(range(11, 1, -1)))  # of the first check digit and of the second
_TELEFONES = ("telefone", "celular")
_DDDS = ("ddd", "ddd_celular")


def definir_codigo(*, informado: str, cpf_cgc: str, rg_ie: str, estrangeiro: bool) -> str:
    """CODIGO_CLIENTE (§3.6): the one informed, else a foreigner's RG_IE, else CPF_CGC. Empty when there is none.

    A derived one keeps letters and digits only. An informed one that is the document without its leading zeros, as
    spreadsheets leave it, is the document. Whether it fits is for `problema_do_codigo`.
    """
    codigo, documento = informado.strip(), limpar(cpf_cgc)
    if not codigo:
        return limpar(rg_ie) if estrangeiro and limpar(rg_ie) else documento
    if codigo.isdigit() and codigo != documento and codigo.zfill(len(documento)) == documento:
        return documento
    return codigo


def problema_do_codigo(codigo: str) -> str:
    """What is wrong with a CODIGO_CLIENTE once defined (§3.7); empty when nothing is."""
    if not codigo:
        return "Falta o código: informe-o, ou o CPF/CNPJ, ou o RG de um estrangeiro."
    if len(codigo) > CODIGO_MAXIMO:
        return f"O código «{codigo[:40]}» tem {len(codigo)} caracteres e cabem {CODIGO_MAXIMO}."
    if not codigo.isprintable():
        return "O código tem um caractere que não se imprime; digite-o de novo."
    return ""


def definir_estrangeiro(estrangeiro: int | None, uf: str) -> int:
    """ESTRANGEIRO (§3.3): empty is 0, and UF = EX makes it 1."""
    return 1 if uf.strip().upper() == UF_EXTERIOR else estrangeiro or 0


def normalizar_cep(cep: str | None) -> str | None:
    """CEP (§3.5): none when empty or when its numeric value is 0, else as sent."""
    texto = (cep or "").strip()
    return texto if texto and not (so_digitos(texto) and int(so_digitos(texto)) == 0) else None


def definir_pessoa(documento: str) -> int:
    """PF_PJ when nobody said: more than 11 significant characters is a company (§3.11 of the Queue)."""
    return 0 if len(documento) > 11 else 1


def documento_valido(cpf_cgc: str, *, estrangeiro: bool) -> bool | None:
    """Whether the check digits of a CPF or CNPJ (letters allowed) are right; None with nothing to check.

    A foreigner has no obligation of a Brazilian document: one that does not check says nothing.
    """
    documento = limpar(cpf_cgc)
    if not documento:
        return None
    valido = _digitos_conferem(documento)
    return valido or (None if estrangeiro else False)


def completar_zeros(texto: str) -> str:
    """A document of digits only that lost its leading zeros, whole again if so its check digits are right.

    One that begins with a zero lost none, and a right CPF is no CNPJ without its zeros, although one in seventy is both.
    """
    limpo = limpar(texto)
    if limpo.isdigit() and limpo[0] != "0" and not _digitos_conferem(limpo):
        for tamanho in (11, 14):
            if len(limpo) < tamanho and _digitos_conferem(limpo.zfill(tamanho)):
                return limpo.zfill(tamanho)
    return texto


def so_digitos(texto: str) -> str:
    return re.sub(r"[^0-9]", "", texto)


def telefone_procurado(texto: str, *, finais: bool = False) -> str:
    """The digits of a phone that somebody looks for, without +55 nor the zero before the DDD; empty when it is none.

    A number has at least 8 digits; with `finais`, its last 6 do.
    """
    if not re.fullmatch(r"[0-9\s().+/-]+", texto):
        return ""
    digitos = so_digitos(texto).lstrip("0")
    if len(digitos) in (12, 13) and digitos.startswith("55"):
        digitos = digitos[2:]
    return digitos if (6 if finais else 8) <= len(digitos) <= 14 else ""


def normalizar(valores: Mapping[str, Any]) -> dict[str, Any]:
    """What people type, as the register keeps it. Only the fields that came; the others are not invented."""
    limpos = dict(valores)
    for nome in {*_TELEFONES, *_DDDS} & limpos.keys():
        limpos[nome] = so_digitos(limpos[nome])
    for nome in {"uf", "sexo"} & limpos.keys():
        limpos[nome] = limpos[nome].strip().upper()
    if "cep" in limpos:
        limpos["cep"] = normalizar_cep(limpos["cep"])
    return limpos


def problemas(valores: Mapping[str, Any], hoje: date) -> dict[str, str]:
    """Field -> what is wrong with it, all of them at once. An absent or empty field has no problem."""
    estrangeiro = bool(valores.get("estrangeiro"))
    achados = {
        campo: mensagem
        for campo, regra in _REGRAS.items()
        if valores.get(campo) and (mensagem := regra(valores[campo], estrangeiro))
    }
    nascimento = valores.get("aniversario")
    if nascimento and not _PRIMEIRO_NASCIMENTO <= nascimento <= hoje:
        achados["aniversario"] = f"{nascimento:%d/%m/%Y} não é uma data de nascimento: confira o ano."
    return achados


def _digitos_conferem(documento: str) -> bool:
    """CPF of 11 digits or CNPJ of 14; of any other length, no."""
    if len(documento) == 11:
        return documento.isdecimal() and documento.isascii() and _cpf_confere(documento.encode())
    return len(documento) == 14 and bool(CNPJ().validate(documento))


def _cpf_confere(cpf: bytes) -> bool:
    """As validate_docbr does, forty times faster: a lote has 500 of them. One digit repeated is no CPF."""
    return cpf.count(cpf[0]) < 11 and all(
        cpf[len(pesos)] - _ZERO == (sum(map(mul, cpf, pesos)) - _ZERO * sum(pesos)) * 10 % 11 % 10
        for pesos in _PESOS_CPF
    )


def _documento(texto: str, estrangeiro: bool) -> str:
    tamanho = len(limpar(texto))
    if tamanho == 0:
        return f"«{texto}» não tem nenhum número."
    return f"Tem {tamanho} caracteres; CPF tem 11 e CNPJ, 14." if tamanho > 14 else ""


def _uf(uf: str, estrangeiro: bool) -> str:
    return "" if uf == UF_EXTERIOR or uf in ufs() else f"A UF {uf} não existe. Escreva a sigla, como MG, ou EX."


def _cep(cep: str, estrangeiro: bool) -> str:
    if estrangeiro or re.fullmatch(r"\d{5}-?\d{3}", cep):
        return ""
    return f"«{cep}» não é um CEP; escreva os 8 números, como 30110-001."


def _email(email: str, estrangeiro: bool) -> str:
    return "" if _EMAIL.fullmatch(email) else f"«{email}» não é um e-mail; escreva como maria@exemplo.com.br."


def _telefone(numero: str, estrangeiro: bool) -> str:
    if len(numero) in (8, 9) or (estrangeiro and len(numero) <= 10):
        return ""
    return f"Tem {len(numero)} números; sem o DDD, que vai no campo dele, são 8 ou 9."


def _ddd(ddd: str, estrangeiro: bool) -> str:
    if re.fullmatch(r"0?[1-9]\d", ddd) or (estrangeiro and len(ddd) <= 4):
        return ""
    return f"«{ddd}» não é um DDD; escreva dois números, como 31."


_REGRAS: dict[str, Callable[[str, bool], str]] = {
    "cpf_cgc": _documento,
    "uf": _uf,
    "cep": _cep,
    "email": _email,
    "telefone": _telefone,
    "celular": _telefone,
    "ddd": _ddd,
    "ddd_celular": _ddd,
}
