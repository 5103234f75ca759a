"""Contatos: what the company tells people, one message per fact and channel.

What enters: facts that the apps above hand over (titles due, notices of a contract, tasks), templates that staff edit.
What leaves: messages in the queue of `filas`, and the proof of what was delivered.
What it never does: tell the same fact twice on one channel, write to who opted out, or wake anybody at night.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.db import router
from django.db.models.signals import post_migrate


class ContatosConfig(AppConfig):
    name = "erp.contatos"
    label = "contatos"
    verbose_name = "Avisos e mensagens"

    def ready(self) -> None:
        from erp.contatos.canais import registrar_canal
        from erp.contatos.email.canal import PORTA
        from erp.contatos.email.contexto import Email
        from erp.contatos.email.respostas import CAUSAS
        from erp.contatos.fontes import operacionais, pendencias
        from erp.contatos.registro import registrar_fonte, registrar_modelo, registrar_tarefas
        from erp.contatos.services import DESPERTADOR
        from erp.contatos.tasks import enviar
        from filas.causas import registrar_causas
        from filas.fila.contextos import registrar
        from filas.wake import registrar_despertador

        registrar_canal(PORTA)
        registrar(Email())
        registrar_causas(CAUSAS)
        _ligar_whatsapp()
        registrar_despertador(DESPERTADOR, lambda: enviar.apply_async(retry=False))
        for fonte in (pendencias, operacionais):
            registrar_modelo(fonte.MODELO)
            registrar_fonte(fonte.FONTE)
        registrar_tarefas("aprovacoes", pendencias.aprovacoes)
        registrar_tarefas("fila", pendencias.erros_da_fila)
        registrar_tarefas("rotinas", pendencias.execucoes)
        post_migrate.connect(_ao_migrar, sender=self, dispatch_uid="contatos.modelos")
        _conceder()


def _ligar_whatsapp() -> None:
    from erp.contatos.canais import registrar_canal
    from erp.contatos.whatsapp.aviso import WebhookWhatsapp
    from erp.contatos.whatsapp.canal import PORTA
    from erp.contatos.whatsapp.contexto import Whatsapp
    from erp.contatos.whatsapp.falso import WhatsappFalso
    from erp.contatos.whatsapp.provedor import PROVEDOR
    from erp.contatos.whatsapp.respostas import CAUSAS
    from erp.provedores.falsos import registrar_falso
    from erp.provedores.registro import registrar as registrar_provedor
    from filas.causas import registrar_causas
    from filas.fila.contextos import registrar

    registrar_canal(PORTA)
    registrar(Whatsapp())
    registrar_causas(CAUSAS)
    PROVEDOR.webhook = WebhookWhatsapp()  # which needs the services, and they the models
    registrar_provedor(PROVEDOR)
    registrar_falso("whatsapp", 8118, lambda porta, retaguarda: WhatsappFalso(porta=porta, retaguarda=retaguarda))


def _conceder() -> None:
    from erp.acesso.grupos import conceder

    for grupo in ("operador", "gerente", "financeiro", "TI", "auditor"):
        conceder(grupo, "contatos.view_comunicado", "contatos.view_modelomensagem", "contatos.view_descadastro")
        conceder(grupo, "contatos.view_contatowhatsapp", "contatos.view_enviowhatsapp")
    for grupo in ("gerente", "financeiro", "auditor"):
        conceder(grupo, "contatos.view_passodaregua")
    for grupo in ("operador", "gerente", "financeiro", "TI", "auditor", "fiscal"):
        conceder(grupo, "contatos.view_lembrete")
    conceder("operador", "contatos.add_descadastro")
    conceder(
        "gerente",
        "contatos.change_modelomensagem", "contatos.add_descadastro", "contatos.desfazer_descadastro",
        "contatos.cancelar_comunicado", "contatos.repetir_comunicado",
        "contatos.add_lembrete", "contatos.change_lembrete", "contatos.delete_lembrete",
        "contatos.add_passodaregua", "contatos.change_passodaregua", "contatos.delete_passodaregua",
        "contatos.repetir_numero", "contatos.retomar_modelo",
    )  # fmt: skip


def _ao_migrar(using: str, apps: Any = apps, **_: Any) -> None:
    """The rows that the code declares, once each; also after the tables are emptied."""
    from erp.contatos.services import criar_modelos, criar_regua

    try:
        modelo = apps.get_model("contatos", "PassoDaRegua")
    except LookupError:  # migrated back to zero
        return
    if router.allow_migrate_model(using, modelo):
        criar_modelos(apps, using)
        criar_regua(apps, using)
