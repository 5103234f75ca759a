"""What the register of customers keeps of a person: handed over, and forgotten.

Forgetting a customer leaves a row that says nothing of anybody, so that contracts and ledgers still have whom to point
to. A code that is the person's document becomes one that says nothing, here and wherever the code may change.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from clientes.loja_cliente.contexto import LojaCliente
from clientes.models import Cliente, Etiqueta, HistoricoEtiqueta, Pendente, RegistroRecebido
from clientes.travas import travar_identidades
from erp.lgpd.fontes import ANTES, DEPOIS, Fonte, Troca, dispensar, registrar, registrar_novos_codigos, registrar_trava
from erp.lgpd.pessoa import Pessoa, registrar_codigos
from erp.lgpd.proprias import registrar_objetos
from erp.lgpd.trocas import apagar_linhas, em_partes, registrar_linhas, sem_gatilho, trocar_codigos
from filas.lgpd import fonte_de_mensagens
from filas.models import Mensagem

NOME: Final = "Cliente anonimizado"
PREFIXO: Final = "ANON"
_VAZIOS: Final = (
    "rg_ie", "cpf_cgc", "tipo_logradouro", "endereco", "numero", "complemento", "bairro", "ddd", "telefone",
    "ddd_celular", "celular", "email", "sexo", "obs",
)  # fmt: skip


def codigos_de(documento: str) -> Iterable[str]:
    return Cliente.objects.filter(documento=documento).values_list("pk", flat=True)


def documento_de(codigo: str) -> Iterable[str]:
    return Cliente.objects.filter(pk=codigo).values_list("documento", flat=True)


def clientes(pessoa: Pessoa) -> QuerySet[Cliente]:
    return Cliente.objects.filter(pessoa.onde(documento="documento", codigo="pk"))


def identificados(pessoa: Pessoa) -> QuerySet[Cliente]:
    return clientes(pessoa).filter(anonimizado_em=None)


def etiquetas(pessoa: Pessoa) -> QuerySet[Etiqueta]:
    return Etiqueta.objects.filter(pessoa.onde(codigo="codigo_cliente"))


def historico(pessoa: Pessoa) -> QuerySet[HistoricoEtiqueta]:
    return HistoricoEtiqueta.objects.filter(pessoa.onde(codigo="codigo_cliente"))


def recebidos(pessoa: Pessoa) -> QuerySet[RegistroRecebido]:
    return RegistroRecebido.objects.filter(pessoa.onde(codigo="codigo_cliente"))


def pendentes(pessoa: Pessoa) -> QuerySet[Pendente]:
    return Pendente.objects.filter(pessoa.onde(codigo="codigo_cliente"))


def mensagens(pessoa: Pessoa) -> QuerySet[Mensagem]:
    return Mensagem.objects.filter(pessoa.onde(codigo="chave"), contexto=LojaCliente.nome)


def codigos_novos(pessoa: Pessoa) -> dict[str, str]:
    """What each code becomes that is the document, or the RG, of the person."""
    novos = {}
    for codigo, documento, rg in identificados(pessoa).order_by("pk").values_list("pk", "documento", "rg_ie"):
        if codigo in {documento, rg, "".join(c for c in rg if c.isalnum()), pessoa.documento}:
            novos[codigo] = PREFIXO + secrets.token_hex(5).upper()
    return novos


def _anonimizar_clientes(troca: Troca) -> int:
    alvos = list(identificados(troca.pessoa).order_by("pk").select_for_update().values_list("pk", flat=True))
    agora = timezone.now()
    Cliente.objects.filter(pk__in=alvos).update(
        cliente_varejo=NOME, cep=None, aniversario=None, status=Cliente.Status.INATIVO, documento_valido=None,
        data_para_transferencia=agora, anonimizado_em=agora, **dict.fromkeys(_VAZIOS, ""),
    )  # fmt: skip
    for velho, novo in troca.codigos.items():
        _trocar_codigo(velho, novo, troca)
    return len(alvos)


def _trocar_codigo(velho: str, novo: str, troca: Troca) -> None:
    """The row and what points to it; foreign keys are looked at when the transaction ends."""
    Cliente.objects.filter(pk=velho).update(codigo_cliente=novo)
    for relacao in Cliente._meta.related_objects:
        campo: Any = relacao.field
        quantas = campo.model._base_manager.filter(**{campo.attname: velho}).update(**{campo.attname: novo})
        if quantas:
            registrar_linhas(campo.model, quantas, troca)


def _anonimizar_recebidos(troca: Troca) -> int:
    """The request and its answer go; that one came stays. Its ID becomes nobody's: sent again, it is a new request."""
    achados = recebidos(troca.pessoa).exclude(conteudo={"anonimizado": True}).order_by("pk")
    feitos = sum(map(_esvaziar_recebidos, em_partes(achados.values_list("pk", flat=True))))
    trocar_codigos(RegistroRecebido, "codigo_cliente", troca)
    return feitos


