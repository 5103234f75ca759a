"""What the pictures of jazigos, visits and routes show. Invented people and places."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from clientes.models import Cliente
from erp.cadastros.models import Filial
from erp.colaboradores.models import Colaborador
from erp.jazigos.models import Cemiterio, Concessao, ContratoManutencao, IndiceMensal, Jazigo, Sepultamento
from erp.jazigos.rules import mais_meses
from erp.jazigos.services import ContratoNovo, criar_contrato, encerrar_contrato
from erp.jazigos.services.cobranca import CAMINHO
from erp.rotinas.services import executar
from erp.visitas.models import ArquivoRota, Visita
from erp.visitas.services import gravar_visita

_NOMES = ("ANTONIO BRAGA", "BEATRIZ CAMPOS", "CLOVIS DINIZ", "DALVA ESTEVES", "EDMUNDO FARIA", "FLORA GUEDES")
_RUAS = ("Rua das Acácias, 10", "Avenida Brasil, 200", "Rua do Ouro, 33", "Praça da Matriz, 4", "Rua Sabará, 51")
_VALORES = ("0.37", "0.52", "-0.02", "0.31", "0.46", "0.08")


def encher_os_jazigos() -> dict[str, Any]:
    """A cemetery with six contracts: one adjusted, one ended half way, one that waits for its index. Returns the ids."""
    ana, filial = User.objects.order_by("pk")[0], Filial.objects.order_by("codigo")[0]
    hoje = timezone.localdate()
    mes = hoje.replace(day=1)
    parque = Cemiterio.objects.create(
        nome="Parque da Colina", filial=filial, codigo_municipio="3118601", endereco="Estrada da Colina, km 3",
        valor_manutencao=Decimal("48.90"), dias_antecedencia=10, mes_reajuste=mes.month,
    )  # fmt: skip
    _indices(mes)
    contratos = [_contrato(n, parque, mes, ana) for n in range(len(_NOMES))]
    ContratoManutencao.objects.filter(pk=contratos[5].pk).update(indice="IGP-M")
    executar(CAMINHO, iniciada_por="fotos")
    encerrar_contrato(contrato_id=contratos[3].pk, fim=mes + timedelta(days=9), motivo="jazigo devolvido", usuario=ana)
    ids = {"jazigo": contratos[0].jazigo_id, "contrato": contratos[0].pk, "encerrado": contratos[3].pk}
    concessao = Concessao.objects.order_by("pk")[0].pk
    return ids | {"pendente": contratos[5].pk, "concessao": concessao} | _visitas(filial, ana)


def _indices(mes: date) -> None:
    IndiceMensal.objects.bulk_create(
        IndiceMensal(indice=indice, mes=mais_meses(mes, -n), percentual=Decimal(_VALORES[(n + p) % len(_VALORES)]))
        for p, indice in enumerate(("INPC", "IPCA"))
        for n in range(1, 26)
    )


def _contrato(n: int, parque: Cemiterio, mes: date, ana: User) -> ContratoManutencao:
    nome = _NOMES[n]
    titular = Cliente.objects.create(codigo_cliente=f"JZ{n:04d}", cliente_varejo=nome, filial=parque.filial.nome)
    jazigo = Jazigo.objects.create(cemiterio=parque, quadra="AB"[n % 2], lote=str(10 + n), gavetas=3)
    Concessao.objects.create(
        jazigo=jazigo, titular=titular, termo=f"{1200 + n}/2019", perpetua=n % 3 == 0, inicio=date(2019, 5, 2)
    )
    if n % 2 == 0:
        falecido = f"{nome.split()[1]} DE {nome.split()[0]}"
        Sepultamento.objects.create(jazigo=jazigo, gaveta=1, nome=falecido, sepultado_em=date(2021, 3, 14))
    inicio = mais_meses(mes, -14 if n in (0, 5) else -3) + timedelta(days=n * 4)
    cobrar_desde = mais_meses(mes, -4) if n in (0, 5) else None
    return criar_contrato(ContratoNovo(jazigo, titular, inicio, cobrar_desde=cobrar_desde), usuario=ana)


def _visitas(filial: Filial, ana: User) -> dict[str, Any]:
    hoje = timezone.localdate()
    quem = Colaborador.objects.create(
        matricula="V101", nome="Rita Rodrigues", cpf="11144477735", filial=filial, municipio="3118601", cargo="Agente",
        admissao=date(2022, 1, 3), endereco="Rua da Base, 1", latitude=Decimal("-19.931900"), longitude=Decimal("-44.053900"),
    )  # fmt: skip
    for n, rua in enumerate(_RUAS * 2):
        lugar: dict[str, Any] = {}
        if n % 5 != 3:
            lugar = {
                "latitude": Decimal("-19.93") + Decimal(n * 7 % 10) / 500,
                "longitude": Decimal("-44.05") - Decimal(n) / 700,
            }
        gravar_visita(
            Visita(
                filial=filial, solicitante=_NOMES[n % 6].title(), motivo=("vistoria do jazigo", "assinar o termo")[n % 2],
                endereco=rua, colaborador=quem if n < 7 else None, dia=hoje if n < 7 else None,
                hora=time(9 + n) if n % 3 == 0 else None, **lugar,
            ),
            usuario=ana,
        )  # fmt: skip
    executar("SolicitacaoRotaColaborador/solicitar", iniciada_por="fotos")
    return {"visita": Visita.objects.order_by("pk")[0].pk, "rota": ArquivoRota.objects.order_by("pk")[0].pk}
