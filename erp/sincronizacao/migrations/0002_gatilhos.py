"""The triggers that keep `sincronizacao_mudanca`, and those that note the sales to be sent: nothing until somebody asks.

Plain SQL, and not `Meta.triggers`: the tables are of apps below, which know nothing of this one.
"""

from typing import NamedTuple

from django.db import migrations


class Fonte(NamedTuple):
    """A table, the entity that its rows are told under, its key and the columns that count."""

    nome: str
    entidade: str
    tabela: str
    chave: str
    colunas: tuple[str, ...]
    juncao: str = ""


_FONTES = (
    Fonte("filiais", "filiais", "FILIAIS", 'x."COD_FILIAL"', ("COD_FILIAL", "FILIAL", "CGC_CPF", "UF", "ativa")),
    Fonte(
        "produtos", "produtos", "cadastros_produto", "x.codigo",
        ("codigo", "descricao", "codigo_barras", "unidade", "ncm", "controla_estoque", "ativo"),
    ),
    Fonte("precos", "precos", "cadastros_produto", "x.codigo", ("codigo", "preco")),
    Fonte(
        "finalizadores", "finalizadores", "cadastros_finalizador", "x.codigo", ("codigo", "nome", "especie", "ativo"),
    ),
    Fonte(
        "condicoes", "finalizadores", "cadastros_condicaofinalizador", "f.codigo",
        ("finalizador_id", "vigente_desde", "adquirente_id", "dias_primeira", "dias_intervalo", "taxa_percentual"),
        "JOIN cadastros_finalizador f ON f.id = x.finalizador_id",
    ),
    Fonte(
        "clientes", "clientes", "CLIENTES_VAREJO", 'x."CODIGO_CLIENTE"',
        (
            "CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "PF_PJ", "ESTRANGEIRO", "RG_IE", "CPF_CGC",
            "TIPO_LOGRADOURO", "ENDERECO", "NUMERO", "COMPLEMENTO", "BAIRRO", "CIDADE", "UF", "CEP", "PAIS", "DDD",
            "TELEFONE", "DDD_CELULAR", "CELULAR", "EMAIL", "SEXO", "STATUS", "ANIVERSARIO", "OBS", "TIPO_VAREJO",
        ),
    ),
    Fonte(
        "colaboradores", "colaboradores", "colaboradores_colaborador", "x.matricula",
        (
            "matricula", "nome", "cpf", "pis", "filial_id", "municipio", "cargo", "admissao", "desligamento",
            "controla_ponto",
        ),
    ),
)  # fmt: skip


def _notar(fonte: Fonte, origem: str) -> str:
    """One row per key in order, so that two statements over the same records wait in the same order."""
    return f"""
    INSERT INTO sincronizacao_mudanca AS m (entidade, chave, transacao, ordem, em)
    SELECT '{fonte.entidade}', c.chave, pg_current_xact_id()::text::bigint, nextval('sincronizacao_ordem'), now()
    FROM (SELECT DISTINCT {fonte.chave}::text AS chave FROM {origem} x {fonte.juncao} ORDER BY 1) c
    ON CONFLICT (entidade, chave) DO UPDATE
    SET transacao = excluded.transacao, ordem = excluded.ordem, em = excluded.em;"""


def _mudadas(fonte: Fonte) -> str:
    """Before and after, rows that are not in both as they are: an edit, and both keys of one whose key changed."""
    colunas = ", ".join(f'"{coluna}"' for coluna in fonte.colunas)
    return (
        f"((SELECT {colunas} FROM depois EXCEPT ALL SELECT {colunas} FROM antes) UNION ALL "
        f"(SELECT {colunas} FROM antes EXCEPT ALL SELECT {colunas} FROM depois))"
    )


