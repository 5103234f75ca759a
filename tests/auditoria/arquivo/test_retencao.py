"""Old partitions leave PostgreSQL, only once the archive gave back every event of them, and the trail is whole all the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from auditoria import particoes
from auditoria.arquivo.estado import permanencia
from auditoria.arquivo.remessa import remeter
from auditoria.arquivo.retencao import Retencao, reter
from auditoria.distintivo import AMBAR, VERDE, distintivo
from auditoria.models import Arquivo, Evento, Retirada, Selo
from auditoria.particoes import fronteira
from auditoria.selador import selar
from auditoria.verificacao.services import verificar
from erp.rotinas.da_auditoria import reter_eventos, verificar_trilha
from erp.rotinas.models import AlarmeRotina
from tests.auditoria.arquivo.mes_velho import ANTIGOS, INICIO, VELHA, depois, montar, retirar
from tests.auditoria.elenco import atacar, escrever_em, evento, selar_em
from tests.auditoria.test_selador import outra_conexao
from tests.ferretdb.servidor import arquivo_em

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _pastas(pastas: None) -> None:
    """Of every test here."""


def nomes() -> list[str]:
    return [p.nome for p in particoes.existentes()]


def achados() -> list[tuple[str, int | None]]:
    feita = verificar()
    assert feita.integra == (not feita.problemas)
    return [(p["codigo"], p["sequencia"]) for p in feita.problemas]


def test_a_particao_sai_inteira_os_selos_ficam_e_a_trilha_confere(trilha: Any) -> None:
    antigos = list(Evento.objects.filter(acao="teste.antigo").values_list("id", flat=True))
    assert retirar() == Retencao(retiradas=1, eventos=ANTIGOS)
    assert VELHA not in nomes() and not Evento.objects.filter(acao="teste.antigo").exists()
    assert Selo.objects.filter(evento__in=antigos).count() == ANTIGOS
    linha = Retirada.objects.get()
    assert (linha.particao, linha.primeira, linha.ultima, linha.quantidade) == (VELHA, 1, ANTIGOS, ANTIGOS)
    conta = Evento.objects.get(pk=linha.evento)
    assert (conta.acao, conta.objeto_id, conta.depois) == ("auditoria.particao_retirada", VELHA, linha.contada())
    assert retirar() == Retencao()  # a second run
    feita = verificar()
    assert (feita.problemas, feita.completa, feita.eventos, feita.nao_lidos) == ([], True, ANTIGOS + 3, 0)
    assert (
        distintivo().cor == VERDE
        and f"antes de {particoes.seguinte(INICIO):%d/%m/%Y} estão só no arquivo" in permanencia()
    )
    assert not remeter().erro  # the event that tells of it is shipped too
    assert feita.arquivo == f"{ANTIGOS + 2} documentos do arquivo conferidos."


def test_a_pagina_mostra_o_que_saiu_e_quanto_fica(trilha: Any, client: Any) -> None:
    pessoa = User.objects.create_user("auditor", password=None, is_staff=True)
    pessoa.groups.add(Group.objects.get(name="auditor"))
    client.force_login(pessoa, backend="django.contrib.auth.backends.ModelBackend")
    assert "nada saiu dele ainda" in client.get("/admin/auditoria/retirada/").content.decode()
    retirar()
    pagina = client.get("/admin/auditoria/retirada/").content.decode()
    assert VELHA in pagina and "estão só no arquivo" in pagina
    uma = f"/admin/auditoria/retirada/{Retirada.objects.get().pk}/change/"
    assert Retirada.objects.get().soma in client.get(uma).content.decode()
    assert client.post(uma, {}).status_code == 403


def test_o_que_e_novo_fica_e_zero_dias_e_para_sempre(trilha: Any, settings: Any) -> None:
    settings.AUDITORIA_DIAS = 60
    assert retirar() == Retencao() and VELHA in nomes()
    settings.AUDITORIA_DIAS = 0
    assert reter(agora=timezone.now() + timedelta(days=5000)) == Retencao() and VELHA in nomes()
    assert permanencia() == "Nada sai do PostgreSQL."


def test_sem_arquivo_nada_sai_e_se_diz() -> None:
    with pytest.raises(CommandError, match=r"defina AUDITORIA_MONGO_URL.*sem arquivo guarda todos os eventos"):
        call_command("auditoria_reter")
    assert permanencia().startswith("Nada sai do PostgreSQL")


def _falta_selo(colecao: Any) -> None:
    escrever_em(INICIO + timedelta(days=5), 1)


def _falta_remessa(colecao: Any) -> None:
    Arquivo.objects.update(ate=ANTIGOS - 1)


def _falta_resumo(colecao: Any) -> None:
    atacar("DELETE FROM auditoria_resumo")


@pytest.mark.parametrize(
    ("faltar", "dito"),
    [
        (_falta_selo, "1 eventos dela ainda não foram selados"),
        (_falta_remessa, f"o arquivo está na sequência {ANTIGOS - 1}, e ela vai até a {ANTIGOS}"),
        (_falta_resumo, "ainda não tem resumo assinado"),
    ],
)
def test_o_que_ainda_nao_esta_pronto_espera(trilha: Any, faltar: Callable[[Any], None], dito: str) -> None:
    faltar(trilha)
    feita = retirar()
    assert (feita.retiradas, feita.problema) == (0, "") and dito in feita.adiada
    assert VELHA in nomes() and not Retirada.objects.exists()


@pytest.mark.parametrize(
    ("mexer", "dito"),
    [
        (lambda c: c.update_one({"sequencia": 4}, {"$set": {"motivo": "x"}}), "no arquivo está diferente"),
        (lambda c: c.delete_one({"sequencia": 4}), "não está no arquivo, ou não está no seu lugar"),
        (lambda c: c.update_one({"sequencia": 4}, {"$set": {"a_mais": 1}}), "no arquivo está diferente"),
        (
            lambda c: atacar(f"UPDATE auditoria_evento SET motivo = 'x' WHERE id = '{evento(4)}'"),
            "não confere com o seu selo",
        ),
        (lambda c: atacar(f"DELETE FROM auditoria_evento WHERE id = '{evento(4)}'"), "foi removido do PostgreSQL"),
        (lambda c: c.drop(), "não está no arquivo, ou não está no seu lugar"),
    ],
)
def test_uma_diferenca_qualquer_segura_a_particao_e_chama_alguem(
    trilha: Any, mexer: Callable[[Any], None], dito: str
) -> None:
    mexer(trilha)
    feita = retirar()
    assert feita.retiradas == 0 and dito in feita.problema and "sequência" in feita.problema
    assert VELHA in nomes() and not Retirada.objects.exists()


def test_a_rotina_avisa_enquanto_nao_confere_e_para_quando_confere(trilha: Any, settings: Any) -> None:
    trilha.update_one({"sequencia": 4}, {"$set": {"motivo": "x"}})
    settings.AUDITORIA_DIAS = 0
    assert reter_eventos() == {"particoes": 0, "eventos": 0, "adiadas": 0}
    if particoes.seguinte(INICIO) + timedelta(days=1) > timezone.now():
        return  # on the first day of a month nothing is due by the clock that the routine goes by
    settings.AUDITORIA_DIAS = 1
    reter_eventos()
    alarme = AlarmeRotina.objects.get(rotina="auditoria/reter")
    assert VELHA in alarme.texto and alarme.encerrado_em is None
    trilha.update_one({"sequencia": 4}, {"$set": {"motivo": "porque sim"}})
    assert reter_eventos() == {"particoes": 1, "eventos": ANTIGOS, "adiadas": 0}
    alarme.refresh_from_db()
    assert alarme.encerrado_em is not None
    assert Evento.objects.get(acao="auditoria.particao_retirada").ator == "auditoria/reter"


def test_arquivo_fora_do_ar_adia_a_retirada(trilha: Any) -> None:
    with arquivo_em("mongodb://127.0.0.1:9", "ninguem") as conexao:
        conexao.settings_dict["OPTIONS"]["serverSelectionTimeoutMS"] = 10
        assert "não responde" in retirar().adiada
    assert VELHA in nomes()


def test_particao_vazia_sai_e_conta(arquivo: Any) -> None:
    with connection.cursor() as cursor:
        particoes.criar(cursor, INICIO)
    assert retirar() == Retencao(retiradas=1)
    assert Retirada.objects.get().quantidade == 0 and verificar().integra


def test_o_que_chega_depois_com_data_daquele_tempo_nao_e_do_que_saiu(trilha: Any) -> None:
    retirar()
    escrever_em(INICIO + timedelta(days=5), 1, "atrasado")
    atrasado = Evento.objects.get(acao="atrasado").pk
    assert selar() == 2 and achados() == []
    assert fronteira(INICIO) <= atrasado < fronteira(particoes.seguinte(INICIO))
    assert particoes.preparar(timezone.now()) == 1 and achados() == []  # a partition of that month again
    atacar(f"DELETE FROM auditoria_evento WHERE id = '{atrasado}'")
    assert ("evento_removido", Selo.objects.get(evento=atrasado).sequencia) in achados()


def test_mes_retirado_duas_vezes(trilha: Any, settings: Any) -> None:
    retirar()
    escrever_em(INICIO + timedelta(days=5), 2, "atrasado")
    particoes.preparar(timezone.now())
    selar_em(timezone.now())
    remeter()
    assert "ainda não tem resumo" in retirar().adiada
    atacar("UPDATE auditoria_resumo SET ultima = 99 WHERE dia = (SELECT max(dia) FROM auditoria_resumo)")
    assert retirar() == Retencao(retiradas=1, eventos=2)
    atacar("UPDATE auditoria_resumo SET ultima = NULL WHERE ultima = 99 AND quantidade = 0")
    assert [r.quantidade for r in Retirada.objects.order_by("id")] == [ANTIGOS, 2]
    selar()
    assert [c for c, _ in achados() if c != "resumo_alterado"] == []


@pytest.mark.parametrize("comando", ["UPDATE {} SET quantidade = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_linha_da_retirada_nao_muda_nem_some(trilha: Any, comando: str) -> None:
    retirar()
    recusa = pytest.raises(IntegrityError, match="auditoria_retirada só aceita inclusão")
    with recusa, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(comando.format("auditoria_retirada"))


def test_arquivo_fora_do_ar_a_verificacao_nao_e_completa_e_diz_o_que_faltou(trilha: Any) -> None:
    retirar()
    assert verificar().completa and distintivo().cor == VERDE
    with arquivo_em("mongodb://127.0.0.1:9", "ninguem") as conexao:
        conexao.settings_dict["OPTIONS"]["serverSelectionTimeoutMS"] = 10
        feita = verificar()
        assert (feita.integra, feita.completa, feita.nao_lidos, feita.eventos) == (True, False, ANTIGOS, 3)
        assert f"{ANTIGOS} eventos estão só no arquivo e NÃO foram verificados" in feita.arquivo
        mostrado = distintivo()
        assert mostrado.cor == AMBAR and "ficou incompleta" in mostrado.titulo and "não responde" in mostrado.texto
        saida = io.StringIO()
        with pytest.raises(CommandError, match="INCOMPLETA") as recusa:
            call_command("auditoria_verificar", stdout=saida)
        assert recusa.value.returncode == 2 and "NÃO foram verificados" in saida.getvalue()
        assert "íntegra" not in saida.getvalue()
        with pytest.raises(RuntimeError, match="incompleta"):
            verificar_trilha()
        assert verificar(desde=ANTIGOS + 1).nao_lidos == 0
    assert verificar().completa and distintivo().cor == VERDE


def test_sem_a_url_do_arquivo_o_que_saiu_nao_se_da_por_verificado(trilha: Any, settings: Any) -> None:
    retirar()
    feita = _sem_url()
    assert not feita.completa and feita.nao_lidos == ANTIGOS and "Nenhum arquivo configurado" in feita.arquivo


def _sem_url() -> Any:
    from django.db import connections

    from auditoria.arquivo import ALIAS

    guardado = connections.settings.pop(ALIAS)
    try:
        return verificar()
    finally:
        connections.settings[ALIAS] = guardado


def test_drop_de_um_atacante_e_evento_removido(trilha: Any) -> None:
    atacar(f"DROP TABLE {VELHA}")
    primeiro = verificar().problemas[0]
    assert (primeiro["codigo"], primeiro["sequencia"]) == ("evento_removido", 1)
    assert primeiro["texto"].endswith("o arquivo tem a cópia")
    assert [c for c, _ in achados()] == ["evento_removido"] * ANTIGOS


def test_drop_com_uma_retirada_forjada_so_passa_se_o_arquivo_tem_tudo_e_falta_o_evento(trilha: Any) -> None:
    forjada = Retirada(
        particao=VELHA, de=fronteira(INICIO), ate=fronteira(particoes.seguinte(INICIO)), primeira=1, ultima=ANTIGOS,
        quantidade=ANTIGOS, soma="0" * 64, evento=evento(7), retirada_em=timezone.now(),
    )  # fmt: skip
    atacar(f"DROP TABLE {VELHA}")
    forjada.save(force_insert=True)
    assert achados() == [("retirada_alterada", None)] * 2  # the sum, and the event that it names tells something else
    trilha.delete_one({"sequencia": 3})
    assert ("arquivo_removido", 3) in achados()
    atacar("UPDATE auditoria_retirada SET evento = gen_random_uuid()")
    assert ("retirada_sem_evento", None) in achados()


def test_o_evento_que_conta_uma_retirada_pode_sair_tambem_e_o_arquivo_calado_nao_o_acusa(trilha: Any) -> None:
    retirar()
    atacar(f"UPDATE auditoria_retirada SET evento = '{evento(3)}'")
    assert achados() == [("retirada_alterada", None)]  # it is read from the archive, and tells something else
    with arquivo_em("mongodb://127.0.0.1:9", "ninguem") as conexao:
        conexao.settings_dict["OPTIONS"]["serverSelectionTimeoutMS"] = 10
        feita = verificar()
        assert (feita.problemas, feita.completa) == ([], False)


@pytest.mark.parametrize("mudanca", ["quantidade = 5", "soma = repeat('0', 64)", "ultima = 7", "particao = 'outra'"])
def test_linha_da_retirada_alterada(trilha: Any, mudanca: str) -> None:
    retirar()
    assert achados() == []
    atacar(f"UPDATE auditoria_retirada SET {mudanca}")
    assert ("retirada_alterada", None) in achados()


def test_linha_da_retirada_apagada_deixa_os_eventos_removidos(trilha: Any) -> None:
    retirar()
    atacar("DELETE FROM auditoria_retirada")
    assert achados()[:ANTIGOS] == [("evento_removido", n) for n in range(1, ANTIGOS + 1)]


@pytest.mark.django_db(transaction=True)
def test_quem_le_ou_escreve_segura_a_retirada_e_nao_espera_por_ela(arquivo: Any) -> None:
    montar()
    try:
        with outra_conexao() as outra:
            outra.set_autocommit(False)
            with outra.cursor() as cursor:
                cursor.execute("SELECT 1 FROM auditoria_evento")  # a report that takes an hour
            pausas: list[float] = []
            feita = reter(agora=depois(), dormir=pausas.append)
            assert feita.retiradas == 0 and "em uso" in feita.adiada and len(pausas) > 1
            with outra.cursor() as cursor:
                escrever_com(cursor)
            outra.commit()
        assert "não foram selados" in retirar().adiada
        assert VELHA in nomes() and not Retirada.objects.exists()
        assert not Evento.objects.filter(acao="auditoria.particao_retirada").exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {VELHA}")


def escrever_com(cursor: Any) -> None:
    cursor.execute(
        """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
           VALUES (%s, now(), 'sistema', 's', 'no.meio', '', '', '', '')""",
        [fronteira(INICIO + timedelta(days=9))],
    )
