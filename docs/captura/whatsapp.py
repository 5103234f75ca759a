"""What the pictures of WhatsApp show: numbers of every kind, messages read, refused and limited, and who left. Invented."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from captura.avisos import esperar
from clientes.models import Cliente
from erp.contatos.models import Comunicado, ContatoWhatsapp, Descadastro, EnvioWhatsapp, ModeloMensagem
from erp.contatos.registro import modelo_de
from erp.contatos.services import acompanhar, avisar, encaminhar
from erp.contatos.valores import Aviso
from erp.contatos.whatsapp.canal import CONTEXTO, PORTA
from erp.contatos.whatsapp.validacao import validar
from filas.fila.contextos import obter_contexto
from filas.fila.motor import enviar

MODELOS = ("titulo_a_vencer", "cobranca")
# as people type them; the stand-in of Meta does not deliver to those that end in 26, and limits those in 49
NUMEROS = (
    ("31", "987654321"), ("31", "98765-4310"), ("031", "8765-4388"), ("31", "987650026"), ("31", "987650049"),
    ("31", "3344-5566"), ("20", "987654377"), ("31", "98765"), ("31", "987654355"), ("", "987654366"),
)  # fmt: skip


def conversar(meta: Any) -> dict[str, Any]:
    """Templates in use, messages out, and what Meta told of them. Returns the ids that the pictures show."""
    clientes = list(Cliente.objects.order_by("-cliente_varejo")[: len(NUMEROS)])
    for cliente, (ddd, celular) in zip(clientes, NUMEROS, strict=True):
        Cliente.objects.filter(pk=cliente.pk).update(ddd_celular=ddd, celular=celular, ddd="", telefone="")
    validar()
    modelos = [_em_uso(codigo) for codigo in MODELOS]
    avisar([_aviso(n, cliente.pk) for n, cliente in enumerate(clientes)])
    encaminhar(PORTA)
    enviar([obter_contexto(CONTEXTO)])
    terminadas = EnvioWhatsapp.objects.filter(situacao__in=(EnvioWhatsapp.Situacao.LIDA, EnvioWhatsapp.Situacao.FALHOU))
    esperar(lambda: terminadas.count() >= len(meta.mensagens))
    meta.avisar(messages=[meta.resposta(meta.mensagens[0]["to"], "SAIR")])
    esperar(Descadastro.objects.filter(canal="whatsapp").exists)
    acompanhar()
    validar()
    ModeloMensagem.objects.filter(pk__in=[m.pk for m in modelos]).update(silencio_de=None, silencio_ate=None)
    return {
        "mensagem_lida": terminadas.filter(falhou_em=None).values_list("pk", flat=True)[0],
        "mensagem_falhou": terminadas.exclude(falhou_em=None).values_list("pk", flat=True)[0],
        "modelo_whatsapp": modelos[0].pk,
        "comunicado_whatsapp": Comunicado.objects.filter(canal="whatsapp").values_list("pk", flat=True)[0],
        "numeros": ContatoWhatsapp.objects.count(),
    }


def _em_uso(codigo: str) -> ModeloMensagem:
    """As staff leave it once Meta approved it; at any hour, for this is made at any."""
    declarado = modelo_de(codigo, "whatsapp") or modelo_de(codigo)
    assert declarado is not None
    modelo, _ = ModeloMensagem.objects.get_or_create(codigo=codigo, canal="whatsapp")
    modelo.corpo, modelo.nome_externo, modelo.ativo = declarado.corpo, codigo, True
    modelo.silencio_de = modelo.silencio_ate = timezone.now().time().replace(hour=0, minute=0, second=0, microsecond=0)
    modelo.save()
    return modelo


def _aviso(n: int, codigo: str) -> Aviso:
    vence = timezone.localdate() + timedelta(days=3)
    dados = {"titulo": f"Mensalidade de plano P{n + 1} 4/12", "valor": "59,90", "vencimento": f"{vence:%d/%m/%Y}"}
    return Aviso(fato=f"titulo:{7000 + n}:vence:-3", modelo=MODELOS[0], codigo_cliente=codigo, dados=dados)


def descadastrar(ana: User) -> None:
    """One more, by a person."""
    Descadastro.objects.create(canal="whatsapp", codigo_cliente="52998224725", origem=3, por=ana.username)
