"""The day's routes as files: made once for each content, kept, read back only when they are what was written."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import date

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from erp.colaboradores.models import Colaborador
from erp.rotinas.contexto import Contexto, ExecucaoPerdida
from erp.visitas.models import ArquivoRota, Visita
from erp.visitas.planilha import Parada, Partida, Rota, montar
from erp.visitas.rules import Ponto

logger = logging.getLogger(__name__)

PASTA = "rotas"
OBJETO = Visita._meta.label_lower
COLABORADOR = Colaborador._meta.label_lower
# Done or not, what was of the day stays in its route: making it again in the afternoon makes no other file.
DO_DIA = (Visita.Situacao.MARCADA, Visita.Situacao.REALIZADA, Visita.Situacao.NAO_REALIZADA)


class ArquivoPerdido(Exception):
    """O arquivo desta rota não está mais guardado, ou não é mais o que foi escrito."""

    def __init__(self) -> None:
        super().__init__(
            f"{self.__doc__} Rode a rotina de rotas de novo no mesmo dia, ou peça a cópia de segurança à TI."
        )


def gerar_rotas(contexto: Contexto) -> None:
    """Make the route file of each employee with visits on `contexto.referencia`. Each in a transaction of its own:

    1. Lock the employee: two runs at once make one file.
    2. Order the day's visits and write the CSV; the same visits make the same bytes.
    3. The content of the last version makes nothing; another one is the next version. Who has no visit left gets an
       empty version, so that nobody drives by the old one.
    4. The file goes to the storage before the row is committed: killed in between, the next run writes the same name.

    One that fails (a file that the storage refuses) is told by `contexto.falhar`, and the others are made.
    """
    for colaborador_id in _com_rota(contexto.referencia):
        try:
            _gerar(contexto, colaborador_id)
        except (ExecucaoPerdida, OperationalError, InterfaceError):  # not one employee's: the run is over
            raise
        except Exception as erro:  # whatever a storage raises: its errors are its own
            logger.exception("A rota do colaborador %s não foi gerada.", colaborador_id)
            contexto.falhar(COLABORADOR, str(colaborador_id), f"rota não gerada: {type(erro).__name__}: {erro}")


@transaction.atomic
def _gerar(contexto: Contexto, colaborador_id: int) -> None:
    travado = Colaborador.objects.select_for_update(no_key=True).get(pk=colaborador_id)
    dia = contexto.referencia
    visitas = Visita.objects.filter(dia=dia, colaborador=travado, situacao__in=DO_DIA).order_by("pk")
    paradas = [_parada(visita) for visita in visitas]
    if not travado.empregado_em(dia) and paradas:
        for visita in visitas:
            contexto.falhar(OBJETO, str(visita.pk), f"{travado} não trabalha aqui nesse dia: marque outra pessoa")
        paradas = []
    rota = montar(travado.nome, dia, _partida(travado), paradas)
    ultima = ArquivoRota.objects.filter(colaborador=travado, dia=dia).order_by("-versao").first()
    resumo = hashlib.sha256(rota.conteudo).hexdigest()
    if ultima is not None and ultima.sha256 == resumo:
        if not contexto.simulacao:
            _guardar(ultima.arquivo, rota.conteudo)  # a file that somebody took away comes back
        _contar(contexto, travado, rota, "rotas iguais às que já havia")
        return
    if ultima is None and not paradas:
        return
    if not contexto.simulacao:
        _gravar(contexto, travado, rota, resumo, 1 if ultima is None else ultima.versao + 1)
    _contar(contexto, travado, rota, "rotas novas" if ultima is None else "rotas refeitas")
    quantas = "1 visita" if rota.visitas == 1 else f"{rota.visitas} visitas"
    km = f"{rota.metros / 1000:.1f} km".replace(".", ",")
    contexto.item("visitas.arquivorota", str(travado.pk), f"{travado}: {quantas}, {km}")


def _gravar(contexto: Contexto, colaborador: Colaborador, rota: Rota, resumo: str, versao: int) -> None:
    nome = f"{PASTA}/{contexto.referencia:%Y/%m/%d}/{colaborador.pk}-{resumo[:32]}.csv"
    _guardar(nome, rota.conteudo)
    ArquivoRota.objects.create(
        colaborador=colaborador, dia=contexto.referencia, versao=versao, arquivo=nome, sha256=resumo,
        visitas=rota.visitas, sem_coordenadas=rota.sem_coordenadas, metros=rota.metros, execucao_id=contexto.execucao_id,
        feito_em=timezone.now(),
    )  # fmt: skip
    contexto.confirmar()


def ler_rota(rota: ArquivoRota) -> bytes:
    """The content of a route, checked. Raises `ArquivoPerdido`."""
    try:
        with default_storage.open(rota.arquivo) as arquivo:
            conteudo: bytes = arquivo.read()
    except FileNotFoundError:
        raise ArquivoPerdido from None
    if hashlib.sha256(conteudo).hexdigest() != rota.sha256:
        raise ArquivoPerdido
    return conteudo


def _com_rota(dia: date) -> Iterable[int]:
    """Who has visits on the day, or had when a route was made."""
    com_visitas = Visita.objects.filter(dia=dia, colaborador__isnull=False, situacao__in=DO_DIA)
    ids = set(com_visitas.values_list("colaborador_id", flat=True).distinct())
    ids |= set(ArquivoRota.objects.filter(dia=dia).values_list("colaborador_id", flat=True).distinct())
    return sorted(numero for numero in ids if numero is not None)


def _guardar(nome: str, conteudo: bytes) -> None:
    """Write a file whose name is its content's; one half written by a process that died is written again."""
    if default_storage.exists(nome):
        with default_storage.open(nome) as arquivo:
            if arquivo.read() == conteudo:
                return
        default_storage.delete(nome)
    default_storage.save(nome, ContentFile(conteudo))


def _contar(contexto: Contexto, colaborador: Colaborador, rota: Rota, como: str) -> None:
    """Once it is done: what fails counts as nothing."""
    contexto.contar(como)
    contexto.contar("visitas em rota", rota.visitas)
    contexto.contar("visitas sem coordenadas", rota.sem_coordenadas)
    if rota.visitas > rota.sem_coordenadas and colaborador.latitude is None:
        contexto.registrar(
            f"{colaborador.matricula}: sem ponto de partida cadastrado; a rota começa na primeira visita."
        )


def _parada(visita: Visita) -> Parada:
    return Parada(
        visita.pk, visita.hora, visita.solicitante, visita.telefone, visita.motivo, visita.endereco, visita.complemento,
        _ponto(visita),
    )  # fmt: skip


def _partida(colaborador: Colaborador) -> Partida:
    return Partida(colaborador.endereco, _ponto(colaborador))


def _ponto(linha: Visita | Colaborador) -> Ponto | None:
    if linha.latitude is None or linha.longitude is None:
        return None
    return Ponto(linha.latitude, linha.longitude)
