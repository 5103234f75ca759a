"""A person's word for a place that the official tables do not know by that name: said once, it heals all of its customers.

What is kept is the name's letters and digits with the UF, so that every way of writing it is healed. Messages in error
for want of the code go back to the Queue: the first ones at once, the others in the background (`curar`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from clientes.models import MunicipioInformado, PaisInformado, Pendente
from clientes.monitor import CONTEXTO
from clientes.monitor import DESPERTADOR as VARRER
from clientes.monitor.lugares import chave_do_municipio
from clientes.monitor.reenvio import renotar_lugar
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.lugares import achar_municipio, achar_pais, juntar, municipios_de_nome
from erp.cadastros.referencia import municipios, paises
from filas import acordar
from filas.fila.atos import reprocessar
from filas.models import Mensagem

DESPERTADOR: Final = "clientes.curar"
PERMISSAO: Final = "clientes.informar_municipio"
SEM_IBGE, SEM_BACEN = "SEM_IBGE", "SEM_BACEN"
LOTE: Final = 500
EXAMINADAS_NO_MAXIMO: Final = 50_000  # messages that a preview reads
RONDA: Final = timedelta(minutes=15)  # what was in hand when the place was named fails within it, and is healed too
Informado = MunicipioInformado | PaisInformado


class LugarRecusado(ErroDefinitivo):
    """Nothing was kept."""

    def __init__(self, mensagem: str, saida: str) -> None:
        super().__init__("CLIENTE_LUGAR_RECUSADO", mensagem, saida)


@dataclass(frozen=True)
class Lugar:
    """What is missing: the município of (cidade, uf), or the country of that name. As written by the customer."""

    cidade: str = ""
    uf: str = ""
    pais: str = ""

    @property
    def e_pais(self) -> bool:
        return bool(self.pais)

    @property
    def causa(self) -> str:
        return SEM_BACEN if self.e_pais else SEM_IBGE

    @property
    def chave(self) -> tuple[str, str]:
        return (juntar(self.pais), "") if self.e_pais else chave_do_municipio(self.cidade, self.uf)

    def e_de(self, cidade: str, uf: str, pais: str) -> bool:
        """Whether a message with these is of this place."""
        return self.chave == ((juntar(pais), "") if self.e_pais else chave_do_municipio(cidade, uf))

    def __str__(self) -> str:
        return self.pais if self.e_pais else f"{self.cidade}/{self.uf or 'sem UF'}"


@dataclass(frozen=True)
class Alcance:
    """What naming a place would heal; `mais` when there was more to read than a page waits for."""

    clientes: int
    mensagens: int
    mais: bool


def lugar_da_mensagem(mensagem: Mensagem) -> Lugar | None:
    """What this message lacks, that a person can say; None when nothing, or when only the register can be mended."""
    conteudo: dict[str, Any] = mensagem.conteudo
    falta_municipio = not conteudo.get("IBGE") and conteudo.get("ESTRANGEIRO") != "1"
    if falta_municipio and mensagem.causa != SEM_BACEN:
        lugar = Lugar(cidade=conteudo.get("CIDADE", ""), uf=conteudo.get("UF", ""))
    elif not conteudo.get("PAIS_BC"):
        lugar = Lugar(pais=conteudo.get("PAIS", ""))
    else:
        return None
    return lugar if lugar.chave[0] else None


def falta_o_nome(mensagem: Mensagem) -> str:
    """What the register does not even say, of what this message lacks: `a cidade`, `o país`, or nothing."""
    conteudo: dict[str, Any] = mensagem.conteudo
    if not conteudo.get("IBGE") and conteudo.get("ESTRANGEIRO") != "1" and not juntar(conteudo.get("CIDADE", "")):
        return "a cidade"
    return "o país" if not conteudo.get("PAIS_BC") and not juntar(conteudo.get("PAIS", "")) else ""


def alcance(lugar: Lugar) -> Alcance:
    """How many customers and messages in error wait for this place."""
    clientes, mensagens, examinadas = set(), 0, 0
    for linhas in _em_erro(lugar.causa):
        examinadas += len(linhas)
        da_mesma = [chave for _, chave, cidade, uf, pais in linhas if lugar.e_de(cidade, uf, pais)]
        mensagens += len(da_mesma)
        clientes.update(da_mesma)
        if examinadas >= EXAMINADAS_NO_MAXIMO:
            return Alcance(len(clientes), mensagens, mais=True)
    return Alcance(len(clientes), mensagens, mais=False)


def _em_erro(causa: str) -> Iterator[list[tuple[int, str, str, str, str]]]:
    """(id, chave, cidade, uf, pais) of the messages in error of a cause, oldest first, a few thousand at a time."""
    ultimo = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT id, chave, coalesce(conteudo->>'CIDADE', ''), coalesce(conteudo->>'UF', ''),
                          coalesce(conteudo->>'PAIS', '')
                   FROM wosk_queue WHERE contexto = %s AND causa = %s AND situacao = 4 AND id > %s
                   ORDER BY id LIMIT 2000""",
                [CONTEXTO, causa, ultimo],
            )
            linhas = cursor.fetchall()
        if not linhas:
            return
        yield linhas
        ultimo = linhas[-1][0]


