"""Every setting, read from the environment (or `.env`), checked at start. `.env.example` documents the variables."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from erp.config import ambiente, logs, menu
from erp.config.embutido import servidor_padrao
from erp.config.mensageria import PREFIXO_NO_BANCO, url_no_banco

BASE_DIR = Path(__file__).resolve().parents[2]
ambiente.carregar_arquivo(BASE_DIR / ".env")

RETAGUARDA_DADOS = Path(ambiente.texto("RETAGUARDA_DADOS") or BASE_DIR / ".dados").resolve()
DEBUG = ambiente.logico("DEBUG", False)
SECRET_KEY = ambiente.chave_secreta("SECRET_KEY", RETAGUARDA_DADOS)

# Web
ALLOWED_HOSTS = ambiente.lista("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = ambiente.origens("CSRF_TRUSTED_ORIGINS")
HTTPS = ambiente.logico("HTTPS", False)  # behind a proxy that ends TLS and sets X-Forwarded-Proto
ROOT_URLCONF = "erp.config.urls"
WSGI_APPLICATION = "erp.config.wsgi.application"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS and not DEBUG
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_SSL_REDIRECT = HTTPS and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^saude/$", r"^metrics$"]  # asked from inside, without the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS and not DEBUG else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# A staging payload has a limit of its own; forms of the admin (import of products) stay below these.
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # before the admin, whose templates it replaces
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "erp.config.apps.PaginasConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_prometheus",
    "django_structlog",
    "import_export",
    "pgtrigger",
    "axes",
    "auditoria.apps.AuditoriaConfig",
    "erp.acesso.apps.AcessoConfig",
    "erp.lgpd.apps.LgpdConfig",
    "filas.apps.FilasConfig",
    "erp.rotinas.apps.RotinasConfig",
    "erp.provedores.apps.ProvedoresConfig",
    "erp.cadastros.apps.CadastrosConfig",
    "clientes.apps.ClientesConfig",
    "erp.contatos.apps.ContatosConfig",
    "erp.consultas.apps.ConsultasConfig",
    "erp.estoque.apps.EstoqueConfig",
    "erp.financeiro.apps.FinanceiroConfig",
    "erp.fiscal.apps.FiscalConfig",
    "erp.cobrancas.apps.CobrancasConfig",
    "erp.assinaturas.apps.AssinaturasConfig",
    "erp.planos.apps.PlanosConfig",
    "erp.jazigos.apps.JazigosConfig",
    "erp.colaboradores.apps.ColaboradoresConfig",
    "erp.visitas.apps.VisitasConfig",
    "pdv.terminal.apps.TerminalConfig",
    "pdv.replicacao.apps.ReplicacaoConfig",
    "pdv.processamento.apps.ProcessamentoConfig",
    "pdv.conferencia.apps.ConferenciaConfig",
    "pdv.conciliacao.apps.ConciliacaoConfig",
    "erp.sincronizacao.apps.SincronizacaoConfig",
    "erp.painel.apps.PainelConfig",
    "erp.config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "auditoria.contexto.OrigemMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Databases: the retaguarda's own PostgreSQL, and the till's file where this machine is a till.
DATABASES: dict[str, dict[str, Any]] = {
    "default": ambiente.banco("DATABASE_URL", ambiente.BANCOS, engine="erp.config.postgresql")
    or {
        "ENGINE": "erp.config.banco",
        "NAME": "retaguarda",
        "USER": "postgres",
        "HOST": str(servidor_padrao(RETAGUARDA_DADOS).soquete),
    },
    "terminal": ambiente.banco("TERMINAL_DATABASE_URL", ("sqlite", *ambiente.BANCOS))
    or {"ENGINE": "django.db.backends.sqlite3", "NAME": str(RETAGUARDA_DADOS / "terminal.sqlite3")},
}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# A machine that vanished must not keep its locks for the two hours of TCP's own patience, nor a killed process for as
# long as the lock it was waiting for. (A pooler must pool by session: the drains hold session locks.)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options",
    "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 "
    "-c client_connection_check_interval=5s",
)
if DATABASES["terminal"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads and then writes waits for its turn instead of failing half way.
    DATABASES["terminal"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
# The audit archive: there only when it is configured, and nothing else of ours lives in it (the router lets nothing in).
if _MONGO := ambiente.mongo("AUDITORIA_MONGO_URL"):
    DATABASES["arquivo"] = _MONGO
DATABASE_ROUTERS = ["erp.config.roteador.Roteador"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Language and time: Portuguese on screen, UTC in the database.
LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
FORMAT_MODULE_PATH = "erp.config.formatos"
USE_I18N = True
USE_TZ = True

# Static files: compressed and named by content once `preparar` has collected them.
STATIC_URL = "/static/"
STATIC_ROOT = Path(ambiente.texto("RETAGUARDA_ESTATICOS") or BASE_DIR / ".estaticos").resolve()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = RETAGUARDA_DADOS / "arquivos"

# Who enters
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{nome}", "OPTIONS": opcoes}
    for nome, opcoes in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AXES_FAILURE_LIMIT = ambiente.inteiro("AXES_FAILURE_LIMIT", 6, minimo=1, maximo=100)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # one clumsy user does not lock the whole shop out
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# How many proxies of ours stand in front: whatever stands further left in X-Forwarded-For was written by the client.
AUDITORIA_PROXIES = ambiente.inteiro("PROXIES", 0, minimo=0, maximo=10)
AXES_IPWARE_PROXY_COUNT = AUDITORIA_PROXIES or None

# API. Views of integrators name their key authentication; what names nothing is for staff.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "erp.acesso.api.tratar_excecao",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Retaguarda",
    "DESCRIPTION": "API da retaguarda: replicação dos PDVs e integrações.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}

# Work: Celery carries wake-ups only; what is pending is a row.
CELERY_BROKER_URL = ambiente.corretor("CELERY_BROKER_URL") or url_no_banco(DATABASES["default"])
_NO_BANCO = CELERY_BROKER_URL.startswith(PREFIXO_NO_BANCO)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if _NO_BANCO:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"pool_pre_ping": True, "pool_size": 2, "max_overflow": 4}
elif CELERY_BROKER_URL.startswith(("redis", "sentinel")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 3, "socket_timeout": 10}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
# Acknowledged on arrival: a message is a wake-up, the work is a row. One that kills its worker must not come back
# for ever (the drain counts the deaths), and one that is lost costs a tick of the clock.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ALWAYS_EAGER = False
CELERY_RESULT_EXPIRES = None  # no result is kept: beat would schedule a cleaning of its own, which nobody asked for
# What tills send, and what talks to the world, have workers of their own (Procfile): neither waits for a long routine.
FILA_DOS_PDVS, FILA_DO_MUNDO = "pdv", "mundo"
CELERY_TASK_ROUTES = {
    "pdv.processar": {"queue": FILA_DOS_PDVS},
    "filas.enviar": {"queue": FILA_DO_MUNDO},
    "provedores.processar": {"queue": FILA_DO_MUNDO},
}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = ambiente.inteiro(
    "TRABALHADOR_MEMORIA_KB", 220_000, minimo=100_000, maximo=16_000_000
)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not _NO_BANCO  # on the database, control messages would only pile up
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Tills
PDV_CORPO_MAXIMO = ambiente.inteiro("PDV_CORPO_MAXIMO", 16 * 1024 * 1024, minimo=1024, maximo=256 * 1024 * 1024)
PDV_OPERACOES_MAXIMO = ambiente.inteiro("PDV_OPERACOES_MAXIMO", 1000, minimo=1, maximo=10_000)
PDV_ITENS_MAXIMO = ambiente.inteiro("PDV_ITENS_MAXIMO", 990, minimo=1, maximo=32_767)
PDV_FINALIZADORES_MAXIMO = ambiente.inteiro("PDV_FINALIZADORES_MAXIMO", 100, minimo=1, maximo=32_767)
PDV_RECEBIMENTOS_MAXIMO = ambiente.inteiro("PDV_RECEBIMENTOS_MAXIMO", 500, minimo=1, maximo=32_767)
PDV_PEDIDOS_POR_MINUTO = ambiente.inteiro("PDV_PEDIDOS_POR_MINUTO", 1200, minimo=1, maximo=1_000_000)
PDV_LOTE = ambiente.inteiro("PDV_LOTE", 500, minimo=1, maximo=5000)
PDV_ESPERA_MAXIMA = timedelta(
    minutes=ambiente.inteiro("PDV_ESPERA_MAXIMA", 24 * 60, minimo=1, maximo=90 * 24 * 60)
)  # how long an operation waits for the one it depends on; in minutes in the environment
REPROCESSO_APROVACAO_ACIMA = ambiente.inteiro("REPROCESSO_APROVACAO_ACIMA", 1000, minimo=0, maximo=100_000)
PLANOS_MESES_EMITIDOS = ambiente.inteiro("PLANOS_MESES_EMITIDOS", 12, minimo=1, maximo=36)  # instalments ahead
PDV_NOTA_TOLERANCIA = timedelta(
    minutes=ambiente.inteiro("PDV_NOTA_TOLERANCIA", 30, minimo=0, maximo=30 * 24 * 60)
)  # how long a note may be cancelled before its sale, or the sale before its note
PDV_MORTES_MAXIMO = ambiente.inteiro("PDV_MORTES_MAXIMO", 3, minimo=1, maximo=100)

# Routines
ROTINA_APROVACAO_ACIMA = ambiente.inteiro("ROTINA_APROVACAO_ACIMA", 500, minimo=0, maximo=10_000_000)
# Route files have addresses of people: after so many days they go; the list of routes stays.
VISITAS_GUARDAR_ROTAS_DIAS = ambiente.inteiro("VISITAS_GUARDAR_ROTAS_DIAS", 180, minimo=1, maximo=3650)
ROTINA_TOLERANCIA = timedelta(minutes=ambiente.inteiro("ROTINA_TOLERANCIA", 10, minimo=1, maximo=24 * 60))
ROTINA_DEMORA_MINIMA = timedelta(seconds=ambiente.inteiro("ROTINA_DEMORA_MINIMA", 30, minimo=1, maximo=86_400))
# How many of the company's routines run at once: the other processes of their worker are for the short ones.
ROTINA_SIMULTANEAS = ambiente.inteiro(
    "ROTINA_SIMULTANEAS", max(1, ambiente.inteiro("TRABALHADORES_ROTINAS", 2, minimo=1, maximo=1000) - 1),
    minimo=1, maximo=1000,
)  # fmt: skip
ROTINA_EMAILS = ambiente.enderecos("ROTINA_EMAILS")

# Conferência
CONFERENCIA_TOLERANCIA = timedelta(hours=ambiente.inteiro("CONFERENCIA_TOLERANCIA", 6, minimo=0, maximo=720))
CONFERENCIA_SILENCIO = timedelta(hours=ambiente.inteiro("CONFERENCIA_SILENCIO", 24, minimo=1, maximo=720))
CONFERENCIA_CONTINGENCIA = timedelta(hours=ambiente.inteiro("CONFERENCIA_CONTINGENCIA", 6, minimo=1, maximo=24))
CONFERENCIA_RESUMO = timedelta(hours=ambiente.inteiro("CONFERENCIA_RESUMO", 6, minimo=1, maximo=168))
CONFERENCIA_EMAILS = ambiente.enderecos("CONFERENCIA_EMAILS")

# Queue to the world. Without the address and the token of setIlli, its messages wait.
ILLI_URL = ambiente.endereco_http("ILLI_URL")
ILLI_TOKEN = ambiente.credencial("ILLI_TOKEN")
ILLI_TEMPO_LIMITE = ambiente.inteiro("ILLI_TEMPO_LIMITE", 30, minimo=1, maximo=600)
FILAS_NOTIFICAR_PARA = ambiente.enderecos("FILAS_NOTIFICAR_PARA")
# How people reach this site: links in e-mails.
RETAGUARDA_URL = ambiente.endereco_http("RETAGUARDA_URL") or next(
    iter(CSRF_TRUSTED_ORIGINS), f"http://127.0.0.1:{ambiente.texto('PORTA', '8000')}"
)
# Customers: the WebService
EFI_URL = ambiente.endereco_http("EFI_URL") or "https://cobrancas.api.efipay.com.br/v1"
EFI_CLIENT_ID = ambiente.credencial("EFI_CLIENT_ID")
EFI_CLIENT_SECRET = ambiente.credencial("EFI_CLIENT_SECRET")
EFI_WEBHOOK_SEGREDO = ambiente.credencial("EFI_WEBHOOK_SEGREDO")
EFI_TEMPO_LIMITE = ambiente.inteiro("EFI_TEMPO_LIMITE", 30, minimo=1, maximo=600)
EFI_SIMULTANEAS = ambiente.inteiro("EFI_SIMULTANEAS", 16, minimo=1, maximo=64)
# Pix: the Central Bank's API at our bank. A real address asks for the certificate (a PEM with both parts).
PIX_URL = ambiente.endereco_http("PIX_URL") or "https://pix.api.efipay.com.br"
PIX_VERSAO = ambiente.texto("PIX_VERSAO", "/v2")
PIX_TOKEN = ambiente.texto("PIX_TOKEN", "/oauth/token")
PIX_CLIENT_ID = ambiente.credencial("PIX_CLIENT_ID")
PIX_CLIENT_SECRET = ambiente.credencial("PIX_CLIENT_SECRET")
PIX_CERTIFICADO = ambiente.texto("PIX_CERTIFICADO")
PIX_CHAVE = ambiente.texto("PIX_CHAVE")
PIX_WEBHOOK_SEGREDO = ambiente.credencial("PIX_WEBHOOK_SEGREDO")
PIX_TEMPO_LIMITE = ambiente.inteiro("PIX_TEMPO_LIMITE", 30, minimo=1, maximo=600)
PIX_SIMULTANEAS = ambiente.inteiro("PIX_SIMULTANEAS", 16, minimo=1, maximo=64)
PIX_SOBREPOSICAO = timedelta(minutes=ambiente.inteiro("PIX_SOBREPOSICAO", 60, minimo=1, maximo=7 * 24 * 60))
# Card sales: the gateway that is asked by NSU, and how long a sale may be unconfirmed before it is an alarm
TEF_URL = ambiente.endereco_http("TEF_URL")
TEF_TOKEN = ambiente.credencial("TEF_TOKEN")
TEF_ALARME = timedelta(hours=ambiente.inteiro("TEF_ALARME", 72, minimo=1, maximo=90 * 24))

CLIENTES_TOKEN_BIBLIOTECA = ambiente.identificador(
    "CLIENTES_TOKEN_BIBLIOTECA", "1be199d8-98e8-4de7-a92c-e59c2f08edd6"
)  # part of the address; the specification's by default
CLIENTES_DOCUMENTO_ESTRITO = ambiente.logico("CLIENTES_DOCUMENTO_ESTRITO", False)
CLIENTES_CORPO_MAXIMO = ambiente.inteiro("CLIENTES_CORPO_MAXIMO", 64 * 1024, minimo=4096, maximo=16 * 1024 * 1024)
CLIENTES_LOTE_CORPO_MAXIMO = ambiente.inteiro(
    "CLIENTES_LOTE_CORPO_MAXIMO", 4 * 1024 * 1024, minimo=64 * 1024, maximo=64 * 1024 * 1024
)
CLIENTES_PEDIDOS_POR_MINUTO = ambiente.inteiro("CLIENTES_PEDIDOS_POR_MINUTO", 60_000, minimo=1, maximo=10_000_000)

# The other instance: this one reads its feeds and sends it the sales. Without both, the three routines are off.
SINCRONIZACAO_URL = ambiente.endereco_http("SINCRONIZACAO_URL")
SINCRONIZACAO_CHAVE = ambiente.credencial("SINCRONIZACAO_CHAVE")
SINCRONIZACAO_TEMPO_LIMITE = ambiente.inteiro("SINCRONIZACAO_TEMPO_LIMITE", 60, minimo=1, maximo=600)

# CPF queries: how long an answer serves who asks again, below how many queries left somebody is told, who is asked first
CONSULTAS_VALIDADE = timedelta(days=ambiente.inteiro("CONSULTAS_VALIDADE_DIAS", 30, minimo=0, maximo=365))
CONSULTAS_SALDO_MINIMO = ambiente.inteiro("CONSULTAS_SALDO_MINIMO", 100, minimo=0, maximo=1_000_000)
CONSULTAS_PROVEDOR = ambiente.texto("CONSULTAS_PROVEDOR", "infosimples")
CONSULTAS_TEMPO_LIMITE = ambiente.inteiro("CONSULTAS_TEMPO_LIMITE", 40, minimo=5, maximo=50)  # a person waits for it
INFOSIMPLES_URL = ambiente.endereco_http("INFOSIMPLES_URL") or "https://api.infosimples.com"
INFOSIMPLES_TOKEN = ambiente.credencial("INFOSIMPLES_TOKEN")
INFOSIMPLES_CENTAVOS_POR_CONSULTA = ambiente.inteiro(
    "INFOSIMPLES_CENTAVOS_POR_CONSULTA", 0, minimo=0, maximo=100_000
)  # 0: the base price that the account tells
SERPRO_URL = ambiente.endereco_http("SERPRO_URL") or "https://gateway.apiserpro.serpro.gov.br"
SERPRO_CAMINHO = ambiente.texto("SERPRO_CAMINHO", "/consulta-cpf-df/v2")
SERPRO_CHAVE = ambiente.credencial("SERPRO_CHAVE")
SERPRO_SEGREDO = ambiente.credencial("SERPRO_SEGREDO")

# The sheet of a day: minutes that art. 58 § 1º of the CLT forgives per mark and per day, seconds of a night hour (art. 73)
PONTO_TOLERANCIA_MARCA = ambiente.inteiro("PONTO_TOLERANCIA_MARCA", 5, minimo=0, maximo=60)
PONTO_TOLERANCIA_DIA = ambiente.inteiro("PONTO_TOLERANCIA_DIA", 10, minimo=0, maximo=120)
PONTO_SEGUNDOS_HORA_NOTURNA = ambiente.inteiro("PONTO_SEGUNDOS_HORA_NOTURNA", 3150, minimo=1800, maximo=3600)

# Emitters of notes: without their credentials the routine says that it is not configured.
FOCUS_URL = ambiente.endereco_http("FOCUS_URL") or "https://api.focusnfe.com.br"
FOCUS_TOKEN = ambiente.credencial("FOCUS_TOKEN")
FOCUS_WEBHOOK_SEGREDO = ambiente.credencial("FOCUS_WEBHOOK_SEGREDO")
FOCUS_TEMPO_LIMITE = ambiente.inteiro("FOCUS_TEMPO_LIMITE", 30, minimo=1, maximo=600)
PLUGNOTAS_URL = ambiente.endereco_http("PLUGNOTAS_URL") or "https://api.plugnotas.com.br"
PLUGNOTAS_CHAVE = ambiente.credencial("PLUGNOTAS_CHAVE")
PLUGNOTAS_WEBHOOK_SEGREDO = ambiente.credencial("PLUGNOTAS_WEBHOOK_SEGREDO")
PLUGNOTAS_TEMPO_LIMITE = ambiente.inteiro("PLUGNOTAS_TEMPO_LIMITE", 30, minimo=1, maximo=600)

# Signatures: without the token the routine says that it is not configured, and nothing is sent to be signed.
PLUGSIGN_URL = ambiente.endereco_http("PLUGSIGN_URL") or "https://app.plugsign.com.br/api"
PLUGSIGN_TOKEN = ambiente.credencial("PLUGSIGN_TOKEN")
PLUGSIGN_WEBHOOK_SEGREDO = ambiente.credencial("PLUGSIGN_WEBHOOK_SEGREDO")
PLUGSIGN_TEMPO_LIMITE = ambiente.inteiro("PLUGSIGN_TEMPO_LIMITE", 20, minimo=1, maximo=600)
PLUGSIGN_SIMULTANEAS = ambiente.inteiro("PLUGSIGN_SIMULTANEAS", 8, minimo=1, maximo=64)

# Providers: the inbox of their webhooks, and in how many threads these are worked
PROVEDORES_WEBHOOK_MAXIMO = ambiente.inteiro(
    "PROVEDORES_WEBHOOK_MAXIMO", 3 * 1024 * 1024, minimo=1024, maximo=16 * 1024 * 1024
)
PROVEDORES_GUARDAR_WEBHOOKS_DIAS = ambiente.inteiro("PROVEDORES_GUARDAR_WEBHOOKS_DIAS", 90, minimo=1, maximo=3650)
PROVEDORES_LINHAS = ambiente.inteiro("PROVEDORES_LINHAS", 4, minimo=1, maximo=32)

# E-mail, for alarms
_CORREIO = ambiente.correio("EMAIL_URL")
EMAIL_HOST, EMAIL_PORT = _CORREIO.servidor, _CORREIO.porta
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _CORREIO.usuario, _CORREIO.senha
EMAIL_USE_TLS, EMAIL_USE_SSL = _CORREIO.starttls, _CORREIO.tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ambiente.texto("EMAIL_REMETENTE", "retaguarda@localhost")

# Messages to customers and staff (erp.contatos). Without EMAIL_URL they wait in the queue.
CONTATOS_EMAIL_LIGADO = bool(ambiente.texto("EMAIL_URL"))
CONTATOS_EMPRESA = ambiente.texto("CONTATOS_EMPRESA", "Retaguarda")
CONTATOS_REMETENTE = ambiente.remetente("CONTATOS_REMETENTE") or DEFAULT_FROM_EMAIL
CONTATOS_RESPONDER_PARA = ambiente.enderecos("CONTATOS_RESPONDER_PARA")
CONTATOS_SILENCIO = ambiente.faixa_de_horas("CONTATOS_SILENCIO", "20:00-08:00")
CONTATOS_EMAILS_POR_SEGUNDO = ambiente.inteiro("CONTATOS_EMAILS_POR_SEGUNDO", 5, minimo=1, maximo=1000)
# How many days after its own day a reminder that did not go is still told.
CONTATOS_ATRASO_MAXIMO = ambiente.inteiro("CONTATOS_ATRASO_MAXIMO", 3, minimo=0, maximo=30)

# WhatsApp (Meta's Cloud API). Without the first four its routines say that they are not configured.
WHATSAPP_TOKEN = ambiente.credencial("WHATSAPP_TOKEN")
WHATSAPP_NUMERO_ID = ambiente.texto("WHATSAPP_NUMERO_ID")
WHATSAPP_APP_SEGREDO = ambiente.credencial("WHATSAPP_APP_SEGREDO")
WHATSAPP_WEBHOOK_SEGREDO = ambiente.credencial("WHATSAPP_WEBHOOK_SEGREDO")
WHATSAPP_URL = ambiente.endereco_http("WHATSAPP_URL") or "https://graph.facebook.com/v23.0"
WHATSAPP_TEMPO_LIMITE = ambiente.inteiro("WHATSAPP_TEMPO_LIMITE", 20, minimo=1, maximo=600)
WHATSAPP_POR_SEGUNDO = ambiente.inteiro("WHATSAPP_POR_SEGUNDO", 80, minimo=1, maximo=1000)
WHATSAPP_SEGUNDOS_POR_PAR = ambiente.inteiro("WHATSAPP_SEGUNDOS_POR_PAR", 6, minimo=0, maximo=3600)
WHATSAPP_DUVIDA = timedelta(minutes=ambiente.inteiro("WHATSAPP_DUVIDA_MINUTOS", 5, minimo=1, maximo=24 * 60))
WHATSAPP_REVALIDAR_DIAS = ambiente.inteiro("WHATSAPP_REVALIDAR_DIAS", 30, minimo=1, maximo=3650)

# Audit trail: the key that signs its daily digests (empty: one is made and kept in the data folder), where copies of the
# digests are kept out of the database, who gets them by mail, and after how long an event without a seal is a problem.
AUDITORIA_CHAVE_ASSINATURA = ambiente.chave_ed25519("AUDITORIA_CHAVE_ASSINATURA")
# The fingerprints of the keys that were in use before: the digests that they signed still prove something.
AUDITORIA_CHAVES_ANTERIORES = ambiente.impressoes("AUDITORIA_CHAVES_ANTERIORES")
# What wraps the keys of people (empty: one is made and kept in the data folder); the former ones after a comma.
AUDITORIA_CHAVE_MESTRA = ambiente.credenciais("AUDITORIA_CHAVE_MESTRA")
AUDITORIA_RESUMOS = Path(ambiente.texto("AUDITORIA_RESUMOS") or RETAGUARDA_DADOS / "resumos_da_auditoria").resolve()
AUDITORIA_RESUMO_PARA = ambiente.enderecos("AUDITORIA_RESUMO_PARA")
AUDITORIA_SELO_MINUTOS = ambiente.inteiro("AUDITORIA_SELO_MINUTOS", 15, minimo=1, maximo=24 * 60)
# Its archive: how many minutes it may be stopped before somebody is told. With one, PostgreSQL keeps the events of so many
# days (0: for ever); without one, all of them.
AUDITORIA_ARQUIVO_ALARME = ambiente.inteiro("AUDITORIA_ARQUIVO_ALARME", 60, minimo=1, maximo=7 * 24 * 60)
AUDITORIA_DIAS = ambiente.inteiro("AUDITORIA_DIAS", 365, minimo=0, maximo=36_500)

# Import and export
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.TempFolderStorage"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True  # a product called "=cmd|..." must not run in somebody's Excel

# Logs and metrics
LOG_NIVEL = ambiente.escolha("LOG_NIVEL", "INFO", ambiente.NIVEIS)
LOG_FORMATO = ambiente.escolha("LOG_FORMATO", "json", ambiente.FORMATOS)
LOGGING = logs.configurar(LOG_NIVEL, LOG_FORMATO)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request, the one that says how it ended
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # ours believes our proxies only, and costs a tenth (`logs.anotar_origem`)
PROMETHEUS_EXPORT_MIGRATIONS = False

UNFOLD = menu.UNFOLD | {"DASHBOARD_CALLBACK": "erp.painel.dashboard.painel"}
