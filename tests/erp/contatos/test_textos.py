"""Templates: filled in, never executed; every error said at once, with the way out."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from erp.contatos import enderecos
from erp.contatos.models import ModeloMensagem
from erp.contatos.registro import Modelo, modelos, registrar_modelo
from erp.contatos.textos import (
    CampoAusente,
    campos_usados,
    em_html,
    erros_do_modelo,
    erros_na_meta,
    preencher,
)

DADOS = {"nome": "Ana", "valor": "10,00", "codigo": "{{nome}}"}


@pytest.mark.parametrize(
    ("corpo", "fica"),
    [
        ("Olá, {{nome}}!", "Olá, Ana!"),
        ("Olá, {{ nome }}!", "Olá, Ana!"),
        ("{{nome}}{{nome}}", "AnaAna"),
        ("{{codigo}}", "{{nome}}"),  # a value is never read again
        ("a\r\nb\rc", "a\nb\nc"),
        ("{{valor}} reais\x00", "10,00 reais"),
        ("R$ {{valor}} {nome} $nome %(nome)s", "R$ 10,00 {nome} $nome %(nome)s"),
    ],
)
def test_so_os_campos_entre_chaves_duplas_sao_trocados(corpo: str, fica: str) -> None:
    assert preencher("", corpo, DADOS).texto == fica


def test_campo_que_nao_veio_e_dito() -> None:
    with pytest.raises(CampoAusente) as falta:
        preencher("", "{{telefone}}", DADOS)
    assert falta.value.campo == "telefone"


@pytest.mark.parametrize("quebra", ["\n", "\r\n", "\r", "\u2028", "\u0085", "\x0b", "\t"])
def test_assunto_fica_em_uma_linha_so(quebra: str) -> None:
    assert preencher("Oi {{nome}}", "", {"nome": f"Ana{quebra}Bcc: x@y.com"}).assunto == "Oi Ana Bcc: x@y.com"


def test_assunto_longo_e_cortado() -> None:
    assert len(preencher("{{nome}}", "", {"nome": "x " * 500}).assunto) <= 200


def test_html_escapa_tudo_e_respeita_os_paragrafos() -> None:
    html = em_html('Olá <b>Ana</b>\n\nVeja https://exemplo.com.br/?a=1&b="2\n2ª linha')
    assert html.startswith('<p>Olá &lt;b&gt;Ana&lt;/b&gt;</p><p>Veja <a href="https://exemplo.com.br/?a=1')
    assert html.endswith("<br>2ª linha</p>")
    assert '"2' not in html.split("href=")[1].split(">")[1]


@pytest.mark.parametrize("mau", ["javascript:alert(1)", "<img src=x onerror=alert(1)>", 'https://x.com"onclick="a'])
def test_html_nao_deixa_entrar_codigo(mau: str) -> None:
    html = em_html(mau)
    assert 'javascript:alert(1)"' not in html and "<img" not in html and 'onclick="' not in html


@pytest.fixture
def declarado() -> None:
    registrar_modelo(Modelo("provas", "Provas", "", {"vencimento": "o dia"}, {"vencimento": "10/12/2026"}, "a", "b"))


def test_erros_do_modelo_vem_todos_juntos_cada_um_no_seu_campo(declarado: None) -> None:
    erros = erros_do_modelo("provas", "Vence {{vencimeto}}\nlinha", "Olá {{nome}} {{cpf}} {{ {% if x %}")

    assert erros["assunto"] == [
        "O assunto é de uma linha só.",
        "O campo {{vencimeto}} não existe neste modelo. Você quis dizer {{vencimento}}? Os que existem: {{nome}}, "
        "{{primeiro_nome}}, {{empresa}}, {{vencimento}}.",
    ]
    assert erros["corpo"][0].startswith("O campo {{cpf}} não existe neste modelo. Os que existem: {{nome}}")
    assert erros["corpo"][1].startswith("Há {{ sem par")
    assert erros_do_modelo("provas", "Vence {{ vencimento }}", "Olá, {{primeiro_nome}}, da {{empresa}}.") == {}


def test_o_formulario_recusa_o_modelo_errado(declarado: None) -> None:
    modelo = ModeloMensagem(codigo="provas", assunto="{{x}}", corpo="{{y}}")
    with pytest.raises(ValidationError) as erro:
        modelo.full_clean(validate_unique=False, validate_constraints=False)
    assert set(erro.value.message_dict) == {"assunto", "corpo"}


def test_modelo_declarado_com_campo_sem_exemplo_e_defeito() -> None:
    with pytest.raises(ValueError, match="falta o exemplo de vencimento"):
        registrar_modelo(Modelo("x", "X", "", {"vencimento": "o dia"}, {}, "a", "b"))
    with pytest.raises(ValueError, match="nome já vêm de si"):
        registrar_modelo(Modelo("x", "X", "", {"nome": "n"}, {"nome": "n"}, "a", "b"))


@pytest.mark.parametrize(
    ("digitado", "endereco"),
    [
        ("ana@exemplo.com.br", "ana@exemplo.com.br"),
        ("  ANA@Exemplo.COM.br ", "ana@exemplo.com.br"),
        ("ana@exemplo.com.br; outra@exemplo.com.br", "ana@exemplo.com.br"),
        ("não tem / ana@exemplo.com.br", "ana@exemplo.com.br"),
        ("Ana <ana@exemplo.com.br>", "ana@exemplo.com.br"),
        ("ana@exemplo.com.br.", "ana@exemplo.com.br"),
        ("mailto:ana@exemplo.com.br", "ana@exemplo.com.br"),
        ("ana@exemplo", ""),
        ("ana@", ""),
        ("naotem", ""),
        ("", ""),
        ("joão@exemplo.com.br", ""),
        ("ana@exemplo.com.br\r\nBcc: todos@x.com.br", "ana@exemplo.com.br"),
        (f"{'a' * 250}@exemplo.com.br", ""),
    ],
)
def test_endereco_e_o_primeiro_que_serve(digitado: str, endereco: str) -> None:
    assert enderecos.normalizar(digitado) == endereco


@pytest.mark.parametrize(
    ("inteiro", "visto"),
    [
        ("maria.silva@exemplo.com.br", "m***a@exemplo.com.br"),
        ("ana@exemplo.com.br", "a***@exemplo.com.br"),
        ("", ""),
        ("5531987654321", "***"),
    ],
)
def test_endereco_mascarado_diz_pouco(inteiro: str, visto: str) -> None:
    assert enderecos.mascarar(inteiro) == visto


def test_resposta_de_servidor_perde_os_enderecos_uma_vez_so() -> None:
    texto = enderecos.sem_enderecos("550 <maria@exemplo.com.br>: maria@exemplo.com.br nao existe")
    assert texto == "550 <m***a@exemplo.com.br>: m***a@exemplo.com.br nao existe"
    assert enderecos.sem_enderecos(texto) == texto


def test_todo_modelo_declarado_se_preenche_com_o_seu_exemplo_e_nao_sobra_chave() -> None:
    comuns = {"nome": "Maria da Silva", "primeiro_nome": "Maria", "empresa": "Funerária"}
    for modelo in modelos():
        carta = preencher(modelo.assunto, modelo.corpo, {**comuns, **modelo.exemplo})
        assert "{" not in carta.assunto + carta.texto, modelo.codigo
        assert set(modelo.campos) <= set(campos_usados(modelo.assunto, modelo.corpo)) or modelo.canal == "whatsapp"
        if modelo.canal == "whatsapp":
            assert erros_na_meta("um_nome", "pt_BR", modelo.corpo, em_uso=True) == {}, modelo.codigo
