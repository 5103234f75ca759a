"""A person of whom there is something in most places."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from auditoria.services import ATOR_SISTEMA
from clientes.models import Cliente, Etiqueta, Pendente, RegistroRecebido, TipoEtiqueta
from erp.contatos.models import Comunicado, ContatoWhatsapp, Descadastro
from erp.lgpd.models import Anonimizacao
from erp.lgpd.services import anonimizar
from filas.models import Mensagem, Tentativa
from tests.erp.elenco import CPF

OUTRO = "11144477735"
NOME, EMAIL, FONE = "MARIA APARECIDA DAS DORES", "maria.dores@exemplo.com.br", "987654321"
SINAIS = (CPF, "529.982.247-25", NOME, "MARIA", EMAIL, FONE, "RUA DAS ACACIAS")


def maria(codigo: str = CPF, **campos: Any) -> Cliente:
    base: dict[str, Any] = {
        "codigo_cliente": codigo, "cliente_varejo": NOME, "filial": "Filial 1", "cpf_cgc": "529.982.247-25",
        "email": EMAIL, "ddd_celular": "21", "celular": FONE, "endereco": "RUA DAS ACACIAS", "numero": "10",
        "cidade": "RIO DE JANEIRO", "uf": "RJ", "aniversario": "1960-02-03", "obs": "prefere de manhã",
    }  # fmt: skip
    return Cliente.objects.create(**base | campos)


def mensagem(codigo: str = CPF, situacao: int = Mensagem.Situacao.PENDENTE) -> Mensagem:
    terminada = None if situacao == Mensagem.Situacao.PENDENTE else timezone.now()
    feita = Mensagem.objects.create(
        contexto="LojaCliente", chave=codigo, conteudo={"CPF_CGC": CPF, "CLIENTE_VAREJO": NOME}, situacao=situacao,
        terminada_em=terminada, retorno=f"recebido {NOME}", curl=f"curl -d {CPF}",
    )  # fmt: skip
    Tentativa.objects.create(
        mensagem_id=feita.pk, numero=1, resultado=1, iniciada_em=timezone.now(), segundos=1,
        conteudo={"CPF_CGC": CPF}, payload={"cpf": CPF, "nome": NOME}, retorno=NOME, curl=CPF,
    )  # fmt: skip
    return feita


def com_tudo(codigo: str = CPF) -> Cliente:
    """The register, tags, what came and what was told, in every state that can be forgotten."""
    cliente = maria(codigo)
    Etiqueta.objects.create(codigo_cliente=codigo, tipo=TipoEtiqueta.VAREJO, desde=timezone.localdate(), motivo="veio")
    RegistroRecebido.objects.create(
        filial="Filial 1", id_registro="e-1", resultado=1, codigo_cliente=codigo, hash_conteudo=b"x" * 32,
        conteudo={"CPF_CGC": CPF, "CLIENTE_VAREJO": NOME}, resposta={"CODIGO_CLIENTE": codigo}, status_http=200,
    )  # fmt: skip
    mensagem(codigo)
    mensagem(codigo, Mensagem.Situacao.SUCESSO)
    dados = {"codigo_cliente": codigo, "endereco": EMAIL, "dados": {"nome": NOME}, "texto": f"Olá, {NOME}"}
    for n, situacao in enumerate((Comunicado.Situacao.PENDENTE, Comunicado.Situacao.ENTREGUE)):
        Comunicado.objects.create(
            fato=f"f:{codigo[-3:]}:{n}", canal="email", modelo="aviso", situacao=situacao, **dados
        )
    Comunicado.objects.create(fato="f:solto", canal="email", modelo="aviso", **dados | {"codigo_cliente": ""})
    ContatoWhatsapp.objects.create(codigo_cliente=codigo, digitado="d", resumo="r" * 64, mostra="(21) *****-**21")
    Descadastro.objects.create(
        canal="email", endereco_hash="h" * 64, mostra="m***@exemplo.com.br", codigo_cliente=codigo, origem=1
    )
    Pendente.objects.all().delete()  # the insertion's own
    return cliente


def esquecer(texto: str = CPF, motivo: str = "pedido 12/2026") -> Anonimizacao:
    return anonimizar(texto, ator=ATOR_SISTEMA, motivo=motivo)
