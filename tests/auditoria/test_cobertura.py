"""Every sensitive act leaves its event: the actions of the pages, the routines, the services; and none is left out by name.

What an action does is proved in the tests of its app. Here: that there is no action or routine that nobody thought of, and
that the services change what is watched and never make the database say that nobody told of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auditoria.acoes import ACOES, SEM_AUTOR
from auditoria.models import Evento
from auditoria.services import Ator, ator_usuario
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.acesso.services import aprovar, criar_chave, revogar_chave, solicitar
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.models import Filial, Finalizador, PeriodoContabil
from erp.cadastros.periodos import fechar_periodos
from erp.cadastros.services import gravar_com_auditoria, mudar_atividade
from erp.config import urls  # the pages are found with the paths
from erp.planos.services import cancelar, incluir_dependente, suspender
from erp.rotinas import registro
from erp.rotinas.models import AlarmeRotina, RotinaAgendada
from erp.rotinas.services.edicao import pausar
from tests import vigias
from tests.erp.elenco import empresa
from tests.erp.planos import elenco as planos

assert urls
TESTES = Path(__file__).parents[1]
RAIZ = TESTES.parent
COM_MOTIVO = "atomica"  # what `acao_com_motivo` makes: by construction it leaves an event, whatever it did

# The pages' other actions, which ask in their own way: the event that each leaves, by a test of its app.
OUTRAS = {
    ("financeiro.Titulo", "baixar"): "financeiro.titulo_baixado",
    ("financeiro.Titulo", "baixar_este"): "financeiro.titulo_baixado",
    ("financeiro.Titulo", "cobrar"): "cobrancas.cobranca_criada",
    ("financeiro.Titulo", "cobrar_este"): "cobrancas.cobranca_criada",
    ("fiscal.DocumentoFiscal", "danfe"): "fiscal.danfe_gerado",
    ("fiscal.DocumentoFiscal", "xml"): "fiscal.xml_baixado",
    ("planos.Contratacao", "contrato_em_pdf"): "planos.contrato_aberto",
    ("visitas.ArquivoRota", "baixar"): "visitas.rota_baixada",
}
# Reads of what is masked elsewhere.
LEITURAS = {"consultas.cpf_consultado", "pdv.procurar_por_documento", "provedores.corpo_lido"}
# The files that people take away, by the module that sends them; or why it leaves no event.
ARQUIVOS = {
    "auditoria/admin_selos.py": {"auditoria.dia_exportado"},
    "auditoria/admin_trilha.py": {"auditoria.trilha_exportada"},
    "erp/assinaturas/admin/arquivos.py": {"assinaturas.arquivo_baixado", "planos.contrato_aberto"},
    "erp/cadastros/planilhas/admin.py": "um modelo de planilha, sem linha nenhuma",
    "erp/colaboradores/admin/espelho.py": {"colaboradores.espelho_baixado"},
    "erp/fiscal/admin/eventos.py": {"fiscal.arquivo_do_emissor_baixado"},
    "erp/fiscal/arquivos.py": {"fiscal.danfe_gerado", "fiscal.xml_baixado"},
    "erp/lgpd/admin/pessoa.py": {"lgpd.pessoa_exportada"},
    "erp/lgpd/admin/recibos.py": "o recibo não diz de quem é, e a página dele mostra o mesmo",
    "erp/visitas/admin/rotas.py": {"visitas.rota_baixada"},
    "pdv/conciliacao/admin.py": {"conciliacao.exportada"},
    "pdv/conferencia/admin/quadro.py": {"conferencia.exportada"},
}
MANDA_ARQUIVO = re.compile(r"Content-Disposition|FileResponse\(|as_attachment|StreamingHttpResponse\(")
# Why a run of theirs is no event of the trail: what they do is told elsewhere, or is nobody's act.
_POSTO = "cada lançamento fica no razão, que só aceita acréscimo, e no log da operação"
_PEDIDO = "anda com o que uma pessoa pediu, e o pedido é um evento"
_MENSAGEM = "cada tentativa e cada entrega fica guardada e não muda"
_FAXINA = "apaga o que já foi contado, sem mudar cadastro, contrato nem dinheiro"
_AVISA = "só avisa ou confere"
INOFENSIVAS = {
    "auditoria/arquivar": "copia a própria trilha",
    "auditoria/reter": "deixa o seu evento, auditoria.particao_retirada",
    "auditoria/resumir": "assina a própria trilha",
    "auditoria/selar": "sela a própria trilha",
    "auditoria/verificar": "confere a própria trilha, e guarda o que achou",
    "auditoria/vigiar": _AVISA,
    "Clientes/Curar": _PEDIDO,
    "Clientes/EsquecerVarreduras": _FAXINA,
    "Clientes/Reenviar": _PEDIDO,
    "Clientes/Varrer": _AVISA,
    "Conciliacao/Conferir": _AVISA,
    "Configuracao/AtualizaCreditosConsultaCPF": "guarda um saldo que só aceita acréscimo",
    "ClienteContato/TaskProcessarListaEnviosWhatsapp": _MENSAGEM,
    "ClienteContato/TaskProcessarListaValidacoesWhatsapp": _MENSAGEM,
    "Contatos/Enviar": _MENSAGEM,
    "filas/em_massa": _PEDIDO,
    "filas/enviar": _MENSAGEM,
    "filas/limpar_mensagens": _FAXINA,
    "filas/notificar": _AVISA,
    "Pdv/AlarmarConferencia": _AVISA,
    "Pdv/AvisarNotas": _AVISA,
    "Pdv/Conferir": _AVISA,
    "Pdv/ProcessarPendentes": _POSTO,
    "Pdv/ReprocessarEmMassa": _PEDIDO,
    "Pdv/RetomarGrupos": _PEDIDO,
    "PlugSignEvento/processar": "deixa um evento por documento, assinaturas.documento_assinado",
    "provedores/esquecer": _FAXINA,
    "provedores/webhooks": _MENSAGEM,
    "RegistroPonto/Recalcular": "a folha anterior é guardada e não muda",
    "rotinas/esquecer_execucoes": _FAXINA,
    "rotinas/executar_pendentes": _PEDIDO,
    "Sincronizacao/Comparar": _AVISA,
    "sincronizacao/sincronizar": "deixa um evento por página, sincronizacao.cadastro_recebido",
    "sincronizacao/SincronizarColaboradores": "deixa um evento por página, sincronizacao.cadastro_recebido",
    "Sincronizacao/SincronizarVendas": _MENSAGEM,
    "Visitas/EsquecerRotas": _FAXINA,
    "WebhookEventosNota/processar": _POSTO,
}


def _nomes(acoes: Iterable[Any] | None) -> Iterator[Any]:
    for acao in acoes or ():
        if isinstance(acao, dict):  # a menu of them
            yield from _nomes(acao["items"])
        else:
            yield acao


def _acoes_das_paginas() -> Iterator[tuple[str, str, Any]]:
    listas = ("actions", "actions_detail", "actions_list", "actions_row", "actions_submit_line")
    for modelo, pagina in admin.site._registry.items():
        for nome in {nome for lista in listas for nome in _nomes(getattr(pagina, lista, ()))}:
            yield modelo._meta.label, nome if isinstance(nome, str) else nome.__name__, getattr(pagina, str(nome), nome)


def _provada(codigo: str) -> bool:
    """Some test looks for this event."""
    return any(
        f'"{codigo}"' in texto and "Evento" in texto
        for texto in (arquivo.read_text() for arquivo in TESTES.rglob("test_*.py") if arquivo != Path(__file__))
    )


def test_toda_acao_de_toda_pagina_deixa_um_evento_pelo_modo_como_e_feita_ou_esta_na_lista_das_outras() -> None:
    acoes = list(_acoes_das_paginas())
    assert len(acoes) > 80  # or the reading has gone blind
    assert {(label, nome) for label, nome, acao in acoes if not hasattr(acao, COM_MOTIVO)} == set(OUTRAS)


def test_todo_arquivo_que_se_leva_deixa_um_evento_ou_diz_por_que_nao() -> None:
    mandam = {
        str(arquivo.relative_to(RAIZ))
        for pasta in ("auditoria", "clientes", "erp", "filas", "pdv")
        for arquivo in (RAIZ / pasta).rglob("*.py")
        if MANDA_ARQUIVO.search(arquivo.read_text())
    }
    assert mandam == set(ARQUIVOS)


DOS_ARQUIVOS = {codigo for codigos in ARQUIVOS.values() if isinstance(codigos, set) for codigo in codigos}


@pytest.mark.parametrize("codigo", sorted({*OUTRAS.values(), *LEITURAS, *DOS_ARQUIVOS}))
def test_cada_uma_das_outras_acoes_e_cada_leitura_e_provada_no_seu_app(codigo: str) -> None:
    assert codigo in ACOES
    assert _provada(codigo)


def test_toda_pagina_que_grava_grava_com_evento() -> None:
    for modelo, pagina in admin.site._registry.items():
        if isinstance(pagina, SomenteLeitura):
            continue
        assert isinstance(pagina, AdminBase), modelo
        for registro_do_admin in ("log_addition", "log_change", "log_deletions"):
            if (modelo._meta.label, registro_do_admin) != (
                "contatos.Descadastro",
                "log_addition",
            ):  # its service records
                assert getattr(type(pagina), registro_do_admin) is getattr(AdminBase, registro_do_admin), modelo
        assert type(pagina)._auditar in (AdminBase._auditar, CadastroAdmin._auditar), modelo
        if type(pagina)._auditar is CadastroAdmin._auditar:  # its service records
            assert isinstance(pagina, CadastroAdmin), modelo


def test_toda_rotina_e_sensivel_ou_diz_por_que_nao() -> None:
    caladas = {rotina.caminho for rotina in registro.todas() if not rotina.sensivel and rotina.caminho[:6] != "Teste/"}
    sem_corpo = {rotina.caminho for rotina in registro.todas() if rotina.funcao.__module__.endswith("naoconfiguradas")}
    assert caladas - sem_corpo == set(INOFENSIVAS)
    assert "PlanoContratacao/CancelamentoRotina" not in caladas


@pytest.fixture
def chefe(db: None) -> User:
    return User.objects.create_superuser("chefe", password="x")


def _com_token(client: Client, endereco: str, **campos: str) -> None:
    pagina = client.get(endereco)
    resposta = client.post(endereco, {"token": pagina.context["token"], **campos})
    assert resposta.status_code == 302, resposta.content.decode()[-500:]


def test_a_acao_que_nao_achou_o_que_fazer_tambem_fica_na_trilha(client: Client, chefe: User) -> None:
    agora = timezone.now()
    alarme = AlarmeRotina.objects.create(
        rotina="auditoria/selar",
        tipo=AlarmeRotina.Tipo.FALHOU,
        texto="x",
        desde=agora,
        ultimo_em=agora,
        encerrado_em=agora,
    )
    client.force_login(chefe, backend="django.contrib.auth.backends.ModelBackend")
    _com_token(client, reverse("admin:rotinas_alarmerotina_visto", args=[alarme.pk]), motivo="já estava encerrado")
    evento = Evento.objects.get()
    assert (evento.acao, evento.ator, evento.objeto) == ("acesso.acao_feita", "chefe", "rotinas.AlarmeRotina")
    assert (evento.objeto_id, evento.motivo) == (str(alarme.pk), "já estava encerrado")
    assert evento.depois == {"acao": "Marcar como visto", "linhas": 1}


def _usuario_pela_pagina(client: Client) -> None:
    bia, filial = User.objects.create_user("bia"), Filial.objects.values_list("pk", flat=True)[0]
    with vigias.ouvindo():
        client.post(
            reverse("admin:auth_user_change", args=[bia.pk]),
            {
                "username": "bia", "is_active": "on", "groups": [str(Group.objects.get(name="fiscal").pk)],
                "user_permissions": [str(Permission.objects.values_list("pk", flat=True)[0])],
                "date_joined_0": "01/01/2026", "date_joined_1": "10:00:00", "escopos_filial-INITIAL_FORMS": "0",
                "escopos_filial-TOTAL_FORMS": "1", "escopos_filial-0-filial_id": str(filial),
            },
        )  # fmt: skip
        assert bia.groups.count() == bia.user_permissions.count() == 1


def _grupo_pela_pagina(client: Client) -> None:
    with vigias.ouvindo():
        permissao = Permission.objects.values_list("pk", flat=True)[0]
        client.post(reverse("admin:auth_group_add"), {"name": "novo", "permissions": [str(permissao)]})
        assert Group.objects.get(name="novo").permissions.count() == 1


def _chaves(chefe: User) -> None:
    with vigias.ouvindo():
        chave, _ = criar_chave(nome="loja", escopos=["metricas"], ator=ator_usuario(chefe))
        revogar_chave(chave=chave, motivo="perdida", ator=ator_usuario(chefe))


def _aprovacao(chefe: User) -> None:
    pedido = {"acao": "x.y", "descricao": "teste", "objeto": "x.Y", "objeto_id": "1", "motivo": "preciso dele"}
    with vigias.ouvindo():
        aprovar(aprovacao=solicitar(**pedido, por=Ator("rotina", "A/B")), por=chefe, motivo="conferido por mim")  # type: ignore[arg-type]  # texts


def _periodo(chefe: User) -> None:
    fim = timezone.localdate() - timedelta(days=40)
    periodo = PeriodoContabil(inicio=fim - timedelta(days=5), fim=fim, fechado=False)
    with vigias.ouvindo():
        gravar_com_auditoria(periodo, usuario=chefe)
        fechar_periodos(ids=[periodo.pk], motivo="fim do mês", usuario=chefe)


def _finalizadores(chefe: User) -> None:
    finalizador = Finalizador.objects.create(
        codigo=91, nome="Vale", especie=Finalizador._meta.get_field("especie").choices[0][0]
    )
    with vigias.ouvindo():
        mudar_atividade([finalizador], campo="ativo", valor=False, usuario=chefe)


def _agenda(chefe: User) -> None:
    rotina = RotinaAgendada.objects.get(caminho="PlanoContratacao/SuspensaoRotina")
    with vigias.ouvindo():
        pausar(rotina_id=rotina.pk, usuario=chefe, motivo="mês de festa")


def _contratos(chefe: User) -> None:
    empresa()
    plano, titular = planos.plano(), planos.cliente()
    ator = ator_usuario(chefe)
    with vigias.ouvindo():
        um = planos.contrato(date(2026, 3, 10), do_plano=plano, titular=titular)
        incluir_dependente(contratacao_id=um.pk, novo=planos.dependente(), motivo="nasceu a neta", ator=ator)
        suspender(contratacao_id=um.pk, motivo="pediu um tempo", ator=ator)
        cancelar(contratacao_id=um.pk, motivo="não quer mais", ator=ator, a_pedido=True)


@pytest.mark.parametrize(
    ("ato", "acoes"),
    [
        (_chaves, ["acesso.chave_criada", "acesso.chave_revogada"]),
        (_aprovacao, ["acesso.aprovacao_aprovada", "acesso.aprovacao_solicitada"]),
        (_periodo, ["cadastros.periodo_fechado", "cadastros.periodocontabil_criado"]),
        (_finalizadores, ["cadastros.finalizador_alterado"]),
        (_agenda, ["rotinas.pausada"]),
        (
            _contratos,
            [
                "planos.contrato_cancelado",
                "planos.contrato_suspenso",
                "planos.contrato_vendido",
                "planos.dependente_incluido",
            ],
        ),
    ],
    ids=["chaves", "aprovações", "períodos", "finalizadores", "agendas", "contratos"],
)
def test_os_servicos_contam_tudo_o_que_mudam_no_que_e_vigiado(
    chefe: User, ato: Callable[[User], None], acoes: list[str]
) -> None:
    ato(chefe)
    feitas = sorted(set(Evento.objects.values_list("acao", flat=True)))
    assert SEM_AUTOR not in feitas
    assert feitas == acoes


@pytest.mark.parametrize(
    ("ato", "acao"),
    [(_usuario_pela_pagina, "auth.user_alterado"), (_grupo_pela_pagina, "auth.group_incluido")],
    ids=["usuário", "grupo"],
)
def test_as_paginas_de_pessoas_e_grupos_contam_tambem_o_que_e_ligado_a_eles(
    client: Client, chefe: User, ato: Callable[[Client], None], acao: str
) -> None:
    empresa()
    client.force_login(chefe, backend="django.contrib.auth.backends.ModelBackend")
    ato(client)
    assert list(Evento.objects.values_list("acao", flat=True)) == [acao]


# What shows documents whole to who may see them, and is no page of one row; or tells of it only when there was one.
VEEM = {
    "clientes/admin/informar.py": "só leva à página do cliente",
    "clientes/loja_cliente/contexto.py": "só leva à página do cliente",
    "clientes/loja_cliente/ligacoes.py": "só leva à página do cliente",
    "erp/cadastros/apps.py": "dá a permissão aos grupos",
    "erp/cadastros/documentos.py": "a própria permissão",
    "erp/contatos/admin/textos.py": "as palavras de comunicados.py e whatsapp.py",
    "erp/sincronizacao/admin/textos.py": "as palavras de conflitos.py e diferencas.py",
    "filas/admin/mascara.py": "as palavras de mensagens.py",
    "pdv/processamento/admin/procura.py": "deixa pdv.procurar_por_documento",
}


def test_toda_pagina_que_mostra_documentos_inteiros_a_quem_pode_conta_quem_a_abriu() -> None:
    veem = {
        str(arquivo.relative_to(RAIZ)): texto
        for pasta in ("clientes", "erp", "filas", "pdv")
        for arquivo in (RAIZ / pasta).rglob("*.py")
        if "migrations" not in arquivo.parts
        and re.search(r"documentos import .*PERMISSAO|cadastros\.ver_documentos", texto := arquivo.read_text())
    }
    calados = {nome for nome, texto in veem.items() if not re.search(r"mostra_inteiro = |registrar_leitura\(", texto)}
    assert calados == set(VEEM)
