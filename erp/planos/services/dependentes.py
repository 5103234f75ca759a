"""The people of a contract besides the titular."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from validate_docbr import CPF

from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from clientes.models import Cliente
from erp.cadastros.documentos import limpar
from erp.planos.erros import PlanoRecusado
from erp.planos.models import Contratacao, Dependente, Obito, Parentesco, Situacao
from erp.planos.rules import DependenteNovo
from erp.planos.services.contrato import contrato_travado, exigir_motivo

OBJETO = "planos.Dependente"
PRIMEIRO_ANO = 1900  # nobody alive was born before it: somebody typed 0026
_CPF = CPF()


@sensivel("planos.dependente_incluido")
@transaction.atomic
def incluir_dependente(
    *, contratacao_id: int, novo: DependenteNovo, motivo: str, ator: Ator, dia: date | None = None
) -> Dependente:
    """Cover one more person, from `dia` (today) on, with the contract's carência. Raises PlanoRecusado."""
    dia = dia or timezone.localdate()
    motivo = exigir_motivo(motivo)
    contrato = contrato_travado(contratacao_id)
    if contrato.situacao == Situacao.CANCELADO:
        raise PlanoRecusado("CONTRATO_CANCELADO", f"O {contrato} está cancelado desde {contrato.desde:%d/%m/%Y}.")
    ja = list(Dependente.objects.filter(contratacao=contrato, excluido_em__isnull=True))
    problemas = problemas_dos_dependentes(
        [novo], titular=contrato.titular, ja=ja, maximo=contrato.dependentes_maximo, dia=dia
    )
    if problemas:
        raise PlanoRecusado("DEPENDENTE_RECUSADO", "; ".join(problemas) + ".")
    (dependente,) = gravar_dependentes(contrato, [novo], dia=max(dia, contrato.inicio))
    _auditar("planos.dependente_incluido", dependente, ator, motivo)
    return dependente


@sensivel("planos.dependente_excluido")
@transaction.atomic
def excluir_dependente(*, dependente_id: int, motivo: str, ator: Ator, dia: date | None = None) -> Dependente:
    """Cover this person no more, from `dia` (today) on; the row stays. Raises PlanoRecusado."""
    dia = dia or timezone.localdate()
    motivo = exigir_motivo(motivo)
    dependente = Dependente.objects.filter(pk=dependente_id).first()
    if dependente is None:
        raise PlanoRecusado("DEPENDENTE_DESCONHECIDO", f"Não há dependente {dependente_id}.")
    contrato_travado(dependente.contratacao_id)
    dependente.refresh_from_db()
    if dependente.excluido_em is not None:
        raise PlanoRecusado("DEPENDENTE_JA_EXCLUIDO", f"{dependente} saiu em {dependente.excluido_em:%d/%m/%Y}.")
    dependente.excluido_em = max(dia, dependente.incluido_em)
    dependente.motivo_exclusao = motivo
    dependente.save(update_fields=["excluido_em", "motivo_exclusao"])
    _auditar("planos.dependente_excluido", dependente, ator, motivo)
    return dependente


def gravar_dependentes(contrato: Contratacao, novos: Iterable[DependenteNovo], *, dia: date) -> list[Dependente]:
    """Write people already judged; who has the CPF of a customer is linked to it."""
    carencia = dia + timedelta(days=contrato.carencia_dias)
    return [
        Dependente.objects.create(
            contratacao=contrato,
            nome=novo.nome.strip(),
            cpf=limpar(novo.cpf),
            nascimento=novo.nascimento,
            parentesco=novo.parentesco,
            cliente_id=novo.codigo_cliente or _cliente_do_cpf(limpar(novo.cpf)),
            carencia_ate=carencia,
            incluido_em=dia,
        )
        for novo in novos
    ]


def problemas_dos_dependentes(
    novos: Sequence[DependenteNovo], *, titular: Cliente, ja: Sequence[Dependente], maximo: int, dia: date
) -> list[str]:
    """Everything wrong with covering these people besides `ja`."""
    problemas = []
    if len(novos) + len(ja) > maximo:
        problemas.append(f"dependentes: {len(novos) + len(ja)}, o contrato aceita {maximo}")
    vistos = {dependente.cpf for dependente in ja if dependente.cpf}
    for novo in novos:
        problemas += [f"{novo.nome or 'dependente sem nome'}: {p}" for p in _problemas_de(novo, titular, vistos, dia)]
        vistos.add(limpar(novo.cpf))
    return problemas


def _problemas_de(novo: DependenteNovo, titular: Cliente, vistos: set[str], dia: date) -> list[str]:
    problemas = []
    cpf = limpar(novo.cpf)
    if not novo.nome.strip():
        problemas.append("falta o nome")
    if novo.nascimento > dia:
        problemas.append("nascimento no futuro")
    elif novo.nascimento.year < PRIMEIRO_ANO:
        problemas.append(f"nascimento em {novo.nascimento.year:04d}: confira o ano")
    if novo.parentesco not in Parentesco.values:
        problemas.append(f"parentesco {novo.parentesco!r} desconhecido")
    if cpf and not _CPF.validate(cpf):
        problemas.append("CPF não confere")
    elif cpf and cpf in vistos:
        problemas.append("este CPF já está no contrato")
    if (cpf and cpf == titular.documento) or novo.codigo_cliente == titular.pk:
        problemas.append("é o próprio titular")
    if falecido(cpf, novo.codigo_cliente):
        problemas.append("tem óbito registrado")
    if novo.codigo_cliente and not Cliente.objects.filter(pk=novo.codigo_cliente).exists():
        problemas.append(f"não há cliente com o código {novo.codigo_cliente}")
    return problemas


def falecido(cpf: str, codigo_cliente: str | None) -> bool:
    """Known to have died, as a customer or in any contract."""
    quem = Q(cliente=codigo_cliente) if codigo_cliente else Q(pk__in=[])
    if cpf:
        quem |= Q(cliente__documento=cpf) | Q(dependente__cpf=cpf)
    return Obito.objects.filter(quem).exists()


def _cliente_do_cpf(cpf: str) -> str | None:
    if not cpf:
        return None
    return Cliente.objects.filter(documento=cpf).order_by("-cadastramento").values_list("pk", flat=True).first()


def _auditar(acao: str, dependente: Dependente, ator: Ator, motivo: str) -> None:
    registrar(
        acao=acao,
        ator=ator,
        objeto=OBJETO,
        objeto_id=str(dependente.pk),
        depois={"contratacao": dependente.contratacao_id, "carencia_ate": str(dependente.carencia_ate)},
        motivo=motivo,
    )
