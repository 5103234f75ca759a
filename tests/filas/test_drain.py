"""The drain engine, with a drain of its own over a table of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
from django.db import OperationalError, connection
from django.db.backends.utils import CursorWrapper

from filas.drain import (
    LOTES_POR_VEZ,
    ConflitoTransitorio,
    ErroDefinitivo,
    Resumo,
    _recolher_mortos,
    _trava,
    chave_da_trava,
    drenar,
)

pytestmark = pytest.mark.django_db(transaction=True)

PENDENTE, ERRO, ADIADA, FEITA = 1, 2, 3, 9


class DrenoDeTeste:
    """Rows named by what happens to them: 'bom', 'definitivo', 'defeito', 'banco'; two 'par' conflict with each other."""

    nome = "teste"

    def __init__(self) -> None:
        self.lotes: list[list[int]] = []
        self.conflitos = 0
        self.recusas: list[str] = []

    def particoes_pendentes(self, cursor: CursorWrapper) -> list[int]:
        cursor.execute("SELECT DISTINCT particao FROM teste_dreno WHERE situacao = 1")
        return [p for (p,) in cursor.fetchall()]

    def proximas(self, cursor: CursorWrapper, particao: int, limite: int, *, livres: bool) -> list[int]:
        trava = "FOR UPDATE SKIP LOCKED" if livres else ""
        cursor.execute(
            f"SELECT id, mortes FROM teste_dreno WHERE particao = %s AND situacao = 1 ORDER BY id LIMIT %s {trava}",
            [particao, limite],
        )
        linhas = cursor.fetchall()
        return [linhas[0][0]] if linhas and linhas[0][1] else [i for i, mortes in linhas if not mortes]

    def aplicar(self, cursor: CursorWrapper, ids: Sequence[int]) -> Resumo:
        self.lotes.append(list(ids))
        if self.conflitos:
            self.conflitos -= 1
            raise ConflitoTransitorio("de novo")
        cursor.execute("UPDATE teste_dreno SET situacao = 9 WHERE id = ANY(%s) RETURNING que", [list(ids)])
        feitas = [que for (que,) in cursor.fetchall()]
        if feitas.count("par") > 1 or "conflita" in feitas:
            raise ConflitoTransitorio("sempre")
        if "definitivo" in feitas:
            raise ErroDefinitivo("CODIGO", "mensagem")
        if "defeito" in feitas:
            raise ZeroDivisionError
        if "banco" in feitas:
            cursor.execute("INSERT INTO teste_unico VALUES (1), (1)")
        if "nulo" in feitas:
            cursor.execute("INSERT INTO teste_unico VALUES (NULL, '52998224725')")
        if "memoria" in feitas:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END $$")
        if "cai" in feitas:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return Resumo(efetuadas=len(feitas))

    def recusar(self, cursor: CursorWrapper, linha: int, erro: ErroDefinitivo) -> None:
        self.recusas.append(erro.mensagem)
        cursor.execute("UPDATE teste_dreno SET situacao = 2, codigo = %s WHERE id = %s", [erro.codigo, linha])

    def adiar(self, cursor: CursorWrapper, linha: int, erro: Exception) -> None:
        cursor.execute("UPDATE teste_dreno SET situacao = 3 WHERE id = %s", [linha])

    def contar_mortes(self, cursor: CursorWrapper, ids: Sequence[int], maximo: int) -> None:
        cursor.execute("UPDATE teste_dreno SET mortes = mortes + 1 WHERE id = ANY(%s) AND situacao = 1", [list(ids)])
        cursor.execute("UPDATE teste_dreno SET situacao = 2, codigo = 'MORTES' WHERE mortes >= %s", [maximo])

    def separar(self, cursor: CursorWrapper, ids: Sequence[int]) -> None:
        cursor.execute("UPDATE teste_dreno SET mortes = greatest(mortes, 1) WHERE id = ANY(%s)", [list(ids)])


@pytest.fixture
def dreno() -> Iterator[DrenoDeTeste]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE teste_unico (id int PRIMARY KEY, cpf text)")
        cursor.execute(
            """CREATE TABLE teste_dreno (id int PRIMARY KEY, particao int, que text, situacao int DEFAULT 1,
               mortes int DEFAULT 0, codigo text)"""
        )
    yield DrenoDeTeste()
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE teste_dreno, teste_unico")


def encher(*ques: str, particao: int = 1) -> None:
    with connection.cursor() as cursor:
        for n, que in enumerate(ques, 1):
            cursor.execute("INSERT INTO teste_dreno VALUES (%s, %s, %s)", [n + 100 * (particao - 1), particao, que])


def situacoes() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT situacao FROM teste_dreno ORDER BY id")
        return [s for (s,) in cursor.fetchall()]


def anotadas() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ids FROM filas_drenagem WHERE dreno = 'teste'")
        return [i for (ids,) in cursor.fetchall() for i in ids]


def test_lote_recusado_e_dividido_ate_o_culpado_ficar_so(dreno: DrenoDeTeste) -> None:
    encher("bom", "bom", "definitivo", "bom", "defeito", "banco", "bom", "bom")
    resumo = drenar([dreno], limite=100)
    assert situacoes() == [FEITA, FEITA, ERRO, FEITA, ADIADA, ERRO, FEITA, FEITA]
    assert (resumo.efetuadas, resumo.com_erro, resumo.adiadas) == (5, 2, 1)
    assert anotadas() == []


def test_o_que_o_banco_recusa_diz_que_foi_ele(dreno: DrenoDeTeste) -> None:
    encher("banco")
    drenar([dreno], limite=100)
    with connection.cursor() as cursor:
        cursor.execute("SELECT codigo FROM teste_dreno")
        assert cursor.fetchone() == ("RECUSADO_PELO_BANCO",)


def test_o_que_o_banco_recusa_nao_mostra_a_linha_que_tinha(dreno: DrenoDeTeste) -> None:
    encher("nulo")
    drenar([dreno], limite=100)
    [mensagem] = dreno.recusas
    assert "52998224725" not in mensagem
    assert 'null value in column "id"' in mensagem


def test_conflito_transitorio_se_repete_e_ninguem_leva_a_culpa(dreno: DrenoDeTeste) -> None:
    encher("bom", "bom")
    dreno.conflitos = 3
    assert drenar([dreno], limite=100).efetuadas == 2
    assert dreno.lotes == [[1, 2]] * 4


def test_linhas_que_conflitam_entre_si_vao_uma_a_uma_e_nao_param_a_particao(dreno: DrenoDeTeste) -> None:
    encher("par", "bom", "conflita", "par")
    drenar([dreno], limite=100)
    assert situacoes() == [PENDENTE] * 4  # held by somebody, for all that is known
    for _ in range(2):  # up to the one that conflicts alone; past it
        drenar([dreno], limite=100)
    assert situacoes() == [FEITA, FEITA, ADIADA, FEITA]


def test_particao_presa_por_outro_e_deixada_para_ele(dreno: DrenoDeTeste) -> None:
    encher("bom", particao=1)
    encher("bom", particao=2)
    outra = connection.copy()
    try:
        with outra.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", chave_da_trava("teste", 1))
            assert cursor.fetchone() == (True,)
        assert drenar([dreno], limite=100).efetuadas == 1
        assert situacoes() == [PENDENTE, FEITA]
    finally:
        outra.close()


def test_a_trava_se_solta_no_fim_e_tambem_no_erro(dreno: DrenoDeTeste) -> None:
    with pytest.raises(RuntimeError), _trava("teste", 5) as minha:
        assert minha
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 5
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
        )
        assert cursor.fetchone() == (0,)


def test_anotacao_de_quem_morreu_conta_uma_morte_e_a_linha_vai_sozinha(dreno: DrenoDeTeste) -> None:
    encher("bom", "bom", "bom")
    _anotar([1, 2])
    drenar([dreno], limite=100)
    assert dreno.lotes == [[1], [2], [3]]  # the two suspects one by one, then the rest
    assert situacoes() == [FEITA] * 3


def test_depois_de_tres_mortes_a_linha_e_um_erro(dreno: DrenoDeTeste) -> None:
    encher("bom", "bom")
    for _ in range(2):
        _anotar([1])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE teste_dreno SET mortes = mortes + 1 WHERE id = 1")
            cursor.execute("UPDATE filas_drenagem SET ids = '{}'")
    _anotar([1])
    drenar([dreno], limite=100)
    assert situacoes() == [ERRO, FEITA]


def test_o_banco_que_reinicia_quantas_vezes_for_nao_e_culpa_de_linha_nenhuma(dreno: DrenoDeTeste) -> None:
    encher("bom", "bom", "bom")
    for ids in ([1, 2], [1, 2], [1, 2], [1]):  # in hand, and the server that wrote the note is no more
        _anotar(ids)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE filas_drenagem SET iniciada_em = pg_postmaster_start_time() - interval '1 second'")
        _recolher_mortos(dreno, 1)
        assert anotadas() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, situacao, mortes FROM teste_dreno ORDER BY id")
        assert cursor.fetchall() == [(1, ADIADA, 1), (2, PENDENTE, 1), (3, PENDENTE, 0)]
    drenar([dreno], limite=100)
    assert (dreno.lotes, situacoes()) == ([[2], [3]], [ADIADA, FEITA, FEITA])


def test_linha_que_derruba_a_conexao_e_adiada_e_as_outras_seguem(dreno: DrenoDeTeste) -> None:
    encher("bom", "cai", "bom")
    for _ in range(2):  # with the others, then alone
        with pytest.raises(OperationalError):
            drenar([dreno], limite=100)
        assert anotadas() == []
    drenar([dreno], limite=100)
    assert situacoes() == [FEITA, ADIADA, FEITA]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM teste_dreno WHERE codigo = 'MORTES'")
        assert cursor.fetchone() == (0,)  # a connection lost is nobody's fault


def test_falta_de_memoria_no_banco_adia_so_a_linha(dreno: DrenoDeTeste) -> None:
    encher("bom", "memoria", "bom")
    assert drenar([dreno], limite=100).adiadas == 1
    assert situacoes() == [FEITA, ADIADA, FEITA]


def test_as_particoes_se_revezam(dreno: DrenoDeTeste) -> None:
    for particao in (1, 2):
        encher(*["bom"] * 30, particao=particao)
    drenar([dreno], limite=1)
    donas = [1 if ids[0] <= 100 else 2 for ids in dreno.lotes]
    seguidas = max(len(list(vez)) for _, vez in itertools.groupby(donas))
    assert seguidas <= 2 * LOTES_POR_VEZ  # the end of one turn and the start of the next


def test_linhas_presas_por_outra_transacao_nao_fazem_girar_em_falso(dreno: DrenoDeTeste) -> None:
    encher("bom")
    dreno.aplicar = lambda cursor, ids: Resumo()  # type: ignore[method-assign]  # everything locked by somebody else
    assert drenar([dreno], limite=100).total == 0


def _anotar(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO filas_drenagem (dreno, particao, ids, iniciada_em) VALUES ('teste', 1, %s, now())
               ON CONFLICT (dreno, particao) DO UPDATE SET ids = excluded.ids""",
            [ids],
        )
