"""The page of one person: looked up, handed over and forgotten by POST. No address and no log line has a document."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from auditoria.services import ator_usuario
from erp.acesso import formularios
from erp.acesso.erros import ErroDefinitivo
from erp.lgpd.admin.formularios import FormularioDeAnonimizar, FormularioDePessoa
from erp.lgpd.pessoa import procurar
from erp.lgpd.proprias import recibos
from erp.lgpd.services import Impedida, anonimizar, exportar, prever, ver
from erp.lgpd.services.exportacao import Formato

ACAO: Final = "lgpd.pessoa"
VER, EXPORTAR, ANONIMIZAR = "lgpd.ver_pessoa", "lgpd.exportar_pessoa", "lgpd.anonimizar_pessoa"
PAGINA: Final = "admin:lgpd_pessoa"
RECIBOS: Final = 20  # of one person, on the page
_TIPOS: Final[dict[Formato, str]] = {"json": "application/json", "pdf": "application/pdf"}


class PaginaDaPessoa:
    """One request. `passo` says what is asked; who is meant comes in the form, or in the token that the page carries."""

    def __init__(self, request: HttpRequest, modeladmin: Any) -> None:
        self.request, self.modeladmin = request, modeladmin
        if not isinstance(request.user, User) or not request.user.has_perm(VER):
            raise PermissionDenied
        self.usuario: User = request.user

    def atender(self) -> HttpResponseBase:
        passos = {"procurar": self._procurar, "json": self._baixar, "pdf": self._baixar, "previa": self._previa}
        passos["anonimizar"] = self._anonimizar
        if self.request.method != "POST":
            return self._formulario(FormularioDePessoa())
        passo = passos.get(self.request.POST.get("passo", ""))
        if passo is None:
            return self._formulario(FormularioDePessoa())
        try:
            return passo()
        except Impedida:
            return self._pagina_da_previa(FormularioDeAnonimizar(self.request.POST), status=409)
        except formularios.FormularioRepetido as erro:
            messages.warning(self.request, str(erro))
            return HttpResponseRedirect(reverse("admin:lgpd_anonimizacao_changelist"))
        except ErroDefinitivo as erro:
            return self._formulario(FormularioDePessoa(self._do_formulario()), erro=str(erro))

    def _procurar(self) -> HttpResponseBase:
        form = FormularioDePessoa(self.request.POST)
        if not form.is_valid():
            return self._formulario(form)
        return self._mostrar(form.cleaned_data["texto"], form.cleaned_data["motivo"])

    def _mostrar(self, texto: str, motivo: str) -> HttpResponseBase:
        pessoa = procurar(texto)
        contagens = ver(pessoa, ator=ator_usuario(self.usuario), motivo=motivo)
        com, sem = [c for c in contagens if c.linhas], [c for c in contagens if not c.linhas]
        return self._responder("lgpd/pessoa.html", "Dados de uma pessoa", {
            "pessoa": pessoa, "com": com, "sem": sem, "motivo": motivo, "token": self._token(texto, motivo),
            "total": sum(c.linhas for c in com), "recibos": recibos(pessoa)[:RECIBOS],
            "fora": [c.fora for c in contagens if c.fora],
            "pode_exportar": self.usuario.has_perm(EXPORTAR), "pode_anonimizar": self.usuario.has_perm(ANONIMIZAR),
        })  # fmt: skip

    def _baixar(self) -> HttpResponseBase:
        self._exigir(EXPORTAR)
        dados = self._dados()
        formato: Formato = "pdf" if self.request.POST["passo"] == "pdf" else "json"
        feito = exportar(procurar(dados["texto"]), formato, ator=ator_usuario(self.usuario), motivo=dados["motivo"])
        resposta = FileResponse(feito.arquivo, as_attachment=True, filename=feito.nome, content_type=_TIPOS[formato])
        return resposta

    def _previa(self) -> HttpResponseBase:
        self._exigir(ANONIMIZAR)
        return self._pagina_da_previa(FormularioDeAnonimizar(initial={"motivo": self._dados()["motivo"]}))

    def _pagina_da_previa(self, form: FormularioDeAnonimizar, status: int = 200) -> HttpResponseBase:
        dados = self._dados()
        pessoa = procurar(dados["texto"])
        return self._responder("lgpd/previa.html", "Anonimizar uma pessoa: confira", {
            "pessoa": pessoa, "previa": prever(pessoa), "form": form, "token": self._token(dados["texto"], dados["motivo"]),
        }, status=status)  # fmt: skip

    def _anonimizar(self) -> HttpResponseBase:
        self._exigir(ANONIMIZAR)
        form = FormularioDeAnonimizar(self.request.POST)
        if not form.is_valid():
            return self._pagina_da_previa(form)
        identificador, dados = formularios.ler(self.request.POST.get("token", ""), self.usuario, ACAO)
        recibo = anonimizar(
            dados["texto"], ator=ator_usuario(self.usuario), motivo=form.cleaned_data["motivo"],
            junto=lambda: formularios.usar(identificador, self.usuario, ACAO),
        )  # fmt: skip
        messages.success(self.request, f"Pronto: {recibo.numero}. Entregue o recibo à pessoa.")
        return HttpResponseRedirect(reverse("admin:lgpd_anonimizacao_change", args=[recibo.pk]))

    def _formulario(self, form: FormularioDePessoa, erro: str = "") -> HttpResponseBase:
        return self._responder(
            "lgpd/procurar.html", "Dados de uma pessoa", {"form": form, "erro": erro}, status=409 if erro else 200
        )

    def _responder(self, modelo: str, titulo: str, contexto: dict[str, Any], status: int = 200) -> HttpResponse:
        comum = {
            **self.modeladmin.admin_site.each_context(self.request), "opts": self.modeladmin.opts,
            "media": self.modeladmin.media, "title": titulo, "voltar": reverse("admin:lgpd_anonimizacao_changelist"),
            "pagina": reverse(PAGINA),
        }  # fmt: skip
        return TemplateResponse(self.request, modelo, comum | contexto, status=status)

    def _token(self, texto: str, motivo: str) -> str:
        return formularios.emitir(self.usuario, ACAO, {"texto": texto, "motivo": motivo})

    def _dados(self) -> dict[str, str]:
        _, dados = formularios.ler(self.request.POST.get("token", ""), self.usuario, ACAO)
        lidos: dict[str, str] = dados
        return lidos

    def _do_formulario(self) -> dict[str, str]:
        return {nome: self.request.POST.get(nome, "") for nome in ("texto", "motivo")}

    def _exigir(self, permissao: str) -> None:
        if not self.usuario.has_perm(permissao):
            raise PermissionDenied


@never_cache
@sensitive_post_parameters()
def pagina_da_pessoa(request: HttpRequest, modeladmin: Any) -> HttpResponseBase:
    """GET asks whom; POST shows, hands over or forgets."""
    return PaginaDaPessoa(request, modeladmin).atender()
