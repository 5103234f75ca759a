"""The acts on a contract and on its people, as actions with a reason; each says before what it will do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from auditoria.services import ator_usuario
from erp.acesso.acoes import Envio, Painel
from erp.acesso.admin_base import acao_com_motivo
from erp.financeiro.baixas import formatar
from erp.planos import services
from erp.planos.admin.formularios import (
    FormularioDeAcordo,
    FormularioDeAviso,
    FormularioDeDependente,
    FormularioDeObito,
    dependente_de,
)
from erp.planos.models import Contratacao, Dependente
from erp.planos.selectors.debitos import a_estornar
from erp.planos.selectors.ficha import Dinheiro, dinheiro, prazo

MUDAR = "planos.mudar_contratacao"
VENDER = "planos.vender_plano"
OBITO = "planos.registrar_obito"
PREVIA = "planos/previa.html"
_DEPENDENTE = {"nome": "Nome", "nascimento": "Nascimento", "parentesco": "Parentesco", "cpf": "CPF"}
_AVISO = {"finalidade": "Que aviso", "canal": "Por onde", "entregue_em": "Entregue em", "referencia": "Prova"}
_OBITO = {"em": "Data do óbito", "certidao": "Certidão de óbito"}
Fatos = list[tuple[str, str]]


def _um(queryset: QuerySet[Any]) -> Any:
    linhas = list(queryset[:2])
    if len(linhas) != 1:
        raise ValidationError("Escolha uma linha só.")
    return linhas[0]


def _painel(
    fatos: Callable[[Contratacao], Fatos], rotulos: dict[str, str] | None = None
) -> Callable[[User, QuerySet[Any]], Painel]:
    def montar(usuario: User, queryset: QuerySet[Any]) -> Painel:
        contrato = queryset.first()
        contexto = {"objeto": contrato, "fatos": fatos(contrato) if contrato is not None else []}
        return Painel(PREVIA, contexto, rotulos=rotulos or {})

    return montar


def _devido(valores: Dinheiro) -> str:
    if not valores.parcelas_vencidas:
        return "nada"
    parcelas = "1 parcela" if valores.parcelas_vencidas == 1 else f"{valores.parcelas_vencidas} parcelas"
    return f"R$ {formatar(valores.vencido)}, {parcelas}, desde {valores.mais_antigo:%d/%m/%Y}"


def _da_suspensao(contrato: Contratacao) -> Fatos:
    return [
        ("Vencido e em aberto", _devido(dinheiro(contrato, timezone.localdate()))),
        ("Dependentes sem cobertura", str(_vivos(contrato))),
        ("Para voltar", f"carência de {contrato.carencia_reativacao_dias} dias, com o vencido pago ou combinado"),
    ]


def _da_reativacao(contrato: Contratacao) -> Fatos:
    hoje = timezone.localdate()
    valores = dinheiro(contrato, hoje)
    nova = hoje + timedelta(days=contrato.carencia_reativacao_dias)
    return [
        ("Vencido e em aberto", _devido(valores)),
        ("O que pede", "um acordo com data" if valores.vencido else "nada: está tudo pago"),
        (
            "Nova carência",
            f"{_de_quem(contrato)}, até {max(nova, contrato.carencia_ate):%d/%m/%Y}",
        ),
    ]


def _do_cancelamento(contrato: Contratacao) -> Fatos:
    hoje = timezone.localdate()
    with connection.cursor() as cursor:
        estorno = a_estornar(cursor, [contrato.pk], hoje).get(contrato.pk)
    return [
        ("Continua devido", _devido(dinheiro(contrato, hoje))),
        ("Parcelas a vencer que se estornam", f"R$ {formatar(estorno)}" if estorno else "nenhuma"),
        ("Dependentes que perdem o plano", str(_vivos(contrato))),
        ("Volta atrás?", "não: para voltar, vende-se outro contrato"),
    ]


def _do_atraso(contrato: Contratacao) -> Fatos:
    achado = prazo(contrato, timezone.localdate())
    avisos = "não deve nada" if achado is None else f"{achado.contados} de {achado.exigidos} exigidos"
    return [*_do_cancelamento(contrato), ("Avisos provados desta dívida", avisos)]


def _do_acordo(contrato: Contratacao) -> Fatos:
    em_vigor = contrato.acordo_ate is not None and contrato.acordo_ate >= timezone.localdate()
    return [
        ("Vencido e em aberto", _devido(dinheiro(contrato, timezone.localdate()))),
        ("Acordo de agora", f"até {contrato.acordo_ate:%d/%m/%Y}" if em_vigor else "nenhum"),
    ]


def _do_aviso(contrato: Contratacao) -> Fatos:
    avisos = "1 aviso" if contrato.avisos_exigidos == 1 else f"{contrato.avisos_exigidos} avisos"
    return [
        ("Vencido e em aberto", _devido(dinheiro(contrato, timezone.localdate()))),
        ("O contrato exige", f"{avisos}, com {contrato.dias_entre_avisos} dias entre eles"),
    ]


def _do_obito(contrato: Contratacao) -> Fatos:
    return [
        ("Titular", contrato.titular.cliente_varejo),
        ("Situação do contrato", contrato.get_situacao_display()),
        ("Dependentes", str(_vivos(contrato))),
    ]


def _da_inclusao(contrato: Contratacao) -> Fatos:
    fim = max(timezone.localdate(), contrato.inicio) + timedelta(days=contrato.carencia_dias)
    return [
        ("Dependentes hoje", f"{_vivos(contrato)} de {contrato.dependentes_maximo}"),
        ("Carência de quem entrar", f"até {fim:%d/%m/%Y}"),
    ]


def _de_quem(contrato: Contratacao) -> str:
    vivos = _vivos(contrato)
    if not vivos:
        return "do titular"
    return f"do titular e de {vivos} {'dependente' if vivos == 1 else 'dependentes'}"


def _vivos(contrato: Contratacao) -> int:
    return Dependente.objects.filter(contratacao=contrato, excluido_em__isnull=True).count()


class AcoesDeContrato:
    """Each of one contract, by the same name in the list and on its page."""

    @acao_com_motivo(
        titulo="Suspender",
        explicacao="O plano deixa de cobrir o titular e os dependentes. As parcelas já emitidas continuam devidas, e não se "
        "emitem outras enquanto estiver suspenso.",
        permissao=MUDAR, botao="Suspender o contrato", perigosa=True, icone="pause_circle", painel=_painel(_da_suspensao),
    )  # fmt: skip
    def suspender(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        feito = services.suspender(contratacao_id=_um(queryset).pk, motivo=motivo, ator=ator_usuario(usuario))
        return f"Suspenso: {feito}."

    @acao_com_motivo(
        titulo="Reativar",
        explicacao="O plano volta a valer, com nova carência. O vencido tem de estar pago, ou combinado até uma data.",
        permissao=MUDAR, botao="Reativar o contrato", icone="play_circle", formulario=FormularioDeAcordo,
        painel=_painel(_da_reativacao, {"acordo_ate": "Acordo até (se ainda deve)"}),
    )  # fmt: skip
    def reativar(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        feito = services.reativar(
            contratacao_id=_um(queryset).pk, motivo=motivo, ator=ator_usuario(usuario), **envio.campos
        )
        return f"Reativado: {feito}, com carência até {feito.carencia_ate:%d/%m/%Y}."

    @acao_com_motivo(
        titulo="Registrar acordo",
        explicacao="Até a data combinada, o que está vencido não suspende nem cancela o contrato.",
        permissao=MUDAR, botao="Registrar o acordo", icone="handshake", formulario=FormularioDeAcordo,
        painel=_painel(_do_acordo, {"acordo_ate": "Acordo até"}),
    )  # fmt: skip
    def combinar(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        if not envio.campos["acordo_ate"]:
            raise ValidationError("Diga até quando vale o acordo.")
        feito = services.combinar(
            contratacao_id=_um(queryset).pk, motivo=motivo, ator=ator_usuario(usuario), **envio.campos
        )
        return f"Acordo do {feito} até {feito.acordo_ate:%d/%m/%Y}."

    @acao_com_motivo(
        titulo="Cancelar a pedido",
        explicacao="O titular pediu o fim do contrato. O que já venceu continua devido; o que ainda não venceu é estornado.",
        permissao=MUDAR, botao="Cancelar o contrato", perigosa=True, icone="cancel", painel=_painel(_do_cancelamento),
    )  # fmt: skip
    def cancelar_a_pedido(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        return self._cancelar(queryset, motivo, usuario, a_pedido=True)

    @acao_com_motivo(
        titulo="Cancelar por atraso",
        explicacao="Só com mais meses de atraso que os do contrato, e com os avisos que ele exige provados: o mesmo que a "
        "rotina faz à noite.",
        permissao=MUDAR, botao="Cancelar o contrato", perigosa=True, icone="event_busy", painel=_painel(_do_atraso),
    )  # fmt: skip
    def cancelar_por_atraso(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        return self._cancelar(queryset, motivo, usuario, a_pedido=False)

    @acao_com_motivo(
        titulo="Incluir dependente",
        explicacao="Passa a ser coberto quando terminar a carência do contrato.",
        permissao=VENDER, botao="Incluir", icone="person_add", formulario=FormularioDeDependente,
        painel=_painel(_da_inclusao, _DEPENDENTE),
    )  # fmt: skip
    def incluir_dependente(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        novo = services.incluir_dependente(
            contratacao_id=_um(queryset).pk, novo=dependente_de(envio.campos), motivo=motivo, ator=ator_usuario(usuario)
        )
        return f"Incluído: {novo}, com carência até {novo.carencia_ate:%d/%m/%Y}."

    @acao_com_motivo(
        titulo="Registrar aviso",
        explicacao="Um aviso entregue por carta, cartório ou em mãos, com a prova. Os de e-mail se registram sozinhos.",
        permissao=MUDAR, botao="Registrar o aviso", icone="mark_email_read", formulario=FormularioDeAviso,
        painel=_painel(_do_aviso, _AVISO),
    )  # fmt: skip
    def registrar_aviso(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        aviso = services.registrar_aviso(
            contratacao_id=_um(queryset).pk,
            ator=ator_usuario(usuario),
            chave=uuid.uuid4(),
            motivo=motivo,
            **envio.campos,
        )
        return f"Registrado: {aviso}."

    @acao_com_motivo(
        titulo="Óbito do titular",
        explicacao="Fica registrado que o titular morreu. O contrato não muda de situação por isso.",
        permissao=OBITO, botao="Registrar o óbito", icone="deceased", formulario=FormularioDeObito,
        painel=_painel(_do_obito, _OBITO),
    )  # fmt: skip
    def obito_do_titular(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        contrato = _um(queryset)
        obito = services.registrar_obito(
            codigo_cliente=contrato.titular_id, ator=ator_usuario(usuario), motivo=motivo, **_campos_do_obito(envio)
        )
        return f"Registrado: {obito}."

    def _cancelar(self, queryset: QuerySet[Any], motivo: str, usuario: User, *, a_pedido: bool) -> str:
        feito, estornado = services.cancelar(
            contratacao_id=_um(queryset).pk, motivo=motivo, ator=ator_usuario(usuario), a_pedido=a_pedido
        )
        return f"Cancelado: {feito}. Estornado o que venceria: R$ {formatar(estornado)}."


def _campos_do_obito(envio: Envio) -> dict[str, Any]:
    return {"data": envio.campos["em"], "certidao": envio.campos["certidao"]}


def _do_dependente(usuario: User, queryset: QuerySet[Any]) -> Painel:
    dependente = queryset.select_related("contratacao").first()
    fatos = [] if dependente is None else [
        ("Contrato", str(dependente.contratacao.numero)),
        ("Carência até", f"{dependente.carencia_ate:%d/%m/%Y}"),
    ]  # fmt: skip
    return Painel(PREVIA, {"objeto": dependente, "fatos": fatos}, rotulos=_OBITO)


class AcoesDeDependente:
    """Of one dependant."""

    @acao_com_motivo(
        titulo="Excluir do contrato",
        explicacao="Deixa de ser coberto hoje. A linha fica, com o motivo; para voltar, inclui-se de novo, com nova carência.",
        permissao=VENDER, botao="Excluir do contrato", perigosa=True, icone="person_remove",
    )  # fmt: skip
    def excluir(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        feito = services.excluir_dependente(dependente_id=_um(queryset).pk, motivo=motivo, ator=ator_usuario(usuario))
        return f"Excluído do contrato: {feito}."

    @acao_com_motivo(
        titulo="Registrar óbito",
        explicacao="Fica registrado que esta pessoa morreu, também no cadastro de clientes, se estiver nele.",
        permissao=OBITO, botao="Registrar o óbito", icone="deceased", formulario=FormularioDeObito, painel=_do_dependente,
    )  # fmt: skip
    def registrar_obito(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        obito = services.registrar_obito(
            dependente_id=_um(queryset).pk, ator=ator_usuario(usuario), motivo=motivo, **_campos_do_obito(envio)
        )
        return f"Registrado: {obito}."