def _gatilho(nome: str, evento: str, tabela: str, transicao: str, ligado: str, corpo: str) -> str:
    return f"""
CREATE FUNCTION {nome}() RETURNS trigger LANGUAGE plpgsql AS $corpo$
BEGIN
    IF EXISTS ({ligado}) THEN {corpo}
    END IF;
    RETURN NULL;
END $corpo$;
CREATE TRIGGER {nome} AFTER {evento} ON "{tabela}" REFERENCING {transicao}
FOR EACH STATEMENT EXECUTE FUNCTION {nome}();"""


def _da_fonte(fonte: Fonte) -> str:
    nome, tabela = f"sincronizacao_{fonte.nome}", fonte.tabela
    ligado = f"SELECT FROM sincronizacao_feed WHERE entidade = '{fonte.entidade}'"
    eventos = (
        ("inclui", "INSERT", "NEW TABLE AS depois", "depois"),
        ("muda", "UPDATE", "OLD TABLE AS antes NEW TABLE AS depois", _mudadas(fonte)),
        ("exclui", "DELETE", "OLD TABLE AS antes", "antes"),
    )
    return "".join(
        _gatilho(f"{nome}_{verbo}", evento, tabela, transicao, ligado, _notar(fonte, origem))
        for verbo, evento, transicao, origem in eventos
    )


_VENDAS = (
    ("turno", "hiperpdv_turno", 1, "OLD.* IS DISTINCT FROM NEW.*"),
    (
        "operacao", "hiperpdv_operacao_pdv", 2,
        "OLD.hash_conteudo IS DISTINCT FROM NEW.hash_conteudo OR OLD.cancelado IS DISTINCT FROM NEW.cancelado",
    ),
    ("nota", "hiperpdv_nota_fiscal", 3, "OLD.hash_conteudo IS DISTINCT FROM NEW.hash_conteudo"),
)  # fmt: skip


def _da_venda(nome: str, tabela: str, tipo: int, condicao: str) -> str:
    """A note per package that comes in; of a change, one per row: there are few. Marks of the drain note nothing."""
    notar = "INSERT INTO sincronizacao_venda (ponto_venda_id, instalacao, tipo, linhas)"
    nome, ligado = f"sincronizacao_venda_{nome}", "SELECT FROM sincronizacao_envio"
    incluir = _gatilho(
        f"{nome}_inclui", "INSERT", tabela, "NEW TABLE AS depois", ligado,
        f"{notar} SELECT ponto_venda_id, instalacao, {tipo}, array_agg(id ORDER BY id) FROM depois GROUP BY 1, 2;",
    )  # fmt: skip
    return f"""{incluir}
CREATE FUNCTION {nome}_muda() RETURNS trigger LANGUAGE plpgsql AS $corpo$
BEGIN
    IF EXISTS ({ligado}) THEN
        {notar} VALUES (NEW.ponto_venda_id, NEW.instalacao, {tipo}, ARRAY[NEW.id]);
    END IF;
    RETURN NULL;
END $corpo$;
CREATE TRIGGER {nome}_muda AFTER UPDATE ON "{tabela}"
FOR EACH ROW WHEN ({condicao}) EXECUTE FUNCTION {nome}_muda();"""


def _funcoes() -> list[str]:
    das_fontes = [f"sincronizacao_{f.nome}_{evento}" for f in _FONTES for evento in ("inclui", "muda", "exclui")]
    return das_fontes + [f"sincronizacao_venda_{v[0]}_{evento}" for v in _VENDAS for evento in ("inclui", "muda")]


class Migration(migrations.Migration):
    dependencies = [
        ("sincronizacao", "0001_inicial"),
        ("cadastros", "0006_feriado_municipal"),
        ("clientes", "0006_etiquetas"),
        ("colaboradores", "0004_ausencias_do_dia"),
        ("replicacao", "0008_versoes_da_nota"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE sincronizacao_ordem AS bigint", "DROP SEQUENCE sincronizacao_ordem"
        ),
        migrations.RunSQL(
            "".join([*map(_da_fonte, _FONTES), *(_da_venda(*venda) for venda in _VENDAS)]),
            "; ".join(f"DROP FUNCTION {nome}() CASCADE" for nome in _funcoes()),  # the triggers go with them
        ),
    ]
