"""From the list to many messages at once: all of one cause, or of one filter, with a preview and a reason first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from erp.acesso import formularios
from erp.acesso.acoes import FormularioDeMotivo
from erp.acesso.erros import ErroDefinitivo
from filas.admin import formatos, mascara
from filas.admin.filtros import IdadeFiltro, ler_causa, limites
from filas.causas import Conserto, causa_de
from filas.estado import titulo_do_contexto
from filas.faixas import faixa_do_periodo
from filas.fila.ensaio import ensaiar
from filas.fila.massa import (
    MAXIMO,
    Criterio,
    DemaisDeUmaVez,
    NadaAFazer,
    Previsao,
    ler_criterio,
    pedir,
    prever,
)
from filas.models import AcaoEmMassa, Mensagem

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Base = ModelAdmin[Any]
else:
    _Base = object

FORMULARIO = "filas.em_massa"
AMOSTRA = 50  # whose payload is rehearsed
Acao = AcaoEmMassa.Acao
Situacao = Mensagem.Situacao
ACOES = {"reprocessar": Acao.REPROCESSAR, "cancelar": Acao.CANCELAR}
PERMISSOES = {Acao.REPROCESSAR: "filas.reprocessar_mensagem", Acao.CANCELAR: "filas.cancelar_mensagem"}


class Pedido(NamedTuple):
    """What the address asks: the act, the messages, and both in words."""

    acao: AcaoEmMassa.Acao
    criterio: Criterio
    descricao: str


class ComEmMassa(_Base):
    """Mixin of the queue's list: the page that shows what would happen, and asks why."""

    def get_urls(self) -> list[Any]:
        pagina = self.admin_site.admin_view(self.em_massa)
        return [path("em-massa/", pagina, name="filas_mensagem_em_massa"), *super().get_urls()]

    def em_massa(self, request: HttpRequest) -> HttpResponse:
        """GET: what would be done. POST: do it, once; a second click is led to where the first one went."""
        usuario = request.user
        if not isinstance(usuario, User) or not self.has_view_permission(request):
            raise PermissionDenied
        pedido = ler_pedido(request)
        if not any(usuario.has_perm(p) for p in (PERMISSOES.values() if pedido is None else [PERMISSOES[pedido.acao]])):
            raise PermissionDenied
        if pedido is None:
            messages.warning(request, "Escolha antes uma causa, ou a situação Pendente ou Erro.")
            return HttpResponseRedirect(reverse("admin:filas_mensagem_changelist"))
        if request.method == "POST":
            return self._agir(request, usuario, pedido)
        return self._pagina_da_massa(request, usuario, pedido)

    def _agir(self, request: HttpRequest, usuario: User, pedido: Pedido) -> HttpResponse:
        formulario = FormularioDeMotivo(request.POST)
        if not formulario.is_valid():
            return self._pagina_da_massa(request, usuario, pedido, formulario)
        try:
            with transaction.atomic():
                token, visto = formularios.ler(request.POST.get("token", ""), usuario, FORMULARIO)
                formularios.usar(token, usuario, FORMULARIO)
                if Acao(visto["acao"]) != pedido.acao:
                    raise formularios.FormularioInvalido
                massa = pedir(
                    acao=pedido.acao,
                    criterio=ler_criterio(visto["criterio"]),
                    descricao=visto["descricao"],
                    motivo=formulario.cleaned_data["motivo"],
                    usuario=usuario,
                )
        except formularios.FormularioRepetido:
            ultima = AcaoEmMassa.objects.filter(pedida_por=usuario).order_by("-pk").first()
            return HttpResponseRedirect(endereco(ultima.pk) if ultima else reverse("admin:filas_mensagem_changelist"))
        except (NadaAFazer, DemaisDeUmaVez, ErroDefinitivo) as erro:
            return self._pagina_da_massa(request, usuario, pedido, formulario, f"Nada foi feito. {erro}")
        return HttpResponseRedirect(endereco(massa.pk))

    def _pagina_da_massa(
        self,
        request: HttpRequest,
        usuario: User,
        pedido: Pedido,
        formulario: FormularioDeMotivo | None = None,
        erro: str = "",
    ) -> HttpResponse:
        previsao = prever(pedido.criterio, pedido.acao)
        ensaio = ensaio_em_palavras(pedido, usuario) if pedido.acao == Acao.REPROCESSAR else []
        nenhuma_vai = bool(ensaio) and all(x["falta"] for x in ensaio)
        if (
            formulario is None
        ):  # after a mend the reason is known; before it, nobody is helped to say that there was one
            consertado = pedido.acao == Acao.REPROCESSAR and not nenhuma_vai
            formulario = FormularioDeMotivo(
                initial={"motivo": f"Conserto feito: {pedido.descricao}"[:500]} if consertado else None
            )
        titulo = "Reprocessar" if pedido.acao == Acao.REPROCESSAR else "Cancelar"
        visto = {"acao": pedido.acao.value, "criterio": pedido.criterio.__dict__, "descricao": pedido.descricao}
        contexto = {
            **self.admin_site.each_context(request),
            "title": f"{titulo} todas: {pedido.descricao}",
            "opts": self.opts,
            "formulario": formulario,
            "erro": erro,
            "token": formularios.emitir(usuario, FORMULARIO, visto),
            "descricao": pedido.descricao,
            "reprocessa": pedido.acao == Acao.REPROCESSAR,
            "efeitos": efeitos(pedido.acao, previsao),
            "ensaio": ensaio,
            "nenhuma_vai": nenhuma_vai,
            "pode": 0 < previsao.total <= MAXIMO,
            "demais": previsao.total > MAXIMO,
            "maximo": formatos.numero(MAXIMO),
            "botao": f"{titulo} {'esta' if previsao.total == 1 else 'estas'} {formatos.quantas(previsao.total)}",
            "voltar": reverse("admin:filas_mensagem_changelist"),
        }
        resposta = TemplateResponse(request, "admin/filas/em_massa.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta


def ler_pedido(request: HttpRequest) -> Pedido | None:
    """The act and the filters of the address, as they stand now; None where they do not say enough."""
    if any("\0" in valor for valor in request.GET.values()):  # no text of the database's
        return None
    acao = ACOES.get(request.GET.get("acao", ""))
    ultima = Mensagem.objects.aggregate(n=Max("pk"))["n"] or 0
    criterio = Criterio(Situacao.ERRO.value, ate_id=ultima, ate=timezone.now().isoformat())
    partes = ["com erro"]
    if causa := request.GET.get("causa", ""):
        contexto, codigo = ler_causa(causa)
        criterio = replace(criterio, contexto=contexto, causa=codigo)
        partes = [f"{titulo_do_contexto(contexto)}: {causa_de(codigo).titulo}"]
    elif request.GET.get("situacao") == str(Situacao.PENDENTE.value) and acao == Acao.CANCELAR:
        criterio, partes = replace(criterio, situacao=Situacao.PENDENTE.value), ["pendentes"]
    elif request.GET.get("situacao") != str(Situacao.ERRO.value):
        return None
    if not causa and (contexto := request.GET.get("contexto", "")):
        criterio = replace(criterio, contexto=contexto[:40])
        partes.append(titulo_do_contexto(contexto[:40]))
    nomes = dict(IdadeFiltro.OPCOES)
    if (idade := request.GET.get("idade", "")) in nomes:
        desde, antes = limites(idade, timezone.now())
        faixa = faixa_do_periodo(Mensagem, "criada_em", desde, antes)
        criterio = replace(
            criterio,
            de_id=faixa.inicio,
            ate_id=faixa.fim,
            criada_desde=desde.isoformat() if desde else "",
            criada_antes=antes.isoformat() if antes else "",
        )
        partes.append(nomes[idade].lower())
    return None if acao is None else Pedido(acao, criterio, ", ".join(partes))


def efeitos(acao: AcaoEmMassa.Acao, p: Previsao) -> list[str]:
    """What would become of them, a sentence for each fate."""
    if not p.total:
        return ["Nenhuma mensagem está assim agora: alguém já cuidou delas."]
    total = formatos.quantas(p.total)
    if acao == Acao.CANCELAR:
        sai = "sai da fila e não será enviada" if p.total == 1 else "saem da fila e não serão enviadas"
        return [f"{total} {sai}. O que mudar depois no registro gera mensagem nova."]
    das = "" if p.vistas == p.total else f" das {formatos.numero(p.vistas)} primeiras"
    frases = [f"{total} com este erro, e só elas."]
    if not p.substituidas:
        return [f"{frases[0]} {'Volta' if p.total == 1 else 'Voltam'} à fila com o cadastro como está agora."]
    if voltam := p.vistas - p.substituidas:
        volta = "volta à fila" if voltam == 1 else "voltam à fila"
        frases.append(f"{formatos.numero(voltam)}{das} {volta}, com o cadastro como está agora.")
    if p.substituidas:
        sai = "sai da fila, porque já há outra mais nova" if p.substituidas == 1 else (
            "saem da fila, porque já há outras mais novas"
        )  # fmt: skip
        frases.append(f"{formatos.numero(p.substituidas)}{das} {sai} do mesmo registro.")
    return frases


def ensaio_em_palavras(pedido: Pedido, usuario: User) -> list[dict[str, Any]]:
    """Of the first ones, read again: how many the rules would let go now, and what the others still lack."""
    amostra = list(pedido.criterio.linhas().order_by("pk")[:AMOSTRA])
    ensaios = ensaiar(amostra)
    if not ensaios:
        return []
    contadas: dict[str, int] = {}
    exemplos: dict[str, Any] = {}
    for mensagem in amostra:
        if ensaio := ensaios.get(mensagem.pk):
            contadas[ensaio.codigo] = contadas.get(ensaio.codigo, 0) + 1
            exemplos.setdefault(ensaio.codigo, (mensagem, ensaio.mensagem))
    return [
        {
            "n": formatos.numero(n),
            "texto": causa_de(codigo).titulo if codigo else "podem ser enviadas: nada mais falta no cadastro",
            "falta": bool(codigo),
            "exemplo": mascara.texto(exemplos[codigo][1], inteiro=False) if codigo else "",
            "conserto": conserto_de(codigo, exemplos[codigo][0], usuario) if codigo else None,
        }
        for codigo, n in sorted(contadas.items(), key=lambda c: (bool(c[0]), -c[1]))
    ]


def conserto_de(codigo: str, mensagem: Mensagem, usuario: User) -> Conserto | None:
    """Where a cause is mended for one message, if a page does that and this person may open it."""
    achar = causa_de(codigo).conserto
    achado = achar(mensagem) if achar else None
    return achado if achado and (not achado.permissao or usuario.has_perm(achado.permissao)) else None


def endereco(pk: int) -> str:
    return reverse("admin:filas_acaoemmassa_change", args=[pk])


def contexto_do_filtro(request: HttpRequest) -> dict[str, Any]:
    """The acts on everything that the list shows, where its filters say enough for one; each leads to its preview."""
    base = {nome: request.GET[nome] for nome in ("situacao", "causa", "contexto", "idade") if request.GET.get(nome)}
    causa = base.get("causa", "")
    no_filtro: list[dict[str, Any]] = []
    for qual, acao in ACOES.items():
        pode = request.user.has_perm(PERMISSOES[acao])
        serve = causa or base.get("situacao") == "4" or (acao == Acao.CANCELAR and base.get("situacao") == "0")
        if pode and serve and not request.GET.get("registro"):
            url = f"{reverse('admin:filas_mensagem_em_massa')}?{urlencode({'acao': qual, **base})}"
            texto = f"{acao.label} todas do filtro"
            no_filtro.append({"url": url, "texto": texto, "perigo": acao == Acao.CANCELAR})
    conhecida = causa_de(ler_causa(causa)[1]) if causa else None
    return {"no_filtro": no_filtro, "causa_do_filtro": conhecida}
