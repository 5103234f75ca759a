"""The one list of what the trail may tell: each action with the words and the group by which people find it.

`registrar` refuses what is not here, and `tests/auditoria/test_acoes.py` holds this list against the code both ways. The
code of an action never changes (it is in sealed events for ever): what people read of it may.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple


class Acao(NamedTuple):
    """How people read an action, and where its filter shows it."""

    rotulo: str
    grupo: str


class AcaoDesconhecida(ValueError):
    """Esta ação não está na lista de ações da auditoria (`auditoria/acoes.py`), com um rótulo."""

    def __init__(self, recebida: str) -> None:
        super().__init__(f"{self.__doc__} Recebida: {recebida!r}.")


ACESSO, AUDITORIA, CADASTROS, CLIENTES = "Acesso", "Auditoria", "Cadastros", "Clientes"
COBRANCAS, CONTATOS, CONTRATOS, DINHEIRO = "Cobranças", "Mensagens e contatos", "Planos e jazigos", "Estoque e dinheiro"
FISCAL, MUNDO, PDV, PESSOAL = "Fiscal", "Filas e provedores", "PDV", "Pessoal e visitas"
ROTINAS, LGPD = "Rotinas", "Dados pessoais (LGPD)"

SEM_AUTOR: Final = "auditoria.alteracao_sem_autor"  # written by the database too (`gatilhos.py`)
DADO_VISTO: Final = "acesso.dado_visto"  # somebody looked: nothing was done to it
DECLARADA: Final = "auditoria.alteracao_declarada"  # the same

_FEITAS: Final[dict[str, dict[str, str]]] = {
    ACESSO: {
        "acesso.acao_feita": "Ação pedida na tela, sem nada a mudar",
        "acesso.administrador_criado": "Administrador criado na instalação",
        "acesso.banco_copiado": "Cópia do banco inteiro feita",
        "acesso.banco_restaurado": "Banco restaurado de uma cópia",
        "acesso.aprovacao_aprovada": "Pedido de aprovação aprovado",
        "acesso.aprovacao_recusada": "Pedido de aprovação recusado",
        "acesso.aprovacao_solicitada": "Aprovação pedida",
        "acesso.aprovacao_usada": "Aprovação usada",
        "acesso.aprovacao_vencida": "Pedido de aprovação vencido",
        "acesso.chave_criada": "Chave de API criada",
        "acesso.chave_revogada": "Chave de API revogada",
        DADO_VISTO: "Dado pessoal visto por inteiro",
        "acesso.desbloqueado": "Entrada desbloqueada",
        "acesso.entrada_bloqueada": "Entrada bloqueada por tentativas",
        "acesso.entrada_recusada": "Entrada recusada",
        "acesso.entrou": "Entrou no sistema",
        "acesso.saiu": "Saiu do sistema",
        "acesso.senha_mudada": "Senha mudada pela própria pessoa",
    },
    AUDITORIA: {
        DECLARADA: "Alteração declarada, fora das telas",
        SEM_AUTOR: "Alteração sem autor declarado",
        "auditoria.dia_exportado": "Dia da auditoria exportado",
        "auditoria.exportacao_terminada": "Exportação da trilha: como terminou",
        "auditoria.trilha_exportada": "Trilha exportada",
        "auditoria.particao_retirada": "Mês retirado do PostgreSQL",
    },
    CADASTROS: {
        "cadastros.periodo_fechado": "Período contábil fechado",
        "cadastros.periodo_reaberto": "Período contábil reaberto",
        "cadastros.produtos_importados": "Produtos importados de planilha",
    },
    CLIENTES: {
        "clientes.clientes_importados": "Clientes importados de planilha",
        "clientes.municipioinformado": "Município informado por uma pessoa",
        "clientes.municipioinformado_esquecido": "Município informado esquecido",
        "clientes.paisinformado": "País informado por uma pessoa",
        "clientes.paisinformado_esquecido": "País informado esquecido",
        "clientes.reenvio_cancelado": "Reenvio de clientes cancelado",
        "clientes.reenvio_pedido": "Reenvio de clientes pedido",
        "clientes.varredura_pedida": "Varredura de clientes pedida",
        "consultas.cpf_consultado": "CPF consultado",
    },
    COBRANCAS: {
        "cobrancas.alarme_visto": "Alarme de cobrança dado por visto",
        "cobrancas.arquivo_tef_importado": "Arquivo de cartões importado",
        "cobrancas.cobranca_cancelada": "Cobrança cancelada",
        "cobrancas.cobranca_criada": "Cobrança criada",
        "cobrancas.cobranca_mandada": "Cobrança mandada ao cliente",
        "cobrancas.devolucao_pedida": "Devolução pedida",
        "cobrancas.linha_tef_desfeita": "Baixa de cartão desfeita",
        "cobrancas.linha_tef_escolhida": "Venda de uma linha de cartões escolhida",
    },
    CONTATOS: {
        "assinaturas.arquivo_baixado": "Documento de assinatura baixado",
        "assinaturas.documento_assinado": "Documento assinado",
        "assinaturas.pedido_cancelado": "Pedido de assinatura cancelado",
        "assinaturas.pedido_feito": "Assinatura pedida",
        "contatos.cancelados": "Mensagens canceladas",
        "contatos.descadastrado": "Descadastro feito",
        "contatos.descadastro_desfeito": "Descadastro desfeito",
        "contatos.modelo_pausado": "Modelo de mensagem pausado",
        "contatos.modelo_retomado": "Modelo de mensagem retomado",
        "contatos.numero_repetido": "Número de WhatsApp posto de novo em uso",
        "contatos.repetidos": "Mensagens repetidas",
    },
    CONTRATOS: {
        "jazigos.concessao_transferida": "Concessão transferida",
        "jazigos.valor_reajustado": "Contrato de manutenção reajustado",
        "planos.acordo_combinado": "Acordo combinado",
        "planos.aviso_registrado": "Aviso ao titular registrado",
        "planos.contrato_aberto": "Contrato em PDF aberto",
        "planos.contrato_assinado": "Contrato assinado",
        "planos.contrato_cancelado": "Contrato cancelado",
        "planos.contrato_reativado": "Contrato reativado",
        "planos.contrato_suspenso": "Contrato suspenso",
        "planos.contrato_vendido": "Contrato vendido",
        "planos.dependente_excluido": "Dependente excluído",
        "planos.dependente_incluido": "Dependente incluído",
        "planos.obito_registrado": "Óbito registrado",
    },
    DINHEIRO: {
        "conciliacao.dispensada": "Caso da conciliação dispensado",
        "conciliacao.exportada": "Conciliação exportada",
        "conciliacao.reaberta": "Caso da conciliação de volta à lista",
        "estoque.documento_lancado": "Documento de estoque lançado",
        "financeiro.baixa_desfeita": "Baixa desfeita",
        "financeiro.titulo_baixado": "Título baixado",
    },
    FISCAL: {
        "fiscal.arquivo_do_emissor_baixado": "Arquivo do emissor baixado",
        "fiscal.danfe_gerado": "DANFE gerado",
        "fiscal.emissor_consultado": "Emissor consultado",
        "fiscal.xml_baixado": "XML baixado",
    },
    MUNDO: {
        "filas.cancelar_em_massa": "Cancelamento de mensagens em massa pedido",
        "filas.contexto_pausado": "Fila pausada",
        "filas.contexto_retomado": "Fila retomada",
        "filas.massa_parada": "Ação em massa parada",
        "filas.mensagens_canceladas": "Mensagens da fila canceladas",
        "filas.mensagens_reprocessadas": "Mensagens da fila reprocessadas",
        "filas.reprocessar_em_massa": "Reprocesso de mensagens em massa pedido",
        "provedores.conexao_testada": "Conexão com provedor testada",
        "provedores.corpo_lido": "Conteúdo de webhook lido",
        "provedores.provedor_pausado": "Provedor pausado",
        "provedores.provedor_retomado": "Provedor retomado",
        "provedores.webhook_reprocessado": "Webhook reprocessado",
        "sincronizacao.cadastro_recebido": "Cadastros recebidos do ERP",
        "sincronizacao.conflito_resolvido": "Conflito com o ERP resolvido",
        "sincronizacao.exclusoes_aceitas": "Exclusões do ERP aceitas",
        "sincronizacao.refeita": "Sincronização refeita do começo",
    },
    PDV: {
        "conferencia.diferenca_aceita": "Diferença do dia aceita",
        "conferencia.exportada": "Conferência exportada",
        "conferencia.replicacao_pedida": "Replicação pedida ao PDV pela conferência",
        "pdv.aceitar": "Nova versão da operação aceita",
        "pdv.comando_cancelado": "Pedido ao PDV cancelado",
        "pdv.ignorar": "Registro ignorado",
        "pdv.manter": "Versão atual da operação mantida",
        "pdv.processar": "Registro processado a pedido",
        "pdv.procurar_por_documento": "Venda procurada por CPF ou CNPJ",
        "pdv.replicar": "Operação pedida de novo ao PDV",
        "pdv.reprocessar": "Registro reprocessado",
        "pdv.reprocessar_em_massa_cancelado": "Reprocesso em massa cancelado",
        "pdv.reprocessar_em_massa_concluido": "Reprocesso em massa concluído",
        "pdv.reprocessar_em_massa_continuado": "Reprocesso em massa continuado",
        "pdv.reprocessar_em_massa_pausado": "Reprocesso em massa pausado",
        "pdv.reprocessar_em_massa_pedido": "Reprocesso em massa pedido",
        "pdv.retomar_grupo": "Grupo de problemas mandado de volta",
    },
    PESSOAL: {
        "colaboradores.espelho_baixado": "Espelho de ponto baixado",
        "colaboradores.marcacoes_importadas": "Marcações de ponto importadas",
        "colaboradores.ponto_tratado": "Ponto tratado",
        "colaboradores.tratamento_anulado": "Tratamento do ponto anulado",
        "visitas.rota_baixada": "Rota de visitas baixada",
        "visitas.visita_mudada": "Visita mudada",
    },
    LGPD: {
        "lgpd.dado_cifrado_lido": "Dado pessoal cifrado lido",
        "lgpd.linhas_anonimizadas": "Linhas de uma pessoa anonimizadas",
        "lgpd.pessoa_anonimizada": "Pessoa anonimizada",
        "lgpd.pessoa_consultada": "Dados de uma pessoa consultados",
        "lgpd.pessoa_exportada": "Dados de uma pessoa exportados",
    },
    ROTINAS: {
        "rotinas.agenda_mudada": "Agenda de rotina mudada",
        "rotinas.alarme_visto": "Alarme de rotina dado por visto",
        "rotinas.executada": "Rotina executada",
        "rotinas.execucao_falhou": "Rotina falhou",
        "rotinas.execucao_solicitada": "Execução de rotina pedida",
        "rotinas.pausada": "Rotina pausada",
        "rotinas.retomada": "Rotina retomada",
        "rotinas.simulacao_solicitada": "Simulação de rotina pedida",
    },
}

# The registers: each has an action for what is included, changed and deleted. In the code of most the verb is
# masculine, whatever the noun; `A` marks those in which it is not.
_CADASTROS: Final[dict[str, dict[str, str]]] = {
    CADASTROS: {
        "cadastros.adquirente": "Adquirente",
        "cadastros.condicaofinalizador": "Condição de finalizador (A)",
        "cadastros.conta": "Conta de dinheiro (A)",
        "cadastros.feriadomunicipal": "Feriado municipal",
        "cadastros.filial": "Filial (A)",
        "cadastros.finalizador": "Finalizador",
        "cadastros.periodocontabil": "Período contábil",
        "cadastros.pontovenda": "Ponto de venda",
        "cadastros.produto": "Produto",
    },
    CLIENTES: {"clientes.cliente": "Cliente", "clientes.tipovarejo": "Tipo de cliente"},
    COBRANCAS: {"cobrancas.layouttef": "Leiaute de arquivo de cartões"},
    CONTATOS: {
        "contatos.lembrete": "Lembrete",
        "contatos.modelomensagem": "Modelo de mensagem",
        "contatos.passodaregua": "Passo da régua de cobrança",
    },
    CONTRATOS: {
        "jazigos.cemiterio": "Cemitério",
        "jazigos.concessao": "Concessão (a)",
        "jazigos.contratomanutencao": "Contrato de manutenção",
        "jazigos.indicemensal": "Índice mensal",
        "jazigos.jazigo": "Jazigo",
        "jazigos.sepultamento": "Sepultamento",
        "planos.plano": "Plano",
    },
    PESSOAL: {
        "colaboradores.colaborador": "Colaborador",
        "colaboradores.escala": "Escala (a)",
        "colaboradores.escalacolaborador": "Escala de um colaborador (a)",
        "colaboradores.relogio": "Relógio de ponto",
        "visitas.visita": "Visita (a)",
    },
}
# What the admin itself writes (`erp.acesso.admin_base`): "incluido" and not "criado".
_DO_ADMIN: Final = {"auth.group": "Grupo", "auth.user": "Usuário"}


def _do_cadastro(codigo: str, nome: str, grupo: str, criado: str = "criad") -> Iterator[tuple[str, Acao]]:
    """`(A)`: feminine in the words and in the code; `(a)`: in the words alone."""
    nome, _, marca = nome.partition(" (")
    no_codigo, nas_palavras = ("a" if marca == "A)" else "o"), ("a" if marca else "o")
    for raiz, verbo in ((criado, "incluíd"), ("alterad", "alterad"), ("excluid", "excluíd")):
        yield f"{codigo}_{raiz}{no_codigo}", Acao(f"{nome}: {verbo}{nas_palavras}", grupo)


def _todas() -> Iterator[tuple[str, Acao]]:
    for grupo, feitas in _FEITAS.items():
        yield from ((codigo, Acao(rotulo, grupo)) for codigo, rotulo in feitas.items())
    for grupo, cadastros in _CADASTROS.items():
        for codigo, nome in cadastros.items():
            yield from _do_cadastro(codigo, nome, grupo)
    for codigo, nome in _DO_ADMIN.items():
        yield from _do_cadastro(codigo, nome, ACESSO, "incluid")


ACOES: Final[dict[str, Acao]] = dict(_todas())


def rotulo(codigo: str) -> str:
    """How people read an action; one that no longer exists is read as it was written.

    >>> rotulo("cadastros.filial_alterada"), rotulo("antiga.sumiu")
    ('Filial: alterada', 'antiga.sumiu')
    """
    acao = ACOES.get(codigo)
    return acao.rotulo if acao else codigo


def por_grupo() -> dict[str, list[tuple[str, str]]]:
    """Every action as (code, words), by group, in the order of a list of choices."""
    grupos: dict[str, list[tuple[str, str]]] = {}
    for codigo, (texto, grupo) in ACOES.items():
        grupos.setdefault(grupo, []).append((codigo, texto))
    return {grupo: sorted(grupos[grupo], key=lambda par: par[1]) for grupo in sorted(grupos)}
