"""What the admin looks like: titles, and a sidebar grouped by subject.

The sidebar is made of the models that the admin knows and that the user may see: an app that registers a model
appears under its subject without a change here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static


class Assunto(NamedTuple):
    """One group of the sidebar: its title, its icon, and the apps whose models it shows."""

    titulo: str
    icone: str
    apps: tuple[str, ...]


ASSUNTOS = (
    Assunto("PDV", "point_of_sale", ("conferencia", "replicacao", "processamento", "terminal")),
    Assunto("Estoque", "inventory_2", ("estoque",)),
    Assunto("Financeiro", "payments", ("conciliacao", "financeiro", "cobrancas")),
    Assunto("Fiscal", "receipt_long", ("fiscal",)),
    Assunto("Clientes", "group", ("clientes",)),
    Assunto("Planos e jazigos", "family_restroom", ("planos", "jazigos")),
    Assunto("Equipe", "badge", ("colaboradores", "visitas")),
    Assunto("Avisos e mensagens", "mark_email_unread", ("contatos",)),
    Assunto("Integrações", "sync_alt", ("filas", "provedores", "sincronizacao", "assinaturas", "consultas")),
    Assunto("Cadastros", "folder_open", ("cadastros",)),
    Assunto("Rotinas", "schedule", ("rotinas", "django_celery_beat")),
    Assunto("Acesso", "key", ("acesso", "auth", "axes")),
    Assunto("Auditoria", "verified_user", ("auditoria", "lgpd")),
)


# What a clerk opens all day comes first, with a picture of its own; the rest of a subject follows by name.
PRIMEIROS = {
    "OperacaoPdv": "point_of_sale",
    "Retomada": "error",
    "DiaConferido": "fact_check",
    "Divergencia": "difference",
    "Rejeicao": "block",
    "PendenciaNota": "pending_actions",
    "NotaFiscal": "receipt_long",
    "Turno": "schedule",
    "Reprocesso": "replay",
    "Comando": "campaign",
    "OperacaoArquivada": "inventory",
    "Achado": "balance",
    "Cobranca": "request_quote",
    "AlarmeCobranca": "notification_important",
    "Pagamento": "payments",
    "PixRecebido": "qr_code_2",
    "EstadoProvedor": "hub",
    "WebhookRecebido": "webhook",
    "Mensagem": "outbox",
    "EstadoContexto": "lan",
    "CursorEntidade": "sync",
    "Conflito": "difference",
    "Diferenca": "compare_arrows",
    "AcaoEmMassa": "playlist_add_check",
    "ConsultaCpf": "id_card",
    "SaldoConsulta": "monitoring",
    "Cliente": "group",
    "Contratacao": "contract",
    "Assinatura": "signature",
    "Plano": "health_and_safety",
    "Dependente": "diversity_3",
    "MudancaContratacao": "sync_alt",
    "AvisoContratacao": "mark_email_read",
    "Obito": "history_edu",
    "Varredura": "radar",
    "RegistroRecebido": "move_to_inbox",
    "Comunicado": "mark_email_read",
    "Lembrete": "alarm",
    "ModeloMensagem": "edit_note",
    "PassoDaRegua": "straighten",
    "Descadastro": "unsubscribe",
    "ContatoWhatsapp": "contact_phone",
    "EnvioWhatsapp": "chat",
    "RotinaAgendada": "schedule",
    "Execucao": "history",
    "AlarmeRotina": "notification_important",
    "FolhaDia": "event_available",
    "Colaborador": "badge",
    "Escala": "calendar_month",
    "Tratamento": "edit_note",
    "Marcacao": "fingerprint",
    "ImportacaoMarcacoes": "upload_file",
    "Relogio": "alarm",
    "FeriadoMunicipal": "celebration",
    "Jazigo": "deceased",
    "Concessao": "approval",
    "ContratoManutencao": "contract",
    "Reajuste": "trending_up",
    "Sepultamento": "spa",
    "Cemiterio": "park",
    "IndiceMensal": "percent",
    "Visita": "home_pin",
    "ArquivoRota": "route",
    "Evento": "history_edu",
    "Verificacao": "verified",
    "Resumo": "draw",
    "Selo": "link",
    "ChaveAssinatura": "vpn_key",
    "Retirada": "move_to_inbox",
    "Anonimizacao": "person_off",
}


def navegacao(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar of this user: unfold calls it for every page."""
    por_app = {str(app["app_label"]): app["models"] for app in admin.site.get_app_list(request)}
    grupos = [_grupo(assunto, por_app) for assunto in ASSUNTOS]
    return [_inicio(), *(grupo for grupo in grupos if grupo["items"])]


def _inicio() -> dict[str, Any]:
    return {"title": "", "items": [{"title": "Início", "icon": "home", "link": "/admin/"}]}


def _grupo(assunto: Assunto, por_app: dict[str, Any]) -> dict[str, Any]:
    modelos = [modelo for app in assunto.apps for modelo in por_app.get(app, ()) if modelo.get("admin_url")]
    ordem = list(PRIMEIROS)
    modelos.sort(key=lambda m: ordem.index(m["object_name"]) if m["object_name"] in PRIMEIROS else len(ordem))
    return {
        "title": assunto.titulo,
        "separator": True,
        "collapsible": True,
        "items": [
            {
                "title": str(modelo["name"]),
                "icon": PRIMEIROS.get(modelo["object_name"], assunto.icone),
                "link": str(modelo["admin_url"]),
            }
            for modelo in modelos
        ],
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Retaguarda",
    "SITE_HEADER": "Retaguarda",
    "SITE_SUBHEADER": "PDV, estoque, financeiro e fiscal",
    "SITE_SYMBOL": "storefront",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda request: static("rotinas/sem_scripts.css"), lambda request: static("cadastros/listas.css")],
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "erp.config.menu.navegacao",
    },
}
