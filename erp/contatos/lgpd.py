"""What was told to a person, by which channel, and who asked not to be written to."""

from __future__ import annotations

from collections import deque
from typing import Final

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from clientes.models import Cliente
from erp.contatos.canais import canais
from erp.contatos.enderecos import normalizar
from erp.contatos.models import Comunicado, ContatoWhatsapp, Descadastro, EnvioWhatsapp, NumeroWhatsapp
from erp.lgpd.fontes import ANTES, Fonte, Troca, dispensar, registrar, registrar_trava
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.proprias import registrar_objetos_de
from erp.lgpd.trocas import apagar_campos, em_partes, trocar_codigos
from filas.lgpd import fonte_de_mensagens
from filas.models import Mensagem

_Situacao = Comunicado.Situacao
_ESPERAM: Final = (_Situacao.PENDENTE, _Situacao.NA_FILA, _Situacao.FALHOU)
_RECUSA: Final = (
    "O pedido de não receber mensagens continua a valer (Lei 13.709/2018, art. 18, IX): fica só o resumo do endereço, que não "
    "se desfaz."
)


def _emails(pessoa: Pessoa) -> list[str]:
    """The addresses of the register, for what was told to an address and to no customer."""
    textos = Cliente.objects.filter(pessoa.onde(documento="documento", codigo="pk")).exclude(email="")
    return sorted({e for texto in textos.values_list("email", flat=True) if (e := normalizar(texto))})


def comunicados(pessoa: Pessoa) -> QuerySet[Comunicado]:
    achado = pessoa.onde(codigo="codigo_cliente")
    if emails := _emails(pessoa):
        achado |= Q(endereco__in=emails, codigo_cliente="")
    return Comunicado.objects.filter(achado)


def com_conteudo(pessoa: Pessoa) -> QuerySet[Comunicado]:
    return comunicados(pessoa).exclude(endereco="", dados={}, texto="", assunto="", codigo_cliente="")


def mensagens(pessoa: Pessoa) -> QuerySet[Mensagem]:
    chaves = comunicados(pessoa).order_by().annotate(texto_da_chave=Cast("pk", CharField())).values("texto_da_chave")
    return Mensagem.objects.filter(contexto__in=[c.contexto for c in canais()], chave__in=chaves)


def descadastros(pessoa: Pessoa) -> QuerySet[Descadastro]:
    return Descadastro.objects.filter(pessoa.onde(codigo="codigo_cliente"))


def numeros(pessoa: Pessoa) -> QuerySet[ContatoWhatsapp]:
    return ContatoWhatsapp.objects.filter(pessoa.onde(codigo="codigo_cliente"))


def envios(pessoa: Pessoa) -> QuerySet[EnvioWhatsapp]:
    return EnvioWhatsapp.objects.filter(comunicado_id__in=comunicados(pessoa).order_by().values("pk"))


def _anonimizar_comunicados(troca: Troca) -> int:
    """What waits stops; what was told keeps when and by which template. The customer's code goes too."""
    linhas = com_conteudo(troca.pessoa).order_by("pk").select_for_update().values_list("pk", flat=True)
    return sum(map(_esvaziar, em_partes(linhas)))


def _esvaziar(ids: list[int]) -> int:
    achados = Comunicado.objects.filter(pk__in=ids)
    achados.filter(situacao__in=_ESPERAM).update(
        situacao=_Situacao.NAO_ENVIADO, motivo="CANCELADO", terminado_em=timezone.now()
    )
    achados.update(
        endereco="", dados={}, assunto="", texto="", retorno="", codigo_cliente="",
        detalhe="Apagado: a pessoa foi anonimizada.",
    )  # fmt: skip
    return len(ids)


def _anonimizar_numeros(troca: Troca) -> int:
    resumos = [r for r in numeros(troca.pessoa).values_list("resumo", flat=True) if r]
    feitos = numeros(troca.pessoa).delete()[0]
    de_outros = ContatoWhatsapp.objects.filter(resumo__in=resumos).values("resumo")
    NumeroWhatsapp.objects.filter(resumo__in=resumos).exclude(resumo__in=de_outros).delete()
    return feitos


def _anonimizar_descadastros(troca: Troca) -> int:
    feitos = descadastros(troca.pessoa).exclude(mostra="").update(mostra="")
    return max(feitos, trocar_codigos(Descadastro, "codigo_cliente", troca))


def _travar(pessoa: Pessoa) -> None:
    """Before the records of the queue, which the messages' own source locks."""
    deque(em_partes(comunicados(pessoa).order_by("pk").select_for_update().values_list("pk", flat=True)), maxlen=0)


registrar_trava(_travar)
registrar_objetos_de("contatos.comunicado", comunicados)
registrar_objetos_de("contatos.descadastro", descadastros)
registrar(
    # before the comunicados: they say which messages are theirs
    fonte_de_mensagens("contatos.mensagens", "E-mails e WhatsApp na fila", mensagens, ordem=ANTES),
    Fonte(
        "contatos.envios_whatsapp", "Mensagens no WhatsApp (Meta)", envios, ordem=ANTES + 1,
        anonimizar=apagar_campos(envios, mostra=""), mudam=lambda p: envios(p).exclude(mostra=""),
        o_que="o número mascarado é apagado; ficam os momentos",
    ),
    Fonte(
        "contatos.comunicados", "Avisos e mensagens", comunicados, anonimizar=_anonimizar_comunicados, mudam=com_conteudo,
        o_que="os que esperam são cancelados; endereço, texto e dados de todos são apagados", ordem=ANTES + 2,
    ),
    Fonte(
        "contatos.numeros", "Número de WhatsApp", numeros, anonimizar=_anonimizar_numeros, omitir=("digitado", "resumo"),
        o_que="apagado",
    ),
    Fonte(
        "contatos.descadastros", "Pedidos de não receber mensagens", descadastros, omitir=("endereco_hash",),
        anonimizar=_anonimizar_descadastros, mudam=lambda p: descadastros(p).exclude(mostra=""),
        o_que="o endereço mascarado é apagado", base=_RECUSA,
    ),
)  # fmt: skip
dispensar(
    {
        "contatos.NumeroWhatsapp": "Só o resumo com chave do número; apagado com o contato.",
        "contatos.ModeloMensagem": "Textos da empresa, com campos no lugar dos dados.",
        "contatos.Lembrete": "Avisos internos, à equipe.",
        "contatos.PassoDaRegua": "Regras da empresa.",
    }
)