@sensivel("clientes.municipioinformado")
def informar_municipio(*, cidade: str, uf: str, ibge: str, usuario: User) -> int:
    """This (city, UF) is that município, for every customer. Returns how many messages went back to the Queue at once.

    Said again, it changes nothing; said otherwise, the customers already told with the other code are told again.
    Raises LugarRecusado: an unknown code, a city without a name, one that the table knows, or, without the UF, a name
    that several UFs have.
    """
    if ibge not in municipios():
        raise LugarRecusado(f"O código {ibge[:10]!r} não é de nenhum município.", "Escolha um da lista.")
    nome, sigla = chave_do_municipio(cidade, uf)
    if not nome:
        raise LugarRecusado("O cliente não tem cidade.", "Corrija o cadastro dele; a mensagem sai de novo sozinha.")
    if achado := achar_municipio(cidade, uf):
        raise LugarRecusado(f"A tabela já conhece {achado.nome}/{achado.uf}.", "Reprocesse a mensagem.")
    if not sigla and len(municipios_de_nome(cidade)) > 1:
        raise LugarRecusado(
            f"Há {cidade} em mais de uma UF, e o cadastro não diz em qual.", "Corrija a UF no cadastro do cliente."
        )
    return _informar(
        Lugar(cidade=cidade, uf=uf),
        MunicipioInformado,
        {"cidade": nome, "uf": sigla[:2]},
        {"codigo_ibge": ibge},
        usuario,
    )


@sensivel("clientes.paisinformado")
def informar_pais(*, pais: str, bacen: str, usuario: User) -> int:
    """The country of that name is this one, for every customer; as `informar_municipio`."""
    if bacen not in paises():
        raise LugarRecusado(f"O código {bacen[:10]!r} não é de nenhum país.", "Escolha um da lista.")
    if not juntar(pais):
        raise LugarRecusado("O cliente não tem país.", "Corrija o cadastro dele; a mensagem sai de novo sozinha.")
    if achado := achar_pais(pais):
        raise LugarRecusado(f"A tabela já conhece {achado.nome}.", "Reprocesse a mensagem.")
    return _informar(Lugar(pais=pais), PaisInformado, {"pais": juntar(pais)}, {"codigo_bacen": bacen}, usuario)


def _informar(
    lugar: Lugar, modelo: type[Informado], chave: dict[str, str], codigo: dict[str, str], usuario: User
) -> int:
    agora = timezone.now()
    with transaction.atomic():
        informado, novo = modelo._default_manager.select_for_update().get_or_create(
            **chave,
            defaults={**codigo, "escrito": str(lugar)[:80], "informado_por": usuario, "informado_em": agora},
        )
        antes = {nome: getattr(informado, nome) for nome in codigo}
        if novo or antes != codigo:
            for nome, valor in {**codigo, "informado_por": usuario, "informado_em": agora, "curado_em": None}.items():
                setattr(informado, nome, valor)
            informado.save()
            _auditar(informado, {} if novo else antes, codigo, usuario)
        if not novo and antes != codigo:
            renotar_lugar(
                **{nome: str(getattr(informado, nome)) for nome in chave}, usuario=usuario,
                motivo=f"{lugar} passou a ter outro código",
            )  # fmt: skip
        acordar(DESPERTADOR)
    return _reenviar(lugar, usuario, no_maximo=LOTE)


