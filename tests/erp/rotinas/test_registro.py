import pytest

from erp.rotinas import registro
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.registro import RotinaDesconhecida, rotina


def uma():
    """Faz uma coisa."""


def outra(contexto):
    """Faz outra."""


def test_declarar_guarda_tudo_o_que_se_sabe_dela():
    assert rotina("Assunto/Acao", diaria("21:00"), "Faz uma coisa")(uma) is uma
    declarada = registro.obter("Assunto/Acao")
    assert (declarada.titulo, declarada.descricao, declarada.agenda) == (
        "Faz uma coisa", "Faz uma coisa.", diaria("21:00"),
    )  # fmt: skip
    assert not declarada.recebe_contexto and declarada.guardar_vazias
    rotina("Assunto/Outra", cada(minutos=8), "Outra")(outra)
    assert registro.obter("Assunto/Outra").recebe_contexto


def test_o_caminho_vale_em_qualquer_caixa():
    rotina("Vendas/SincronizarVendas", cada(minutos=20), "Vendas")(uma)
    assert registro.obter("vendas/SINCRONIZARVENDAS").caminho == "Vendas/SincronizarVendas"


def test_dois_donos_do_mesmo_caminho_e_erro_e_recarregar_o_mesmo_nao():
    rotina("Assunto/Acao", cada(minutos=8), "A")(uma)
    rotina("Assunto/Acao", cada(minutos=8), "A")(uma)
    with pytest.raises(ValueError, match="pede o mesmo caminho"):
        rotina("assunto/acao", cada(minutos=8), "B")(outra)


@pytest.mark.parametrize("caminho", ["", "SemBarra", "a/b/c", "/a", "a/", "a b/c", "ação/fazer", "a/1"])
def test_caminho_malformado_e_recusado(caminho):
    with pytest.raises(ValueError, match="esperado Assunto/Acao"):
        rotina(caminho, cada(minutos=8), "A")(uma)


def test_rotina_que_nao_ha():
    with pytest.raises(RotinaDesconhecida, match="Recebido: 'x/y'"):
        registro.obter("x/y")


def test_as_internas_estao_declaradas():
    caminhos = {r.caminho for r in registro.todas()}
    assert {"filas/limpar_mensagens", "rotinas/executar_pendentes", "rotinas/esquecer_execucoes"} <= caminhos
