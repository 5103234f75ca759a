"""The pages of one person's sheets: the month (espelho), its CSV, and one day with its treatments."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from erp.acesso.services import registrar_leitura
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.cadastros.documentos import mostrar
from erp.colaboradores.admin.tratar import PaginaDoDia
from erp.colaboradores.jornada import mostrar_minutos
from erp.colaboradores.models import Colaborador
from erp.colaboradores.selectors.espelho import SOMAS, Espelho, espelho_do_mes
from erp.colaboradores.services.leituras import registrar_espelho_baixado

if TYPE_CHECKING:
    from erp.acesso.admin_base import AdminBase

    _Base = AdminBase
else:
    _Base = object

VER = "colaboradores.view_folhadia"
_TITULOS = (
    "matricula", "nome", "dia", "semana", "escala", "marcacoes", "previsto", "trabalhado", "extra", "falta", "abonado",
    "noturno", "noturno_reduzido", "situacao", "observacoes",
)  # fmt: skip


class PaginasDoPonto(PaginaDoDia, _Base):
    """Mixin of the page of employees."""

    def get_urls(self) -> list[URLPattern]:
        def rota(caminho: str, visao: Any, nome: str) -> URLPattern:
            nome = f"colaboradores_colaborador_{nome}"
            achada: URLPattern = path(caminho, self.admin_site.admin_view(visao), name=nome)
            return achada

        return [
            rota("<int:pk>/espelho/", self.espelho, "espelho"),
            rota("<int:pk>/espelho.csv", self.espelho_csv, "espelho_csv"),
            rota("<int:pk>/dia/<int:ano>/<int:mes>/<int:dia>/", self.dia, "dia"),
            *super().get_urls(),
        ]

    def get_list_display(self, request: HttpRequest) -> Any:
        """The way to a page only for who may open it."""
        colunas = super().get_list_display(request)
        return colunas if _pode_ver(request) else [coluna for coluna in colunas if coluna != "espelho_"]

    def espelho(self, request: HttpRequest, pk: int) -> HttpResponse:
        pessoa = self._pessoa(request, pk)
        mes = mes_pedido(request)
        folha = espelho_do_mes(pessoa, mes)
        anterior, seguinte = (mes - timedelta(days=1)).replace(day=1), (mes + timedelta(days=31)).replace(day=1)
        if (inteiro := _usuario(request).has_perm(VER_DOCUMENTOS)) and pessoa.cpf:
            registrar_leitura(pessoa, por=_usuario(request))
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "title": f"Espelho de ponto de {pessoa.nome}",
            "pessoa": pessoa,
            "cpf": mostrar(pessoa.cpf, inteiro=inteiro),
            "espelho": folha,
            "mes": mes,
            "anterior": anterior,
            "anterior_texto": f"{anterior:%Y-%m}",
            "seguinte": seguinte,
            "seguinte_texto": f"{seguinte:%Y-%m}",
            "tem_folha": any(linha.folha for linha in folha.linhas),
        }
        return TemplateResponse(request, "colaboradores/espelho.html", contexto)

    def espelho_csv(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """As Excel in Brazil opens it: BOM, `;`, hours as `8:05`."""
        pessoa = self._pessoa(request, pk)
        mes = mes_pedido(request)
        registrar_espelho_baixado(pessoa=pessoa, mes=mes, usuario=_usuario(request))
        resposta = StreamingHttpResponse(_linhas(espelho_do_mes(pessoa, mes)), content_type="text/csv; charset=utf-8")
        resposta["Content-Disposition"] = f'attachment; filename="espelho-{pessoa.pk}-{mes:%Y-%m}.csv"'
        return resposta

    def _pessoa(self, request: HttpRequest, pk: int) -> Colaborador:
        """Of a filial that this person sees."""
        if not _pode_ver(request):
            raise PermissionDenied
        pessoa = self.get_queryset(request).filter(pk=pk).first()
        if pessoa is None:
            raise Http404("Colaborador não encontrado.")
        assert isinstance(pessoa, Colaborador)
        return pessoa


def mes_pedido(request: HttpRequest) -> date:
    """`?mes=2026-11`; what cannot be read is the current month."""
    try:
        ano, _, mes = request.GET.get("mes", "").partition("-")
        return date(int(ano), int(mes), 1) if 1990 < int(ano) < 2200 else timezone.localdate().replace(day=1)
    except ValueError:
        return timezone.localdate().replace(day=1)


class _Eco:
    def write(self, texto: str) -> str:
        return texto


def _linhas(espelho: Espelho) -> Iterator[str]:
    escritor: Any = csv.writer(_Eco(), delimiter=";")
    yield "\ufeff" + escritor.writerow(_TITULOS)
    pessoa = espelho.pessoa
    for linha in espelho.linhas:
        folha = linha.folha
        valores = [mostrar_minutos(getattr(folha, nome)) if folha else "" for nome in SOMAS]
        observacoes = [
            linha.o_que_e,
            *linha.alertas,
            *(f"{t.get_tipo_display()}: {t.motivo}" for t in linha.tratamentos),
        ]
        celulas = [
            pessoa.matricula, pessoa.nome, f"{linha.dia:%d/%m/%Y}", linha.semana,
            folha.detalhe.get("horarios", "") if folha else "",
            " ".join(f"{m.hora}{'*' if m.incluida else ''}" for m in linha.marcas if not m.fora), *valores,
            folha.get_situacao_display() if folha else "sem folha", "; ".join(filter(None, observacoes)),
        ]  # fmt: skip
        yield escritor.writerow([_sem_formula(celula) for celula in celulas])
    totais = [mostrar_minutos(espelho.totais[nome]) for nome in SOMAS]
    yield escritor.writerow(
        [_sem_formula(pessoa.matricula), _sem_formula(pessoa.nome), "total", "", "", "", *totais, "", ""]
    )


def _sem_formula(texto: str) -> str:
    """A name or reason that begins like a formula is text in any spreadsheet."""
    return f"'{texto}" if texto[:1] in ("=", "+", "-", "@", "\t", "\r") else texto


def _usuario(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _pode_ver(request: HttpRequest) -> bool:
    return _usuario(request).has_perm(VER)
