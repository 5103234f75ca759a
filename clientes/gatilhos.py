"""What notes every changed customer in `clientes_pendentes`, inside the writer's own transaction, whoever writes.

Statement triggers with transition tables: one INSERT per statement, however many customers it changes; COPY and bulk
inserts too. There is no unique constraint on the notes, so writers never wait for each other.
"""

import pgtrigger

_TABELA = "clientes_pendentes"

# Those that the message carries (`clientes.monitor.conteudo`), but DATA_PARA_TRANSFERENCIA: by itself it is no change.
COLUNAS_QUE_CONTAM = (
    "CLIENTE_VAREJO", "CPF_CGC", "RG_IE", "ENDERECO", "TIPO_LOGRADOURO", "NUMERO", "COMPLEMENTO", "BAIRRO", "CIDADE",
    "UF", "CEP", "PAIS", "TELEFONE", "DDD", "CELULAR", "DDD_CELULAR", "EMAIL", "SEXO", "STATUS", "ANIVERSARIO",
    "CADASTRAMENTO", "FILIAL", "TIPO_VAREJO", "ESTRANGEIRO", "PF_PJ",
)  # fmt: skip


def _colunas(apelido: str) -> str:
    return ", ".join(f'{apelido}."{coluna}"' for coluna in COLUNAS_QUE_CONTAM)


def _transicao(**tabelas: str) -> pgtrigger.Referencing:
    return pgtrigger.Referencing(**tabelas)  # type: ignore[no-untyped-call]  # the library leaves this one untyped


def notar_mudancas() -> list[pgtrigger.Trigger]:
    """The triggers of CLIENTES_VAREJO: every customer inserted, and those whose message would be another."""
    incluir = f'INSERT INTO {_TABELA} (codigo_cliente) SELECT "CODIGO_CLIENTE" FROM depois'
    return [
        pgtrigger.Trigger(
            name="cliente_notar_inclusao",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=_transicao(new="depois"),
            func=f"{incluir}; RETURN NULL;",
        ),
        pgtrigger.Trigger(
            name="cliente_notar_mudanca",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=_transicao(old="antes", new="depois"),
            func=f"""
                {incluir} LEFT JOIN antes USING ("CODIGO_CLIENTE")
                WHERE antes."CODIGO_CLIENTE" IS NULL
                   OR ({_colunas("depois")}) IS DISTINCT FROM ({_colunas("antes")});
                RETURN NULL;
            """,
        ),
    ]


def volta_a_ser_pessoa() -> pgtrigger.Trigger:
    """A row that was anonymised and is written with somebody's data again is a new relation: it is marked no more."""
    return pgtrigger.Trigger(
        name="cliente_volta_a_ser_pessoa",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            'OLD."ANONIMIZADO_EM" IS NOT NULL AND NEW."ANONIMIZADO_EM" IS NOT NULL AND NEW."CLIENTE_VAREJO" IS DISTINCT'
            ' FROM OLD."CLIENTE_VAREJO"'
        ),
        func='NEW."ANONIMIZADO_EM" = NULL; RETURN NEW;',
    )
