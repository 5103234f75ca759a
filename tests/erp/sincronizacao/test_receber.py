"""Pages into this side: what each entity does with what comes, what waits for a person, and what that person decides."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User

from auditoria.models import Evento
from clientes.models import Cliente
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.models import CondicaoFinalizador, Conta, Filial, Finalizador, Produto
from erp.colaboradores.models import Colaborador
from erp.sincronizacao import services
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.fio import Pagina, Registro
from erp.sincronizacao.models import Conflito, CursorEntidade
from erp.sincronizacao.services.aplicacao import Resumo
from erp.sincronizacao.services.recepcao import cursor_de, receber, retomar_retidos

pytestmark = pytest.mark.django_db
ABERTOS = Conflito.objects.filter(situacao=Conflito.Situacao.ABERTO)
_versoes = count(1)
CLIENTE = {
    "cliente_varejo": "ANA", "filial": "CENTRO", "pf_pj": 1, "estrangeiro": 0, "rg_ie": "", "cpf_cgc": "",
    "tipo_logradouro": "", "endereco": "", "numero": "", "complemento": "", "bairro": "", "cidade": "", "uf": "MG",
    "cep": None, "pais": "BRASIL", "ddd": "", "telefone": "", "ddd_celular": "", "celular": "", "email": "", "sexo": "",
    "status": 1, "aniversario": None, "obs": "", "tipo_varejo_id": "CLIENTE VAREJO",
}  # fmt: skip
COLABORADOR = {
    "nome": "BIA", "cpf": "52998224725", "pis": "", "filial": 1, "municipio": "3106200", "cargo": "CAIXA",
    "admissao": "2026-01-02", "desligamento": None, "controla_ponto": True,
}  # fmt: skip
PRODUTO = {
    "descricao": "Café", "codigo_barras": "", "unidade": "UN", "ncm": "", "controla_estoque": True, "ativo": True,
}  # fmt: skip


def vir(entidade: str, **registros: Any) -> Resumo:
    """A page from where the cursor is; `None` is a deletion. Keys that are numbers come as `n10`."""
    cursor = cursor_de(entidade)
    feitos = [
        Registro(
            chave=chave.removeprefix("n"), versao=f"{next(_versoes)}.1", em=datetime(2026, 7, 1, tzinfo=UTC),
            apagado=dados is None, dados=msgspec.Raw(msgspec.json.encode(dados)),
        )
        for chave, dados in registros.items()
    ]  # fmt: skip
    desde = cursor.posicao or "0.0"
    ate = feitos[-1].versao if feitos else desde
    pagina = Pagina(entidade=entidade, epoca="1.1.1", desde=desde, ate=ate, ha_mais=False, registros=feitos)
    resumo = receber(pagina, pedida=cursor, confirmar=lambda: None)
    assert resumo is not None
    return resumo


def cliente(**campos: Any) -> dict[str, Any]:
    return CLIENTE | campos


@pytest.fixture
def ana(db: None) -> User:
    return User.objects.create_user("ana")


def test_cliente_que_cada_lado_mudou_num_campo_fica_com_os_dois(db: None) -> None:
    vir("clientes", n1=cliente())
    Cliente.objects.update(email="daqui@x.com")
    vir("clientes", n1=cliente(celular="999990000"))
    gravado = Cliente.objects.get()
    assert (gravado.email, gravado.celular) == ("daqui@x.com", "999990000")
    assert not Conflito.objects.exists()


def test_cliente_que_os_dois_mudaram_espera_alguem_que_fica_com_o_de_la(ana: User) -> None:
    vir("clientes", n1=cliente(email="a@x.com"))
    Cliente.objects.update(email="daqui@x.com")
    vir("clientes", n1=cliente(email="la@x.com", numero="10"))
    conflito = ABERTOS.get()
    assert (conflito.tipo, conflito.campos) == ("decidir", ["email"])
    assert (Cliente.objects.get().email, Cliente.objects.get().numero) == ("daqui@x.com", "10")

    services.resolver(conflito_id=conflito.pk, vale_o_de_la=True, usuario=ana, motivo="confirmado por telefone")
    assert Cliente.objects.get().email == "la@x.com"
    assert Evento.objects.filter(acao="sincronizacao.conflito_resolvido", objeto_id=str(conflito.pk)).exists()
    with pytest.raises(ErroDefinitivo, match="já foi resolvido"):
        services.resolver(conflito_id=conflito.pk, vale_o_de_la=False, usuario=ana, motivo="de novo")
    vir("clientes", n1=cliente(email="mais_nova@x.com"))
    assert Cliente.objects.get().email == "mais_nova@x.com"  # agreed upon: from here on it is an edit of one side


def test_quem_fica_com_o_daqui_so_ouve_de_novo_quando_o_erp_mudar(ana: User) -> None:
    vir("clientes", n1=cliente(email="a@x.com"))
    Cliente.objects.update(email="daqui@x.com")
    vir("clientes", n1=cliente(email="la@x.com"))
    services.resolver(conflito_id=ABERTOS.get().pk, vale_o_de_la=False, usuario=ana, motivo="o daqui é o certo")
    vir("clientes", n1=cliente(email="la@x.com", numero="7"))
    assert (Cliente.objects.get().email, ABERTOS.count()) == ("daqui@x.com", 0)
    vir("clientes", n1=cliente(email="outra@x.com", numero="7"))
    assert ABERTOS.get().campos == ["email"]


def test_cpf_que_aqui_e_de_outro_cliente_fica_retido_ate_alguem_acertar(db: None) -> None:
    Cliente.objects.create(codigo_cliente="9", cliente_varejo="OUTRA", filial="CENTRO", cpf_cgc="52998224725")
    assert vir("clientes", n1=cliente(cpf_cgc="529.982.247-25")).retidos == 1
    assert ABERTOS.get().tipo == "referencia" and not Cliente.objects.filter(pk="1").exists()
    Cliente.objects.filter(pk="9").update(cpf_cgc="")
    assert retomar_retidos(ENTIDADES["clientes"], confirmar=lambda: None).incluidos == 1
    assert Cliente.objects.get(pk="1").documento_valido
    assert not ABERTOS.exists()


def test_retido_que_nao_muda_nao_faz_um_conflito_por_rodada(db: None) -> None:
    vir("precos", n10={"preco": "1.00"})
    antes = ABERTOS.get().pk
    retomar_retidos(ENTIDADES["precos"], confirmar=lambda: None)
    assert (ABERTOS.get().pk, Conflito.objects.count()) == (antes, 1)


def test_cliente_apagado_la_fica_inativo_aqui(db: None) -> None:
    vir("clientes", n1=cliente())
    assert vir("clientes", n1=None).inativados == 1
    assert Cliente.objects.get().status == 0
    assert vir("clientes", n2=None).inativados == 0  # who was never here


def test_colaborador_sem_a_filial_espera_e_o_apagado_la_e_de_uma_pessoa(ana: User) -> None:
    vir("colaboradores", n7=COLABORADOR)
    assert ABERTOS.get().mensagem == "Falta a filial 1."
    Filial.objects.create(codigo=1, nome="CENTRO")
    retomar_retidos(ENTIDADES["colaboradores"], confirmar=lambda: None)
    Colaborador.objects.update(endereco="RUA A, 1")
    vir("colaboradores", n7=COLABORADOR | {"cargo": "GERENTE"})
    gravado = Colaborador.objects.get(matricula="7")
    assert (gravado.cargo, gravado.endereco, gravado.admissao) == ("GERENTE", "RUA A, 1", date(2026, 1, 2))
    vir("colaboradores", n7=None)
    apagado = ABERTOS.get()
    assert apagado.tipo == "apagado" and Colaborador.objects.get().desligamento is None
    with pytest.raises(ErroDefinitivo):
        services.resolver(conflito_id=apagado.pk, vale_o_de_la=True, usuario=ana, motivo="sem o que gravar")
    services.resolver(conflito_id=apagado.pk, vale_o_de_la=False, usuario=ana, motivo="já acertado")
    assert not ABERTOS.exists()


def test_finalizador_traz_as_condicoes_e_a_conta_daqui_fica(db: None) -> None:
    condicao = {
        "vigente_desde": "2026-01-01", "adquirente": "REDE", "dias_primeira": 30, "dias_intervalo": 30,
        "taxa_percentual": "2.5000",
    }  # fmt: skip
    cartao = {"nome": "CARTÃO", "especie": "cartao", "ativo": True, "condicoes": [condicao]}
    vir("finalizadores", n3=cartao)
    conta = Conta.objects.create(codigo="BANCO", nome="Banco", tipo=Conta.Tipo.BANCO)
    CondicaoFinalizador.objects.update(conta=conta)
    vir("finalizadores", n3=cartao | {"condicoes": [condicao | {"taxa_percentual": "3.0000"}]})
    gravada = CondicaoFinalizador.objects.get()
    assert (gravada.taxa_percentual, gravada.conta) == (Decimal("3.0000"), conta)
    vir("finalizadores", n3=cartao | {"condicoes": []})
    assert Finalizador.objects.get().condicoes.count() == 0


@pytest.mark.parametrize(
    ("entidade", "chave", "dados"),
    [
        ("produtos", "nABC", PRODUTO),
        ("produtos", "n010", PRODUTO),
        ("produtos", "n99999999999999999999", PRODUTO),
        ("produtos", "n1", PRODUTO | {"descricao": "x" * 121}),
        ("produtos", "n1", PRODUTO | {"descricao": "a\0b"}),
        ("produtos", "n1", {}),
        ("precos", "n1", {"preco": "NaN"}),
        ("precos", "n1", {"preco": "1.001"}),
        ("clientes", "n1", CLIENTE | {"pf_pj": 2}),
        ("clientes", "n 1", CLIENTE),
        ("filiais", "n1", {"nome": "", "cnpj": "", "uf": "", "ativa": True}),
        ("finalizadores", "n1", {"nome": "X", "especie": "fiado", "ativo": True, "condicoes": []}),
        ("colaboradores", "n1", COLABORADOR | {"cpf": "<script>"}),
    ],
)
def test_o_que_nao_e_o_que_devia_ser_fica_retido_e_o_cursor_anda(entidade: str, chave: str, dados: Any) -> None:
    assert vir(entidade, **{chave: dados}).retidos == 1
    assert ABERTOS.get().tipo == "recusado"
    assert CursorEntidade.objects.get(pk=entidade).posicao


def test_nome_que_outra_filial_daqui_tem_retem_so_aquela(db: None) -> None:
    Filial.objects.create(codigo=9, nome="CENTRO")
    filial = {"nome": "CENTRO", "cnpj": "", "uf": "MG", "ativa": True}
    feito = vir("filiais", n1=filial, n2=filial | {"nome": "SUL"}, n3=filial | {"nome": "NORTE"})
    assert (feito.incluidos, feito.retidos) == (2, 1)
    assert "outra filial daqui tem este nome" in ABERTOS.get().mensagem


def test_refazer_le_do_comeco_e_o_que_nao_veio_sai_de_uso(ana: User) -> None:
    vir("produtos", n1=PRODUTO, n2=PRODUTO)
    services.refazer(entidade="produtos", usuario=ana, motivo="conferência do mês")
    services.refazer(entidade="produtos", usuario=ana, motivo="conferência do mês")  # a second click
    cursor = CursorEntidade.objects.get()
    assert (cursor.posicao, cursor.passada) == ("", 2)
    vir("produtos", n1=PRODUTO)
    assert dict(Produto.objects.values_list("codigo", "ativo")) == {1: True, 2: False}
    assert CursorEntidade.objects.get().completa
    with pytest.raises(ErroDefinitivo, match="nenhuma vez"):
        services.refazer(entidade="filiais", usuario=ana, motivo="nunca foi lida")


def test_muitas_exclusoes_de_uma_vez_esperam_alguem(ana: User) -> None:
    """The address became that of an empty instance: nothing may go out of use by itself."""
    vir("produtos", **{f"n{n}": PRODUTO for n in range(1, 151)})
    services.refazer(entidade="produtos", usuario=ana, motivo="troca de servidor")
    vir("produtos", n1=PRODUTO)
    cursor = CursorEntidade.objects.get()
    assert (cursor.exclusoes_a_confirmar, cursor.completa, Produto.objects.filter(ativo=False).count()) == (
        149,
        False,
        0,
    )
    assert services.aceitar_exclusoes(entidade="produtos", usuario=ana, motivo="conferido") == 149
    vir("produtos")
    assert (CursorEntidade.objects.get().completa, Produto.objects.filter(ativo=True).count()) == (True, 1)
    with pytest.raises(ErroDefinitivo, match="Não há exclusões"):
        services.aceitar_exclusoes(entidade="produtos", usuario=ana, motivo="de novo")
