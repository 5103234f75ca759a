"""What of a person an event shows: masked, and of a few acts kept whole too, encrypted under the person's key, and why.

Documents, phones and e-mails are known by their names and shapes (`auditoria.rules`). A name, a street or a birthday is
a word like any other: `PESSOAIS` says which fields of which registers are such. An event never changes, here or in the
archive, so what forgetting a person empties in a register must not be in the events of it either.

The second list is short on purpose: a field is here when somebody must be able to say, years later, who it was, before a
judge, the authority or the person, and no table that changes can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from auditoria.rules import mascarar_nome, ocultar

# acao -> field -> the reason, as people read it
RECUPERAVEIS: Final[Mapping[str, Mapping[str, str]]] = {
    "consultas.cpf_consultado": {
        "cpf": "De quem se consultou a Receita: registro das operações de tratamento (Lei 13.709/2018, art. 37) e resposta ao "
        "titular (art. 19).",
    },
    "cobrancas.cobranca_criada": {
        "cpf_cnpj": "De quem se cobrou: prova em cobrança indevida (CDC, art. 42) e em processo (Lei 13.709/2018, art. 7º, VI).",
    },
    "jazigos.concessao_transferida": {
        "cpf_cnpj": "Para quem a concessão passou: prova da transferência do direito (Código Civil, art. 205; Lei 13.709/2018, "
        "art. 7º, VI).",
    },
}

# model's label, in lower case -> field -> how it is masked
PESSOAIS: Final[Mapping[str, Mapping[str, Callable[[Any], str | None]]]] = {
    "clientes.cliente": {"cliente_varejo": mascarar_nome, **dict.fromkeys(
        ("rg_ie", "endereco", "numero", "complemento", "cep", "aniversario", "obs"), ocultar
    )},
    "planos.dependente": {"nome": mascarar_nome, "nascimento": ocultar},
    "visitas.visita": {"solicitante": mascarar_nome, **dict.fromkeys(
        ("endereco", "complemento", "motivo", "latitude", "longitude"), ocultar
    )},
    "colaboradores.colaborador": {"nome": mascarar_nome, **dict.fromkeys(
        ("pis", "endereco", "latitude", "longitude"), ocultar
    )},
}  # fmt: skip
OUTRO: Final = " (outro)"  # of a field whose two values have one mask
Lado = Mapping[str, Any] | None


def mascarar_pessoais(objeto: str, antes: Lado, depois: Lado) -> tuple[Lado, Lado]:
    """Both sides with the personal fields of that register masked; that a field changed still shows.

    >>> mascarar_pessoais("clientes.Cliente", {"cep": "20000-000"}, {"cep": "20000-001", "uf": "RJ"})
    ({'cep': '***'}, {'cep': '*** (outro)', 'uf': 'RJ'})
    """
    campos = PESSOAIS.get(objeto.lower())
    if campos is None:
        return antes, depois
    de, para = _mascarar(campos, antes), _mascarar(campos, depois)
    for campo in campos.keys() & (antes or {}).keys() & (depois or {}).keys():
        if antes and depois and de and para and antes[campo] != depois[campo] and de[campo] == para[campo]:
            para[campo] = f"{para[campo]}{OUTRO}"
    return de, para


def _mascarar(campos: Mapping[str, Callable[[Any], str | None]], lado: Lado) -> dict[str, Any] | None:
    if lado is None:
        return None
    return {nome: campos[nome](valor) if nome in campos else valor for nome, valor in lado.items()}


class SemPolitica(ValueError):
    """Este ato não declara nenhum dado pessoal recuperável: acrescente o campo e o motivo em auditoria/pessoas/politica.py."""

    def __init__(self, acao: str) -> None:
        super().__init__(f"{self.__doc__} Recebido: {acao}.")


def campos_de(acao: str) -> Mapping[str, str]:
    """The recoverable fields of an act, and why each is. Raises `SemPolitica`."""
    if acao not in RECUPERAVEIS:
        raise SemPolitica(acao)
    return RECUPERAVEIS[acao]
