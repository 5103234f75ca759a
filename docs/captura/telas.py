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
        Foto("comunicados", "/admin/contatos/comunicado/", 700),
        Foto("comunicado", f"/admin/contatos/comunicado/{ids['comunicado']}/change/", 800),
        Foto("modelos-de-mensagem", "/admin/contatos/modelomensagem/", 480),
        Foto("modelo-de-mensagem", f"/admin/contatos/modelomensagem/{ids['modelo_mensagem']}/change/", 1500),
        Foto("regua", "/admin/contatos/passodaregua/", 480),
        Foto("descadastros", "/admin/contatos/descadastro/", 480),
        Foto("descadastro-novo", "/admin/contatos/descadastro/add/", 700),
        Foto("lembretes", "/admin/contatos/lembrete/", 480),
        Foto("lembrete-novo", "/admin/contatos/lembrete/add/", 800),
        Foto("usuarios", "/admin/auth/user/", 420),
        Foto("produtos", "/admin/cadastros/produto/", 600),
        Foto("importar", "/admin/cadastros/produto/import/", 600),
        Foto("chaves", "/admin/acesso/chaveapi/", 480),
        Foto("aprovacoes", "/admin/acesso/aprovacao/", 420),
    ]
