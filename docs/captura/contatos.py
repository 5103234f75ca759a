"""What the pictures of messages show: some delivered, some that wait, some that did not go, and why. Invented people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from clientes.models import Cliente
from erp.contatos.elo import token_de
from erp.contatos.models import Comunicado, Descadastro, Lembrete, ModeloMensagem, PassoDaRegua
from erp.contatos.services import avisar, enviar
from erp.contatos.valores import Aviso

Situacao = Comunicado.Situacao
_TITULOS = ("Mensalidade de plano P1042 3/12", "Crediário 1-88213-1 2/4", "Manutenção de jazigo J77")


def encher_os_comunicados() -> dict[str, Any]:
    """Returns the ids that the pictures show."""
    clientes = list(Cliente.objects.order_by("pk"))
    for n, cliente in enumerate(clientes):
        if n % 4:
            Cliente.objects.filter(pk=cliente.pk).update(
                email=f"{cliente.cliente_varejo.split()[0].lower()}@exemplo.com.br"
            )
    avisar(_aviso(n, clientes[n % len(clientes)].pk) for n in range(40))
    ModeloMensagem.objects.update(silencio_de="00:00", silencio_ate="00:00")
    enviar()
    ModeloMensagem.objects.update(silencio_de=None, silencio_ate=None)
    na_fila = list(Comunicado.objects.filter(situacao=Situacao.NA_FILA).order_by("pk"))
    agora = timezone.now()
    for comunicado in na_fila[:-4]:
        comunicado.situacao, comunicado.terminado_em = Situacao.ENTREGUE, agora - timedelta(minutes=5)
        comunicado.retorno = f"Aceita pelo servidor de e-mail: 250 2.0.0 Ok: queued as 4FKx{comunicado.pk:03d}"
        comunicado.save()
    falhou = na_fila[-1]
    falhou.situacao, falhou.terminado_em, falhou.motivo = Situacao.FALHOU, agora, "DESTINATARIO_RECUSADO"
    falhou.detalhe = "O servidor recusou o destinatário: 550 5.1.1 user unknown"
    falhou.save()
    avisar([_aviso(100 + n, clientes[n % len(clientes)].pk, nao_antes_de=agora + timedelta(hours=3)) for n in range(2)])
    _o_resto(clientes)
    return {
        "comunicado": na_fila[0].pk,
        "elo_de_descadastro": token_de(na_fila[0].pk),
        "modelo_mensagem": ModeloMensagem.objects.get(codigo="titulo_a_vencer", canal="email").pk,
    }


def _aviso(n: int, codigo: str, **campos: Any) -> Aviso:
    vence = timezone.localdate() + timedelta(days=3 if n % 3 else -5)
    return Aviso(
        fato=f"titulo:{9000 + n}:vence:{-3 if n % 3 else 5}",
        modelo="titulo_a_vencer" if n % 3 else "titulo_vencido",
        codigo_cliente=codigo,
        dados={"titulo": _TITULOS[n % 3], "valor": "89,90", "vencimento": f"{vence:%d/%m/%Y}"},
        **campos,
    )


def _o_resto(clientes: list[Cliente]) -> None:
    ana = User.objects.order_by("pk")[0]
    PassoDaRegua.objects.filter(dias__in=(-3, 5)).update(ativo=True)
    Descadastro.objects.create(
        canal="email", codigo_cliente=clientes[1].pk, origem=3, por="ana", motivo="Pediu ao telefone"
    )
    Descadastro.objects.create(canal="email", endereco_hash="0" * 64, mostra="j***e@exemplo.com.br", origem=1)
    grupo = Group.objects.get(name="operador")
    hoje = timezone.localdate()
    for titulo, repete in (("Conferir os extintores", "mensal"), ("Fechar o caixa da capela", "uteis")):
        Lembrete.objects.create(
            titulo=titulo, texto="Nas duas lojas.", grupo=grupo, data=hoje, repete=repete, criado_por=ana
        )
