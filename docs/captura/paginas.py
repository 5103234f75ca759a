"""The pages of the shop, chapter by chapter of the manual: name, address, height (none: 900; None: the whole page).

What stands between braces are ids of the example, as its makers return them.
"""

from __future__ import annotations

Pagina = tuple[str, str] | tuple[str, str, int | None]
Capitulo = tuple[Pagina, ...]

_PDV, _PROC = "/admin/replicacao", "/admin/processamento"

CAPITULOS: dict[str, Capitulo] = {
    "A primeira tela": (("painel", "/admin/"),),
    "Operações": (
        ("operacoes", f"{_PDV}/operacaopdv/", 700),
        ("operacoes-busca", f"{_PDV}/operacaopdv/?q={{numero}}", 420),
        ("operacao", f"{_PDV}/operacaopdv/{{feita}}/change/", 1500),
        ("operacao-erro", f"{_PDV}/operacaopdv/{{erro}}/change/"),
        ("problemas", f"{_PROC}/retomada/", 700),
        ("reprocessar", f"{_PDV}/operacaopdv/{{feita}}/reprocessar/", 520),
        ("ignorar", f"{_PDV}/operacaopdv/{{erro}}/ignorar/", 520),
        ("reprocessar-todas", f"{_PDV}/operacaopdv/reprocessar-todas/?situacao=9"),
        ("reprocesso", f"{_PROC}/reprocesso/{{reprocesso}}/change/", 700),
        ("arquivada", f"{_PDV}/operacaoarquivada/{{arquivada}}/change/"),
        ("comandos", f"{_PDV}/comando/", 480),
        ("geracoes", f"{_PROC}/geracao/", 600),
        ("log", f"{_PROC}/logprocessamento/", 600),
        ("atos", f"{_PROC}/atopessoa/", 420),
        ("periodos", "/admin/cadastros/periodocontabil/", 420),
    ),
    "Conferência e o que não entrou": (
        ("conferencia", "/admin/conferencia/diaconferido/", 700),
        ("conferencia-dia", "/admin/conferencia/diaconferido/{dia}/change/", 1200),
        ("nao-entrou", f"{_PDV}/rejeicao/", 480),
        ("rejeicao", f"{_PDV}/rejeicao/{{rejeicao}}/change/", 700),
        ("divergencia", f"{_PDV}/divergencia/{{divergencia}}/change/", 600),
        ("turno", f"{_PDV}/turno/{{turno}}/change/"),
    ),
    "Notas": (
        ("notas", f"{_PDV}/notafiscal/"),
        ("nota", f"{_PDV}/notafiscal/{{nota}}/change/"),
        ("pendencias", f"{_PROC}/pendencianota/", 480),
    ),
    "Dinheiro e estoque": (
        ("titulos", "/admin/financeiro/titulo/", 700),
        ("titulo", "/admin/financeiro/titulo/{titulo}/change/", 800),
        ("estoque", "/admin/estoque/documentoestoque/", 600),
        ("estoque-novo", "/admin/estoque/documentoestoque/add/", 800),
    ),
    "Clientes": (
        ("clientes", "/admin/clientes/cliente/", 480),
        ("cliente-etiquetas", "/admin/clientes/cliente/{cliente}/change/", 1000),
        ("cliente-novo", "/admin/clientes/cliente/add/"),
        ("cliente-historico", "/admin/clientes/cliente/{cliente}/history/", 600),
        ("registros-recebidos", "/admin/clientes/registrorecebido/", 520),
        ("registro-recebido", "/admin/clientes/registrorecebido/{recebido}/change/", 1200),
        ("registro-recusado", "/admin/clientes/registrorecebido/{recusado}/change/", 700),
        ("monitor", "/admin/clientes/varredura/", 800),
        ("monitor-informar", "/admin/clientes/varredura/informar/{sem_municipio}/", 800),
        ("monitor-reenviar", "/admin/clientes/varredura/reenviar/", 700),
    ),
    "Fila": (
        ("fila", "/admin/filas/mensagem/"),
        ("fila-mensagem", "/admin/filas/mensagem/{mensagem}/change/", 1300),
        ("fila-em-massa", "/admin/filas/mensagem/em-massa/?acao=reprocessar&causa={causa}", 620),
        ("fila-contextos", "/admin/filas/estadocontexto/", 520),
    ),
    "Planilhas e acesso": (
        ("produtos", "/admin/cadastros/produto/", 600),
        ("importar", "/admin/cadastros/produto/import/", 600),
        ("chaves", "/admin/acesso/chaveapi/", 480),
        ("aprovacoes", "/admin/acesso/aprovacao/", 420),
        ("aprovacao", "/admin/acesso/aprovacao/{aprovacao}/change/", 800),
        ("usuarios", "/admin/auth/user/", 420),
    ),
    "Auditoria": (
        ("auditoria", "/admin/auditoria/evento/?quem=ana", 900),
        ("auditoria-evento", "/admin/auditoria/evento/{evento}/change/", 860),
        ("auditoria-quem-mexeu", "/admin/auditoria/evento/?objeto={evento_objeto}&id_objeto={evento_objeto_id}", 700),
        ("auditoria-vazia", "/admin/auditoria/evento/?quem=ninguem", 600),
        ("auditoria-resumos", "/admin/auditoria/resumo/", 420),
        ("auditoria-verificacoes", "/admin/auditoria/verificacao/", 420),
        ("auditoria-arquivo", "/admin/auditoria/arquivo/", 420),
    ),
}
