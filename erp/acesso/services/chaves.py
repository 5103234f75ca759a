"""Making and revoking API keys."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from erp.acesso import escopos as registro
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import ChaveApi
from erp.acesso.rules import gerar_chave, gerar_chave_uuid
from erp.acesso.services.autenticacao import esquecer_autenticacoes

OBJETO = "acesso.ChaveApi"


@sensivel("acesso.chave_criada")
@transaction.atomic
def criar_chave(
    *,
    nome: str,
    escopos: Sequence[str],
    ponto_venda_id: int | None = None,
    ator: Ator,
    homologacao: bool = False,
    expira_em: datetime | None = None,
) -> tuple[ChaveApi, str]:
    """Make a key, of the shape that its scopes ask for. The text returned is the only copy there will ever be.

    Raises `ErroDefinitivo`: NOME_OBRIGATORIO, ESCOPO_DESCONHECIDO, PONTO_VENDA_OBRIGATORIO, VALIDADE_PASSADA.
    """
    nome, escolhidos = nome.strip(), sorted(set(escopos))
    _conferir(nome, escolhidos, ponto_venda_id, expira_em)
    nova = gerar_chave_uuid() if registro.usa_chave_uuid(escolhidos) else gerar_chave()
    chave = ChaveApi.objects.create(
        nome=nome,
        prefixo=nova.prefixo,
        hash=nova.hash,
        escopos=escolhidos,
        ponto_venda_id=ponto_venda_id,
        homologacao=homologacao,
        expira_em=expira_em,
        criada_por=str(ator),
    )
    registrar(acao="acesso.chave_criada", ator=ator, objeto=OBJETO, objeto_id=str(chave.pk), depois=_retrato(chave))
    return chave, nova.texto


@sensivel("acesso.chave_revogada")
@transaction.atomic
def revogar_chave(*, chave: ChaveApi, motivo: str, ator: Ator) -> ChaveApi:
    """Make a key open nothing any more, for ever. Other processes notice within `SEGUNDOS_DE_CACHE` seconds.

    Raises `ErroDefinitivo` CHAVE_JA_REVOGADA.
    """
    agora = timezone.now()
    if not ChaveApi.objects.filter(pk=chave.pk, ativa=True).update(ativa=False, revogada_em=agora):
        raise ErroDefinitivo("CHAVE_JA_REVOGADA", f"A chave {chave.prefixo} já estava revogada.")
    registrar(
        acao="acesso.chave_revogada",
        ator=ator,
        objeto=OBJETO,
        objeto_id=str(chave.pk),
        antes={"ativa": True},
        depois={"ativa": False, "prefixo": chave.prefixo},
        motivo=motivo,
    )
    transaction.on_commit(esquecer_autenticacoes)
    chave.refresh_from_db()
    return chave


def _conferir(nome: str, escolhidos: list[str], ponto_venda_id: int | None, expira_em: datetime | None) -> None:
    if not nome:
        raise ErroDefinitivo("NOME_OBRIGATORIO", "A chave precisa de um nome que diga quem a usa.")
    conhecidos = registro.escopos()
    estranhos = [codigo for codigo in escolhidos if codigo not in conhecidos]
    if estranhos or not escolhidos:
        recebido = ", ".join(estranhos) or "nenhum"
        raise ErroDefinitivo(
            "ESCOPO_DESCONHECIDO",
            f"Escopo recebido: {recebido}.",
            f"Os escopos existentes são: {', '.join(conhecidos)}.",
        )
    if ponto_venda_id is None and registro.exige_ponto_venda(escolhidos):
        raise ErroDefinitivo(
            "PONTO_VENDA_OBRIGATORIO", "Uma chave com o escopo pdv pertence a um ponto de venda.", "Diga qual é ele."
        )
    if expira_em is not None and expira_em <= timezone.now():
        raise ErroDefinitivo("VALIDADE_PASSADA", f"A validade {expira_em:%d/%m/%Y %H:%M} já passou.")


def _retrato(chave: ChaveApi) -> dict[str, object]:
    return {
        "nome": chave.nome,
        "prefixo": chave.prefixo,
        "escopos": chave.escopos,
        "ponto_venda_id": chave.ponto_venda_id,
        "homologacao": chave.homologacao,
        "expira_em": chave.expira_em,
    }