def _esvaziar_recebidos(ids: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE registro_recebido SET conteudo = '{"anonimizado": true}', resposta = '{}',
                   id_registro = 'anonimizado-' || id WHERE id = ANY(%s)""",
            [ids],
        )
        return int(cursor.rowcount)


def _anonimizar_historico(troca: Troca) -> int:
    with sem_gatilho(HistoricoEtiqueta, "etiqueta_historico_sem_delete"):
        return apagar_linhas(historico)(troca)


def _esquecer_mudancas(troca: Troca) -> int:
    """The change that this makes to the register is told to nobody: what it would carry is what is being forgotten."""
    alvos = Q(codigo_cliente__in=[*troca.pessoa.codigos, *troca.codigos.values()])
    return Pendente.objects.filter(alvos).delete()[0] and 0


def _travar(pessoa: Pessoa) -> None:
    travar_identidades([pessoa.documento, *pessoa.codigos])


registrar_codigos(por_documento=codigos_de, documento_de=documento_de)
registrar_trava(_travar)
registrar_novos_codigos(codigos_novos)
registrar_objetos(lambda pessoa: [("clientes.cliente", [*pessoa.codigos, pessoa.documento])])
registrar(
    Fonte(
        "clientes.cadastro", "Cadastro de clientes", clientes, anonimizar=_anonimizar_clientes, mudam=identificados,
        o_que="nome, documentos, endereço, telefones, e-mail, nascimento e observações são apagados; fica uma linha "
        "inativa, sem nada que a identifique",
        ordem=DEPOIS,
    ),
    Fonte(
        "clientes.mudancas", "Mudanças à espera de aviso", pendentes, anonimizar=_esquecer_mudancas,
        o_que="apagadas", ordem=DEPOIS + 1,
    ),
    Fonte("clientes.etiquetas", "Etiquetas do cliente", etiquetas, anonimizar=apagar_linhas(etiquetas), o_que="apagadas"),
    Fonte(
        "clientes.etiquetas_antigas", "Etiquetas que acabaram", historico, anonimizar=_anonimizar_historico,
        o_que="apagadas",
    ),
    Fonte(
        "clientes.recebidos", "Cadastros recebidos pelo webservice", recebidos, omitir=("hash_conteudo",),
        anonimizar=_anonimizar_recebidos, mudam=lambda p: recebidos(p).exclude(conteudo={"anonimizado": True}),
        o_que="o que foi recebido e respondido é apagado; fica que houve um pedido",
    ),
    fonte_de_mensagens("clientes.mensagens", "Avisos à plataforma (setIlli)", mensagens, ordem=ANTES + 5),
)  # fmt: skip
dispensar(
    {
        "clientes.Reenvio": "Só o último código da varredura, que não diz nada da pessoa; dura até o reenvio acabar.",
        "clientes.MunicipioInformado": "Municípios.",
        "clientes.PaisInformado": "Nomes de países.",
        "clientes.NumeroDeRegistro": "Contadores.",
        "clientes.TipoVarejo": "Tipos de cliente.",
        "clientes.Varredura": "Contagens.",
    }
)
