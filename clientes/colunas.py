"""The columns of the customers' spreadsheet: the names of the specification, and those that people use."""

import re
from datetime import date

from clientes import rules
from clientes.models import TAMANHOS
from erp.cadastros.planilhas import celulas
from erp.cadastros.planilhas.importacao import Coluna
from erp.cadastros.textos import normalizar

_PESSOAS = {"1": 1, "0": 0, "PF": 1, "PJ": 0, "F": 1, "J": 0, "FISICA": 1, "JURIDICA": 0}


def _documento(celula: str) -> str:
    return rules.completar_zeros(celulas.texto(19)(celula))


def _numeros(celula: str) -> str:
    if re.search(r"[^0-9\s().+-]", celula):
        raise ValueError(f"«{celula[:40]}» deveria ter só números")
    return rules.so_digitos(celula)


def _cep(celula: str) -> str:
    """A spreadsheet takes the zeros of the left away: 01310100 arrives as 1310100."""
    valor = celulas.texto(9)(celula)
    return valor.zfill(8) if valor.isdigit() and len(valor) == 7 else valor


def _pessoa(celula: str) -> int:
    if normalizar(celula) not in _PESSOAS:
        raise ValueError(f"«{celula[:40]}» não existe; use 1 ou PF, 0 ou PJ")
    return _PESSOAS[normalizar(celula)]


def _sim(celula: str) -> int:
    return int(celulas.sim_ou_nao(celula))


def _data(celula: str) -> date:
    """Also as databases write it: 1993-07-04 00:00:00."""
    return celulas.data(re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", celula))


def _texto(nome: str, *apelidos: str, ajuda: str = "") -> Coluna:
    tamanho = TAMANHOS[nome]
    return Coluna(nome, celulas.texto(tamanho), ajuda or f"Até {tamanho} letras.", apelidos=apelidos)


COLUNAS = (
    Coluna(
        "codigo_cliente", celulas.texto(rules.CODIGO_MAXIMO),
        "O que acha o cliente já cadastrado. Em branco: o CPF/CNPJ; em estrangeiro, o RG.", apelidos=("código", "cod"),
    ),
    _texto("cliente_varejo", "nome", "cliente", "razão social", ajuda="O nome. Obrigatório em cliente novo."),
    _texto("filial", "loja", ajuda="Nome ou código. Obrigatória em cliente novo."),
    Coluna("pf_pj", _pessoa, "1 ou PF, 0 ou PJ. Em branco: pelo tamanho do documento.", apelidos=("pessoa",)),
    Coluna("estrangeiro", _sim, "sim ou não. Em branco: não. UF EX: sim."),
    Coluna(
        "cpf_cgc", _documento, "Com ou sem pontos. O que não confere entra, marcado.",
        apelidos=("cpf", "cnpj", "cpf/cnpj", "cpf cnpj", "cpf ou cnpj", "documento"),
    ),
    _texto("rg_ie", "rg", "ie", "inscrição estadual"),
    _texto("tipo_logradouro"),
    _texto("endereco", "endereço", "logradouro"),
    _texto("numero", "número", "nº"),
    _texto("complemento"),
    _texto("bairro"),
    _texto("cidade", "município"),
    _texto("uf", "estado", ajuda="A sigla. EX para o exterior."),
    Coluna("cep", _cep, "8 números.", apelidos=()),
    _texto("pais", "país"),
    Coluna("ddd", _numeros, "2 números."),
    Coluna("telefone", _numeros, "8 ou 9 números, sem o DDD.", apelidos=("fone",)),
    Coluna("ddd_celular", _numeros, "2 números."),
    Coluna("celular", _numeros, "8 ou 9 números, sem o DDD."),
    _texto("email", "e-mail"),
    Coluna("sexo", celulas.opcao({"M": "Masculino", "F": "Feminino"}), "M ou F."),
    Coluna("status", _sim, "1 ou ativo, 0 ou inativo. Em branco: ativo.", apelidos=("ativo", "situação")),
    Coluna("aniversario", _data, "Como 04/07/1993.", apelidos=("aniversário", "nascimento", "data de nascimento")),
    Coluna("obs", celulas.texto(rules.OBS_MAXIMO), f"Até {rules.OBS_MAXIMO} letras.", apelidos=("observação",)),
    Coluna("tipo_varejo", celulas.texto(25), f"Já cadastrado. Em branco: {rules.TIPO_PADRAO}.", apelidos=("tipo",)),
)  # fmt: skip
