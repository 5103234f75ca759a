"""Which screens are photographed, and how."""

from __future__ import annotations

from typing import Any, NamedTuple


class Foto(NamedTuple):
    """A screen: its picture's name, its address, and how tall the picture is (None: the whole page)."""

    nome: str
    endereco: str
    altura: int | None = 900


class Modo(NamedTuple):
    sufixo: str
    largura: int
    escuro: bool


CLARO = Modo("", 1400, False)
MODOS = (CLARO, Modo("-escuro", 1400, True), Modo("-celular", 420, False))


def fotos(ids: dict[str, Any]) -> list[Foto]:
    pdv, proc = "/admin/replicacao", "/admin/processamento"
    return [
        Foto("painel", "/admin/"),
        Foto("operacoes", f"{pdv}/operacaopdv/", 700),
        Foto("operacoes-busca", f"{pdv}/operacaopdv/?q={ids['numero']}", 420),
        Foto("operacao", f"{pdv}/operacaopdv/{ids['feita']}/change/", 1500),
        Foto("operacao-erro", f"{pdv}/operacaopdv/{ids['erro']}/change/"),
        Foto("reprocessar", f"{pdv}/operacaopdv/{ids['feita']}/reprocessar/", 520),
        Foto("ignorar", f"{pdv}/operacaopdv/{ids['erro']}/ignorar/", 520),
        Foto("notas", f"{pdv}/notafiscal/"),
        Foto("nota", f"{pdv}/notafiscal/{ids['nota']}/change/"),
        Foto("turno", f"{pdv}/turno/{ids['turno']}/change/"),
        Foto("nao-entrou", f"{pdv}/rejeicao/", 480),
        Foto("rejeicao", f"{pdv}/rejeicao/{ids['rejeicao']}/change/", 700),
        Foto("divergencia", f"{pdv}/divergencia/{ids['divergencia']}/change/", 600),
        Foto("problemas", f"{proc}/retomada/", 700),
        Foto("conferencia", "/admin/conferencia/diaconferido/", 700),
        Foto("conferencia-dia", f"/admin/conferencia/diaconferido/{ids['dia']}/change/", 1200),
        Foto("reprocessar-todas", f"{pdv}/operacaopdv/reprocessar-todas/?situacao=9", 900),
        Foto("reprocesso", f"{proc}/reprocesso/{ids['reprocesso']}/change/", 700),
        Foto("arquivada", f"{pdv}/operacaoarquivada/{ids['arquivada']}/change/", 900),
        Foto("comandos", f"{pdv}/comando/", 480),
        Foto("pendencias", f"{proc}/pendencianota/", 480),
        Foto("periodos", "/admin/cadastros/periodocontabil/", 420),
        Foto("geracoes", f"{proc}/geracao/", 600),
        Foto("log", f"{proc}/logprocessamento/", 600),
        Foto("atos", f"{proc}/atopessoa/", 420),
        Foto("titulos", "/admin/financeiro/titulo/", 700),
        Foto("titulo", f"/admin/financeiro/titulo/{ids['titulo']}/change/", 800),
        Foto("estoque", "/admin/estoque/documentoestoque/", 600),
        Foto("estoque-novo", "/admin/estoque/documentoestoque/add/", 800),
        Foto("clientes", "/admin/clientes/cliente/", 480),
        Foto("cliente-etiquetas", f"/admin/clientes/cliente/{ids['cliente']}/change/", 1000),
        Foto("cliente-novo", "/admin/clientes/cliente/add/"),
        Foto("cliente-historico", f"/admin/clientes/cliente/{ids['cliente']}/history/", 600),
        Foto("registros-recebidos", "/admin/clientes/registrorecebido/", 520),
        Foto("registro-recebido", f"/admin/clientes/registrorecebido/{ids['recebido']}/change/", 1200),
        Foto("registro-recusado", f"/admin/clientes/registrorecebido/{ids['recusado']}/change/", 700),
        Foto("monitor", "/admin/clientes/varredura/", 800),
        Foto("monitor-informar", f"/admin/clientes/varredura/informar/{ids['sem_municipio']}/", 800),
        Foto("monitor-reenviar", "/admin/clientes/varredura/reenviar/", 700),
        Foto("fila", "/admin/filas/mensagem/", 900),
        Foto("fila-mensagem", f"/admin/filas/mensagem/{ids['mensagem']}/change/", 1300),
        Foto("fila-em-massa", f"/admin/filas/mensagem/em-massa/?acao=reprocessar&causa={ids['causa']}", 620),
        Foto("fila-contextos", "/admin/filas/estadocontexto/", 520),
        Foto("contratos", "/admin/planos/contratacao/", 620),
        Foto("contrato", f"/admin/planos/contratacao/{ids['contrato_de_plano']}/change/", 1500),
        Foto("contrato-vender", "/admin/planos/contratacao/vender/", 760),
        Foto("contrato-reativar", f"/admin/planos/contratacao/{ids['contrato_de_plano']}/reativar", 620),
        Foto("planos", "/admin/planos/plano/", 420),
        Foto("comunicados", "/admin/contatos/comunicado/", 700),
        Foto("comunicado", f"/admin/contatos/comunicado/{ids['comunicado']}/change/", 800),
        Foto("modelos-de-mensagem", "/admin/contatos/modelomensagem/", 480),
        Foto("modelo-de-mensagem", f"/admin/contatos/modelomensagem/{ids['modelo_mensagem']}/change/", 1500),
        Foto("regua", "/admin/contatos/passodaregua/", 480),
        Foto("descadastros", "/admin/contatos/descadastro/", 480),
        Foto("descadastro-novo", "/admin/contatos/descadastro/add/", 700),
        Foto("lembretes", "/admin/contatos/lembrete/", 480),
        Foto("lembrete-novo", "/admin/contatos/lembrete/add/", 800),
        Foto("cemiterio-novo", "/admin/jazigos/cemiterio/add/", 1300),
        Foto("jazigos", "/admin/jazigos/jazigo/", 520),
        Foto("jazigo", f"/admin/jazigos/jazigo/{ids['jazigo']}/change/", 1150),
        Foto("concessoes", "/admin/jazigos/concessao/", 480),
        Foto("jazigo-transferir", f"/admin/jazigos/concessao/{ids['concessao']}/transferir_jazigo/", 800),
        Foto("sepultamento-novo", "/admin/jazigos/sepultamento/add/", 700),
        Foto("contratos-de-manutencao", "/admin/jazigos/contratomanutencao/", 600),
        Foto("contrato-de-manutencao", f"/admin/jazigos/contratomanutencao/{ids['contrato']}/change/", 1200),
        Foto("contrato-encerrado", f"/admin/jazigos/contratomanutencao/{ids['encerrado']}/change/", 1100),
        Foto("contrato-pendente", f"/admin/jazigos/contratomanutencao/{ids['pendente']}/change/", 900),
        Foto("contrato-novo", "/admin/jazigos/contratomanutencao/add/", 700),
        Foto("contrato-encerrar", f"/admin/jazigos/contratomanutencao/{ids['contrato']}/encerrar/", 700),
        Foto("contrato-valor", f"/admin/jazigos/contratomanutencao/{ids['contrato']}/mudar_valor/", 600),
        Foto("indices", "/admin/jazigos/indicemensal/", 600),
        Foto("indice-novo", "/admin/jazigos/indicemensal/add/", 600),
        Foto("cobrancas-de-manutencao", "/admin/jazigos/cobranca/", 600),
        Foto("reajustes", "/admin/jazigos/reajuste/", 480),
        Foto("visitas", "/admin/visitas/visita/", 700),
        Foto("visita", f"/admin/visitas/visita/{ids['visita']}/change/", 1200),
        Foto("visita-nova", "/admin/visitas/visita/add/", 1000),
        Foto("visita-marcar", f"/admin/visitas/visita/{ids['visita']}/marcar/", 800),
        Foto("rotas", "/admin/visitas/arquivorota/", 480),
        Foto("rota", f"/admin/visitas/arquivorota/{ids['rota']}/change/", 700),
        Foto("colaboradores", "/admin/colaboradores/colaborador/", 420),
        Foto("colaborador", f"/admin/colaboradores/colaborador/{ids['colaborador']}/change/", None),
        Foto(
            "ponto-espelho",
            f"/admin/colaboradores/colaborador/{ids['colaborador']}/espelho/?mes={ids['mes_do_ponto']}",
            1100,
        ),
        Foto("ponto-vigia", f"/admin/colaboradores/colaborador/{ids['vigia']}/espelho/?mes={ids['mes_do_ponto']}", 900),
        Foto(
            "ponto-dia",
            f"/admin/colaboradores/colaborador/{ids['colaborador']}/dia/{ids['ausencia']}/?tipo=justificada",
            960,
        ),
        Foto("ponto-folhas", "/admin/colaboradores/folhadia/", 600),
        Foto("ponto-escala", "/admin/colaboradores/escala/add/", None),
        Foto("ponto-importar", "/admin/colaboradores/importacaomarcacoes/add/", 520),
        Foto("feriado-novo", "/admin/cadastros/feriadomunicipal/add/", 520),
        Foto("rotinas", "/admin/rotinas/rotinaagendada/", 900),
        Foto("rotina", f"/admin/rotinas/rotinaagendada/{ids['rotina']}/change/", 900),
        Foto("rotina-agenda", f"/admin/rotinas/rotinaagendada/{ids['rotina']}/agenda/", 760),
        Foto("rotina-simulacao", f"/admin/rotinas/execucao/{ids['execucao_simulada']}/change/", 800),
        Foto("rotina-espera", f"/admin/rotinas/execucao/{ids['execucao_espera']}/change/", 760),
        Foto("rotina-executar", f"/admin/rotinas/rotinaagendada/{ids['rotina']}/executar_agora/", 560),
        Foto("alarmes", "/admin/rotinas/alarmerotina/", 480),
        Foto("usuarios", "/admin/auth/user/", 420),
        Foto("produtos", "/admin/cadastros/produto/", 600),
        Foto("importar", "/admin/cadastros/produto/import/", 600),
        Foto("chaves", "/admin/acesso/chaveapi/", 480),
        Foto("aprovacoes", "/admin/acesso/aprovacao/", 420),
    ]