@sensivel("clientes.municipioinformado_esquecido", "clientes.paisinformado_esquecido")
@transaction.atomic
def esquecer(*, informados: Sequence[Informado], usuario: User, motivo: str) -> int:
    """Take a person's word back; the customers of those places are told again, and without the code they fail."""
    for informado in informados:
        if isinstance(informado, MunicipioInformado):
            renotar_lugar(cidade=informado.cidade, uf=informado.uf, usuario=usuario, motivo=motivo)
        else:
            renotar_lugar(pais=informado.pais, usuario=usuario, motivo=motivo)
        registrar(
            acao=f"clientes.{informado._meta.model_name}_esquecido",
            ator=ator_usuario(usuario),
            objeto=informado._meta.label,
            objeto_id=str(informado.pk),
            antes={"escrito": informado.escrito},
            motivo=motivo,
        )
        informado.delete()
    return len(informados)


def curar(limite_segundos: float = 60.0) -> int:
    """Send again what every place named lately heals; returns how many messages. Dying midway costs nothing.

    A place is looked at until `RONDA` after it was named: what was on its way out then fails later, and is healed.
    """
    fim, reenviadas = time.monotonic() + limite_segundos, 0
    for informado in _a_curar():
        lugar = _lugar_de(informado)
        _notar_pendentes(lugar)
        while time.monotonic() < fim and (agora := _reenviar(lugar, informado.informado_por, no_maximo=LOTE)):
            reenviadas += agora
        if time.monotonic() >= fim:
            break
        if timezone.now() - informado.informado_em > RONDA:
            type(informado)._default_manager.filter(pk=informado.pk, informado_em=informado.informado_em).update(
                curado_em=timezone.now()
            )
    return reenviadas


def _a_curar() -> list[Informado]:
    modelos: tuple[type[Informado], ...] = (MunicipioInformado, PaisInformado)
    return [
        informado
        for modelo in modelos
        for informado in modelo._default_manager.filter(curado_em=None).select_related("informado_por")
    ]


def _lugar_de(informado: Informado) -> Lugar:
    if isinstance(informado, MunicipioInformado):
        return Lugar(cidade=informado.cidade, uf=informado.uf)
    return Lugar(pais=informado.pais)


def _reenviar(lugar: Lugar, usuario: User, *, no_maximo: int) -> int:
    """Send back up to `no_maximo` messages in error of this place; returns how many left the error."""
    ids: list[int] = []
    for linhas in _em_erro(lugar.causa):
        ids += [id_ for id_, _, cidade, uf, pais in linhas if lugar.e_de(cidade, uf, pais)]
        if len(ids) >= no_maximo:
            break
    if not ids:
        return 0
    ids = ids[:no_maximo]
    feito = reprocessar(ids, usuario=usuario, motivo=f"{lugar}: código informado")
    return feito.feitas + feito.substituidas


@transaction.atomic
def _notar_pendentes(lugar: Lugar) -> int:
    """Note the customers whose message still waits without the code: the Monitor replaces it by one that has it."""
    campo = "PAIS_BC" if lugar.e_pais else "IBGE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT chave, coalesce(conteudo->>'CIDADE', ''), coalesce(conteudo->>'UF', ''),
                       coalesce(conteudo->>'PAIS', '')
                FROM wosk_queue WHERE contexto = %s AND situacao = 0 AND conteudo->>'{campo}' = ''""",
            [CONTEXTO],
        )
        achados = [chave for chave, cidade, uf, pais in cursor.fetchall() if lugar.e_de(cidade, uf, pais)]
    if achados:
        Pendente.objects.bulk_create((Pendente(codigo_cliente=codigo) for codigo in achados), batch_size=5000)
        acordar(VARRER)
    return len(achados)


def _auditar(informado: Informado, antes: dict[str, str], depois: dict[str, str], usuario: User) -> None:
    registrar(
        acao=f"clientes.{informado._meta.model_name}",
        ator=ator_usuario(usuario),
        objeto=informado._meta.label,
        objeto_id=str(informado.pk),
        antes=antes or None,
        depois={"escrito": informado.escrito, **depois},
    )
