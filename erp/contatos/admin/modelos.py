"""Templates: their words, the fields they may use, and what they come to on real data, before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from erp.acesso.admin_base import acao_com_motivo
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.admin.rotulos import rotulo
from erp.contatos import services
from erp.contatos.admin.textos import nome_do_canal, titulo_do_modelo
from erp.contatos.decisao import Pessoa, campos, pessoas
from erp.contatos.models import Canal, Comunicado, ModeloMensagem
from erp.contatos.registro import campos_do_modelo, modelo_de
from erp.contatos.silencio import do_modelo
from erp.contatos.textos import CampoAusente, campos_usados, erros_do_modelo, erros_na_meta, numerado, preencher

AMOSTRAS = 2
NO_WHATSAPP = (
    "No WhatsApp só vai texto que a Meta aprovou antes: cadastre-o no Gerenciador do WhatsApp com o texto numerado da prévia, "
    "escreva aqui o nome e o idioma com que foi aprovado e marque «em uso». No rodapé dele, lá, ponha «Responda SAIR para não "
    "receber mais». Daí em diante quem tem celular recebe por aqui, e os "
    "outros por e-mail."
)


class FormularioDoModelo(FormularioModelo):
    class Meta:
        model = ModeloMensagem
        fields = ("assunto", "corpo", "nome_externo", "idioma", "ativo", "silencio_de", "silencio_ate")

    def clean_corpo(self) -> str:
        """A browser sends the breaks of lines of its own kind."""
        return str(self.cleaned_data["corpo"]).replace("\r\n", "\n")

    def clean_nome_externo(self) -> str:
        return str(self.cleaned_data["nome_externo"]).strip()


@admin.register(ModeloMensagem)
class ModeloMensagemAdmin(CadastroAdmin):
    """The rows are the code's: none is included nor deleted here."""

    form = FormularioDoModelo
    list_display = ["titulo", "canal_", "ligado", "como_chega", "silencio"]
    list_display_links = ["titulo"]
    list_filter = ["canal", "ativo"]
    ordering = ["codigo", "canal"]
    actions_detail = ["retomar"]
    sortable_by = ()
    change_form_outer_before_template = "admin/contatos/modelo_pausa.html"
    change_form_outer_after_template = "admin/contatos/modelo_previa.html"
    warn_unsaved_form = True

    class Media:
        css = {"all": ["pdv/retaguarda.css", "contatos/contatos.css"]}
        js = ["contatos/modelo.js"]

    def get_urls(self) -> list[Any]:
        visao = self.admin_site.admin_view(self.previa)
        return [path("<int:pk>/previa/", visao, name="contatos_modelomensagem_previa"), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        declarado = modelo_de(obj.codigo, obj.canal) if obj else None
        geral = do_modelo(None, None, settings.CONTATOS_SILENCIO)
        descricao = declarado.descricao if declarado else ""
        no_whatsapp = obj is not None and obj.canal == Canal.WHATSAPP
        principais = ["corpo", "nome_externo", "idioma", "ativo"] if no_whatsapp else ["assunto", "corpo", "ativo"]
        if no_whatsapp:
            descricao += " " + NO_WHATSAPP
        return [
            (None, {"fields": principais, "description": descricao}),
            (
                "Silêncio",
                {"fields": [("silencio_de", "silencio_ate")], "description": f"O da empresa: {geral}."},
            ),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        modelo = kwargs.get("obj")
        if modelo is not None:
            form = context["adminform"].form
            assunto, corpo = (str(form[nome].value() or "") if nome in form.fields else getattr(modelo, nome)
                              for nome in ("assunto", "corpo"))  # fmt: skip
            context["previa"] = {
                "campos": campos_do_modelo(modelo.codigo),
                "edita": self.has_change_permission(request, modelo),
                "url": reverse(f"{self.admin_site.name}:contatos_modelomensagem_previa", args=[modelo.pk]),
                **previa_de(modelo, assunto, corpo),
            }
            context["pausa_do_modelo"] = modelo.pausa
            context["title"] = titulo_do_modelo(modelo.codigo, modelo.canal)
            context["subtitle"] = None
        return super().render_change_form(request, context, *args, **kwargs)

    @acao_com_motivo(
        titulo="Retomar o modelo",
        explicacao="A Meta não aceitou este modelo. Corrija antes o que ela disse; o que espera vai em seguida.",
        permissao="contatos.retomar_modelo",
        botao="Retomar o modelo",
        icone="play_arrow",
    )
    def retomar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        ids = list(queryset.values_list("pk", flat=True)[:100])
        feitos = services.retomar_modelo(ids, usuario=usuario, motivo=motivo)
        return "Retomado: o que esperava vai agora." if feitos else "Não estava em pausa."

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        modelo = self.get_object(request, str(object_id))
        pausado = modelo is not None and modelo.pausa != ""
        return super().get_actions_detail(request, object_id) if pausado else []

    def previa(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST: what is typed, filled in with real data. Nothing is saved nor sent."""
        modelo = self.get_object(request, str(pk))
        if modelo is None or not self.has_change_permission(request, modelo):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        assunto, corpo = request.POST.get("assunto", "")[:500], request.POST.get("corpo", "")[:20_000]
        return TemplateResponse(request, "admin/contatos/_previa.html", previa_de(modelo, assunto, corpo))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="modelo")
    def titulo(self, modelo: ModeloMensagem) -> str:
        return titulo_do_modelo(modelo.codigo, modelo.canal)

    @admin.display(description="canal")
    def canal_(self, modelo: ModeloMensagem) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', nome_do_canal(modelo.canal))

    @rotulo("situação", {"uso": "success", "pausa": "danger", "": "default"})
    def ligado(self, modelo: ModeloMensagem) -> tuple[str, str]:
        if modelo.ativo and modelo.pausa:
            return "pausa", "Em pausa"
        return ("uso", "Em uso") if modelo.ativo else ("", "Desligado")

    @admin.display(description="assunto, ou nome na Meta")
    def como_chega(self, modelo: ModeloMensagem) -> str:
        return modelo.assunto if modelo.canal != Canal.WHATSAPP else modelo.nome_externo or "falta o nome na Meta"

    @admin.display(description="silêncio")
    def silencio(self, modelo: ModeloMensagem) -> str:
        proprio = modelo.silencio_de is not None and modelo.silencio_ate is not None
        quando = str(do_modelo(modelo.silencio_de, modelo.silencio_ate, settings.CONTATOS_SILENCIO))
        quando = quando.removeprefix("silêncio ")  # the column says it
        return quando if proprio else f"{quando} (da empresa)"


def previa_de(modelo: ModeloMensagem, assunto: str, corpo: str) -> dict[str, Any]:
    """The errors of a template, all of them; or what it comes to on real rows, or on the example where there are none."""
    erros = [erro for lista in erros_do_modelo(modelo.codigo, assunto, corpo).values() for erro in lista]
    if modelo.canal == Canal.WHATSAPP:
        erros += erros_na_meta("", modelo.idioma, corpo, em_uso=False).get("corpo", [])
    amostras, origem = _amostras(modelo)
    cartas = []
    for de, dados in [] if erros else amostras:
        try:
            carta = preencher(assunto, corpo, dados)
        except CampoAusente as falta:
            erros.append(f"{de}: falta {{{{{falta.campo}}}}}.")
        else:
            cartas.append({"de": de, "assunto": carta.assunto, "texto": carta.texto})
    na_meta = numerado(corpo) if modelo.canal == Canal.WHATSAPP and not erros else ""
    return {
        "erros": erros,
        "cartas": cartas,
        "origem": origem,
        "na_meta": na_meta,
        "ordem": list(enumerate(campos_usados(corpo), start=1)) if na_meta else [],
    }


def _amostras(modelo: ModeloMensagem) -> tuple[list[tuple[str, dict[str, str]]], str]:
    declarado = modelo_de(modelo.codigo, modelo.canal)
    if declarado is None:
        return [], "ninguém usa mais este modelo"
    reais = list(islice(declarado.amostras(AMOSTRAS), AMOSTRAS)) or _ja_avisados(modelo)
    if not reais:
        return [("Exemplo", _campos("", declarado.exemplo, {}))], "com um exemplo, pois ainda não há dados"
    codigos = [str(dados.get("codigo_cliente", "")) for dados in reais]
    quem = pessoas(codigos)
    prontos = [_campos(codigo, dados, quem) for codigo, dados in zip(codigos, reais, strict=True)]
    return [(f"Para {dados['nome']}", dados) for dados in prontos], "com dados de verdade"


def _ja_avisados(modelo: ModeloMensagem) -> list[dict[str, str]]:
    """What this template was last asked to tell."""
    ultimos = Comunicado.objects.filter(modelo=modelo.codigo).order_by("-pk").values_list("codigo_cliente", "dados")
    return [{"codigo_cliente": codigo, **dados} for codigo, dados in ultimos[:AMOSTRAS]]


def _campos(codigo: str, dados: Mapping[str, str], quem: Mapping[str, Pessoa]) -> dict[str, str]:
    proprios = {nome: str(valor) for nome, valor in dados.items() if nome != "codigo_cliente"}
    return campos(Comunicado(codigo_cliente=codigo, dados=proprios), quem)
