"""A process that works for providers, told what to do line by line, as a worker and its people would. Run as a module.

`rotinas` runs every routine of the apps that have providers, `pessoas` does what staff do with them, `defeitos` breaks.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import django

django.setup()

import structlog  # noqa: E402  # after setup, which configures the logs
from django.apps import apps  # noqa: E402  # idem
from django.conf import settings  # noqa: E402  # idem
from django.contrib.auth.models import User  # noqa: E402  # idem
from django.db import Error, connection  # noqa: E402  # idem

from erp.acesso.erros import ErroDefinitivo  # noqa: E402  # idem
from erp.cobrancas.models import Pagamento  # noqa: E402  # idem
from erp.cobrancas.services.devolucao_pix import devolver  # noqa: E402  # idem
from erp.consultas import portas  # noqa: E402  # idem
from erp.consultas.models import ConsultaCpf  # noqa: E402  # idem
from erp.consultas.services import Pergunta, consultar  # noqa: E402  # idem
from erp.provedores import registro  # noqa: E402  # idem
from erp.provedores.erros import FalhaDoProvedor  # noqa: E402  # idem
from erp.provedores.services import processar_pendentes  # noqa: E402  # idem
from erp.rotinas.agenda import cada  # noqa: E402  # idem
from erp.rotinas.registro import Rotina, rotina, todas  # noqa: E402  # idem
from erp.rotinas.services import executar  # noqa: E402  # idem
from erp.sincronizacao import cliente  # noqa: E402  # idem

log = structlog.get_logger(__name__)
VALORES: dict[str, str] = json.loads(os.environ["SIGILOS"])
cliente.PAUSA = 0.0  # type: ignore[misc]  # nobody waits for the other side here


def dos_provedores() -> Iterator[Rotina]:
    donos = {apps.get_containing_app_config(type(p).__module__) for p in registro.todos()}
    for uma in todas():
        if apps.get_containing_app_config(uma.funcao.__module__) in donos and uma.configurada:
            yield uma


def rotinas() -> None:
    processar_pendentes()
    for uma in dos_provedores():
        executar(uma.caminho, iniciada_por="teste")


def pessoas() -> None:
    """The connection is tried, a CPF asked about at each provider, a Pix given back."""
    usuario = User.objects.get(username="ana")
    for provedor in registro.todos():
        try:
            log.info("testado", dito=provedor.testar())
        except Exception:
            log.exception("conexão que falhou", provedor=provedor.nome)
    for porta in portas.configuradas():
        settings.CONSULTAS_PROVEDOR = porta.nome
        tentar(porta.consultar, VALORES["cpf"], date(1970, 3, 15))
        pergunta = Pergunta(
            cpf=VALORES["cpf"], nascimento=date(1970, 3, 15), finalidade=ConsultaCpf.Finalidade.OBITO,
            base_legal=ConsultaCpf.BaseLegal.CONTRATO, detalhe=f"ligou de {VALORES['telefone']}", de_novo=True,
        )  # fmt: skip
        tentar(consultar, pergunta, usuario=usuario)
    for n, pagamento in enumerate(Pagamento.objects.filter(cobranca__tipo="pix")):
        tentar(
            devolver, pagamento_id=pagamento.pk, valor=Decimal("1.00"), id_devolucao=f"d{pagamento.pk}x{n}",
            motivo="teste", usuario=usuario,
        )  # fmt: skip


def tentar(funcao: object, *args: object, **kwargs: object) -> None:
    try:
        funcao(*args, **kwargs)  # type: ignore[operator]  # a function
    except (FalhaDoProvedor, ErroDefinitivo) as erro:
        log.warning("não deu", erro=str(erro), exc_info=True)


def defeitos() -> None:
    """Defects of ours whose tracebacks have everything in them, in a routine, in a webhook, in the database."""
    executar("Teste/Defeito", iniciada_por="teste")
    for provedor in registro.todos():
        if provedor.webhook is not None:
            provedor.webhook.processar = quebrar  # type: ignore[assignment, method-assign]  # a defect
    processar_pendentes()
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE sigilo (valor text PRIMARY KEY)")
            cursor.execute("INSERT INTO sigilo VALUES (%s), (%s)", [VALORES["notificacao"]] * 2)
    except Error:
        log.exception("o banco recusou")


def quebrar(*_: object) -> str:
    try:
        raise KeyError(VALORES["cpf"])
    except KeyError as erro:
        raise RuntimeError(f"quebrou com {' '.join(v for n, v in VALORES.items() if n != 'notificacao')}") from erro


def main() -> None:
    rotina("Teste/Defeito", cada(minutos=1), "Quebra", descricao="Quebra.")(quebrar_rotina)
    print("pronto", flush=True)
    for linha in sys.stdin:
        {"rotinas": rotinas, "pessoas": pessoas, "defeitos": defeitos}[linha.strip()]()
        print("feito", flush=True)


def quebrar_rotina() -> None:
    quebrar()


if __name__ == "__main__":
    main()
