"""The customer register, with the tables and columns of the specification (spec/004).

The search columns are computed by the database, so that they are right whoever writes the row; what needs check
digits (`documento_valido`) is written by the services. Nobody is deleted: STATUS takes a customer out of use.
"""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models.functions import Now, Trim, Upper

from clientes.gatilhos import notar_mudancas, volta_a_ser_pessoa
from clientes.rules import CODIGO_MAXIMO, OBS_MAXIMO, PREFIXO_OBS, TIPO_PADRAO, telefone_procurado
from erp.cadastros.documentos import limpar
from erp.cadastros.textos import PalavrasSql, palavras

if TYPE_CHECKING:
    CampoTexto = models.CharField[Any, str]
else:
    CampoTexto = models.CharField


class LimparSql(models.Func):
    """`erp.cadastros.documentos.limpar` of a column, for a generated one: letters and digits only, upper case."""

    function = "regexp_replace"
    template = "%(function)s(%(expressions)s, '[^0-9A-Z]', '', 'g')"

    def __init__(self, campo: str, **extra: Any) -> None:
        super().__init__(Upper(campo), **extra)


class TelefoneSql(models.Func):
    """The digits of a DDD and a number, backwards: what begins like it is a phone that ends like what was asked.

    So one index serves the number with its DDD, the number alone, and its ending. The zero before the DDD is left out.
    """

    function = None
    arg_joiner = " || "
    template = "reverse(ltrim(regexp_replace(%(expressions)s, '[^0-9]', '', 'g'), '0'))"
    output_field = models.TextField()


# The columns of each phone; the search asks with the very expression of the index.
TELEFONES = {"telefone": TelefoneSql("ddd", "telefone"), "celular": TelefoneSql("ddd_celular", "celular")}


class CampoChave(CampoTexto):
    """Text that is looked up whole: Django would give a `varchar` key a second index, for LIKE, that nobody uses."""

    def db_type(self, connection: Any) -> str:
        return f"character varying({self.max_length})"


class TipoVarejo(models.Model):
    """A kind of customer; one that is not here becomes `CLIENTE VAREJO` (§3.2), which a migration puts in."""

    tipo_varejo = CampoChave("tipo", db_column="TIPO_VAREJO", max_length=25, primary_key=True)

    class Meta:
        db_table = "CLIENTE_VAR_TIPOS"
        verbose_name = "tipo de cliente"
        verbose_name_plural = "tipos de cliente"
        ordering = ["tipo_varejo"]

    def __str__(self) -> str:
        return self.tipo_varejo


class ClienteQuerySet(models.QuerySet["Cliente"]):
    def buscar(self, texto: str, *, finais: bool = False) -> "ClienteQuerySet":
        """By the whole code, document, RG or phone, however it is punctuated, or by words that begin words of the name.

        Each alternative has its index. A number is never found by a part of it, for whoever may not read it must not
        be able to guess one digit at a time; `finais` lets who may find a phone by its last digits.
        """
        limpo = limpar(texto)
        alternativas = models.Q(codigo_cliente=texto.strip())
        achados: ClienteQuerySet = self
        if limpo:
            alternativas |= models.Q(codigo_cliente=limpo) | models.Q(documento=limpo)
            achados = achados.alias(rg_limpo=LimparSql("rg_ie"))
            alternativas |= models.Q(rg_limpo=limpo) & ~models.Q(rg_ie="")
        if numero := telefone_procurado(texto, finais=finais):
            achados = achados.alias(**{f"{campo}_invertido": sql for campo, sql in TELEFONES.items()})
            for campo in TELEFONES:
                alternativas |= _do_telefone(campo, numero, finais)
        if consulta := " & ".join(f"{palavra}:*" for palavra in palavras(texto)):
            achados = achados.alias(vetor=SearchVector("busca", config="simple"))
            alternativas |= models.Q(vetor=SearchQuery(consulta, config="simple", search_type="raw"))
        return achados.filter(alternativas)


def _do_telefone(campo: str, numero: str, finais: bool) -> models.Q:
    """Whole, with its DDD or without it; with `finais`, whatever ends like it."""
    invertido = numero[::-1]
    achado = models.Q(**{f"{campo}_invertido__startswith": invertido}) & ~models.Q(**{campo: ""})
    if finais:
        return achado
    sem_ddd = models.Q(**{f"{campo}__regex": "^[^0-9]*" + "[^0-9]*".join(numero) + "[^0-9]*$"})
    return achado & (models.Q(**{f"{campo}_invertido": invertido}) | sem_ddd)


def _texto(rotulo: str, coluna: str, tamanho: int, **opcoes: Any) -> CampoTexto:
    """An optional text: empty, never null, also for whoever writes the row by SQL and leaves the column out."""
    return models.CharField(
        rotulo, db_column=coluna, max_length=tamanho, **{"blank": True, "default": "", "db_default": "", **opcoes}
    )


class Cliente(models.Model):
    """A customer. `codigo_cliente` is what titles and the external platform know it by, and never changes.

    The register is the company's, not a filial's: FILIAL says where the customer was registered.
    """

    class Pessoa(models.IntegerChoices):
        FISICA = 1, "Física"
        JURIDICA = 0, "Jurídica"

    class Origem(models.IntegerChoices):
        NACIONAL = 0, "Nacional"
        ESTRANGEIRO = 1, "Estrangeiro"

    class Status(models.IntegerChoices):
        ATIVO = 1, "Ativo"
        INATIVO = 0, "Inativo"

    codigo_cliente = CampoChave("código", db_column="CODIGO_CLIENTE", max_length=CODIGO_MAXIMO, primary_key=True)
    cliente_varejo = models.CharField("nome", db_column="CLIENTE_VAREJO", max_length=40)
    # wider than the 25 of the input: a number sent becomes the filial's name
    filial = models.CharField("filial", db_column="FILIAL", max_length=60)
    pf_pj = models.SmallIntegerField(
        "pessoa", db_column="PF_PJ", choices=Pessoa.choices, default=Pessoa.FISICA, db_default=Pessoa.FISICA
    )
    estrangeiro = models.SmallIntegerField(
        "origem", db_column="ESTRANGEIRO", choices=Origem.choices, default=Origem.NACIONAL, db_default=Origem.NACIONAL
    )
    rg_ie = _texto("RG ou inscrição estadual", "RG_IE", 19)
    cpf_cgc = _texto("CPF ou CNPJ", "CPF_CGC", 19)
    tipo_logradouro = _texto("tipo do logradouro", "TIPO_LOGRADOURO", 10, help_text="Rua, avenida, praça…")
    endereco = _texto("endereço", "ENDERECO", 90, help_text="O nome da via, sem o tipo.")
    numero = _texto("número", "NUMERO", 10)
    complemento = _texto("complemento", "COMPLEMENTO", 20)
    bairro = _texto("bairro", "BAIRRO", 35)
    cidade = _texto("cidade", "CIDADE", 35)
    uf = _texto("UF", "UF", 2, help_text="EX para quem mora no exterior.")
    cep = models.CharField("CEP", db_column="CEP", max_length=9, blank=True, null=True)  # §3.5 says NULL
    pais = _texto("país", "PAIS", 40)
    ddd = _texto("DDD", "DDD", 4)
    telefone = _texto("telefone", "TELEFONE", 10, help_text="Sem o DDD.")
    ddd_celular = _texto("DDD do celular", "DDD_CELULAR", 4)
    celular = _texto("celular", "CELULAR", 10, help_text="Sem o DDD.")
    email = _texto("e-mail", "EMAIL", 100)
    sexo = _texto("sexo", "SEXO", 1)
    status = models.SmallIntegerField(
        "status", db_column="STATUS", choices=Status.choices, default=Status.ATIVO, db_default=Status.ATIVO
    )
    aniversario = models.DateField("nascimento", db_column="ANIVERSARIO", null=True, blank=True)
    obs = _texto("observações", "OBS", len(PREFIXO_OBS) + OBS_MAXIMO)
    tipo_varejo = models.ForeignKey(
        TipoVarejo, models.PROTECT, verbose_name="tipo de cliente", db_column="TIPO_VAREJO", related_name="+",
        default=TIPO_PADRAO, db_default=TIPO_PADRAO, db_index=False,
    )  # fmt: skip
    cadastramento = models.DateTimeField("cadastrado em", db_column="CADASTRAMENTO", db_default=Now(), editable=False)
    data_para_transferencia = models.DateTimeField(
        "última mudança", db_column="DATA_PARA_TRANSFERENCIA", db_default=Now(), editable=False
    )

    # the row says nothing of anybody any more; whoever writes of a person here again clears it (`clientes.gatilhos`)
    anonimizado_em = models.DateTimeField("anonimizado em", db_column="ANONIMIZADO_EM", null=True, editable=False)

    documento = models.GeneratedField(
        expression=LimparSql("cpf_cgc"), output_field=CampoChave(max_length=19), db_persist=True
    )
    busca = models.GeneratedField(
        expression=PalavrasSql("cliente_varejo"), output_field=models.TextField(), db_persist=True
    )
    documento_valido = models.BooleanField("documento confere", null=True, editable=False)

    objects = ClienteQuerySet.as_manager()

    class Meta:
        db_table = "CLIENTES_VAREJO"
        verbose_name = "cliente"
        ordering = ["codigo_cliente"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(codigo_cliente=Trim("codigo_cliente")) & ~models.Q(codigo_cliente=""),
                name="cliente_codigo_aparado",
                violation_error_message="O código não pode ser vazio nem ter espaços nas pontas.",
            ),
        ]
        indexes = [
            # the lookup of a national by CPF_CGC (§3.8), newest first, and the search box
            models.Index("documento", models.F("cadastramento").desc(), name="cliente_documento"),
            # the search box: words of the name
            GinIndex(SearchVector("busca", config="simple"), name="cliente_busca"),
            # the search box: phones, by their ending; and the RG
            *(
                models.Index(
                    OpClass(sql, name="text_pattern_ops"), name=f"cliente_{campo}", condition=~models.Q(**{campo: ""})
                )
                for campo, sql in TELEFONES.items()
            ),
            models.Index(LimparSql("rg_ie"), name="cliente_rg", condition=~models.Q(rg_ie="")),
            # the list of one filial, and the names of filiais that are in use
            models.Index(fields=["filial", "codigo_cliente"], name="cliente_filial"),
            # the list of those whose document does not check, and of those out of use: few among many
            models.Index(
                fields=["codigo_cliente"], name="cliente_doc_errado", condition=models.Q(documento_valido=False)
            ),
            models.Index(fields=["codigo_cliente"], name="cliente_inativo", condition=~models.Q(status=1)),
            # "reenviar desde": a BRIN, which leaves updates as cheap as they are (HOT); times only go forward
            BrinIndex(
                fields=["data_para_transferencia"], name="cliente_mudanca", pages_per_range=16, autosummarize=True
            ),
        ]
        triggers = [*notar_mudancas(), volta_a_ser_pessoa()]

    def __str__(self) -> str:
        return self.cliente_varejo


# What people and integrations write: all but the key, the dates and what is computed.
CAMPOS: tuple[str, ...] = tuple(
    campo.attname
    for campo in Cliente._meta.concrete_fields
    if campo.editable and not campo.primary_key and not campo.generated
)

# Field -> how many letters fit in it.
TAMANHOS: dict[str, int] = {
    campo.attname: campo.max_length for campo in Cliente._meta.concrete_fields if campo.max_length is not None
}
