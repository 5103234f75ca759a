"""Asking about a CPF: once, with a ground, from what is kept when it serves, and what is left of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.consultas.falsos import InfosimplesFalsa, SerproFalso
from erp.consultas.infosimples import Infosimples
from erp.consultas.models import ConsultaCpf, RespostaCpf
from erp.consultas.services import anotar_saldo, apagar_vencidas, encerrar_interrompidas, exigir_saldo
from erp.consultas.services.consulta import abrir, terminar
from erp.provedores.services import pausar
from tests.concorrencia.test_drenos import juntos
from tests.erp.consultas.elenco import FALECIDO, NASCIMENTO, pergunta, perguntar
from tests.erp.elenco import CPF, pessoa

S = ConsultaCpf.Situacao


def test_falecido_e_dito_com_o_ano_e_fica_na_auditoria_com_a_base_legal(infosimples: InfosimplesFalsa) -> None:
    feita = perguntar(FALECIDO, detalhe="contrato 12 de 987.654.321-00")
    assert feita.resposta is not None
    assert (feita.situacao, feita.resposta.situacao, feita.resposta.ano_obito) == (S.RESPONDIDA, "falecido", 2019)
    assert (feita.cpf_mascarado, feita.detalhe) == ("***.654.321-**", "contrato 12 de ***.654.321-**")
    evento = Evento.objects.get(acao="consultas.cpf_consultado")
    assert evento.depois is not None and evento.depois["cpf"] == "***.654.321-**"
    assert (evento.depois["finalidade"], evento.depois["base_legal"], evento.ator) == ("obito", "V", "ana")


def test_quem_pergunta_o_mesmo_recebe_o_guardado_sem_gastar_credito(infosimples: InfosimplesFalsa) -> None:
    primeira, antes = perguntar(), infosimples.creditos
    segunda = perguntar()
    assert (segunda.situacao, segunda.do_guardado, segunda.resposta_id) == (S.RESPONDIDA, True, primeira.resposta_id)
    assert infosimples.creditos == antes == 499
    assert Evento.objects.filter(acao="consultas.cpf_consultado").count() == 2


def test_com_outro_nascimento_o_guardado_nao_serve_a_ninguem(infosimples: InfosimplesFalsa) -> None:
    perguntar()
    assert perguntar(nascimento=NASCIMENTO.replace(year=1971)).do_guardado is False
    assert infosimples.creditos == 498


def test_pedir_de_novo_e_resposta_vencida_gastam_credito(infosimples: InfosimplesFalsa) -> None:
    perguntar()
    assert perguntar(de_novo=True).do_guardado is False
    RespostaCpf.objects.update(vale_ate=timezone.now() - timedelta(seconds=1))
    assert perguntar().do_guardado is False
    assert infosimples.creditos == 497


def test_nenhuma_coluna_guarda_o_cpf_nem_o_nascimento(infosimples: InfosimplesFalsa) -> None:
    perguntar(detalhe=f"de {CPF}")
    for modelo in (ConsultaCpf, RespostaCpf):
        for linha in modelo.objects.values():
            assert CPF not in str(linha) and "529.982.247-25" not in str(linha) and "1970" not in str(linha)
    assert CPF not in str(list(Evento.objects.values()))


def test_log_nao_tem_cpf_nem_token(
    infosimples: InfosimplesFalsa, serpro: SerproFalso, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    caplog.set_level("DEBUG")
    perguntar()
    settings.CONSULTAS_PROVEDOR = "serpro"
    perguntar(de_novo=True)
    serpro.roteiro.append("500")
    perguntar(de_novo=True)
    nossas = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpcore", "django.db"))]
    assert [m for m in nossas if "provedor_chamado" in m]
    assert not [m for m in nossas if CPF in m or "1970" in m]


def test_nome_some_quando_a_resposta_deixa_de_valer_e_a_situacao_fica(infosimples: InfosimplesFalsa) -> None:
    perguntar()
    agora = timezone.now()
    assert apagar_vencidas(agora) == 0
    assert (apagar_vencidas(agora + timedelta(days=31)), apagar_vencidas(agora + timedelta(days=31))) == (1, 0)
    guardada = RespostaCpf.objects.get()
    assert (guardada.nome, guardada.comprovante, guardada.situacao) == ("", "", "regular")


def test_falha_diz_o_que_houve_e_o_cpf_pode_ser_perguntado_de_novo(infosimples: InfosimplesFalsa) -> None:
    infosimples.roteiro.append("500")
    falhou = perguntar()
    assert falhou.situacao == S.FALHOU and "Tente de novo" in falhou.erro and falhou.resposta is None
    assert perguntar().situacao == S.RESPONDIDA


def test_o_mesmo_cpf_a_caminho_nao_e_perguntado_duas_vezes(infosimples: InfosimplesFalsa) -> None:
    abrir(pergunta(), usuario=pessoa("gerente", 1))
    with pytest.raises(ErroDefinitivo, match="já está sendo consultado"):
        perguntar()
    assert infosimples.creditos == 500 and ConsultaCpf.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_dois_ao_mesmo_tempo_gastam_um_credito(infosimples: InfosimplesFalsa) -> None:
    infosimples.demora = 0.3
    recusas: list[str] = []

    def outro() -> None:
        try:
            perguntar()
        except ErroDefinitivo as erro:
            recusas.append(erro.codigo)

    pessoa("gerente", 1)
    juntos(outro, outro, outro)
    assert set(recusas) <= {"CONSULTA_A_CAMINHO"}  # who came when it had ended got what was kept
    assert infosimples.creditos == 499 and ConsultaCpf.objects.filter(do_guardado=False).count() == 1


def test_morta_entre_a_chamada_e_o_commit_e_interrompida_e_ninguem_pergunta_sozinho(
    infosimples: InfosimplesFalsa,
) -> None:
    aberta = abrir(pergunta(), usuario=pessoa("gerente", 1))
    lida = Infosimples().consultar(CPF, NASCIMENTO)  # and nothing was written
    ConsultaCpf.objects.update(pedida_em=timezone.now() - timedelta(minutes=5))
    assert encerrar_interrompidas(timezone.now()) == 1
    aberta.refresh_from_db()
    assert aberta.situacao == S.INTERROMPIDA and "crédito pode ter sido gasto" in aberta.erro
    assert infosimples.creditos == 499
    assert perguntar(de_novo=True).situacao == S.RESPONDIDA
    # an answer that comes after it was given up was paid for: it is kept, and once
    assert terminar(aberta, lida).situacao == S.RESPONDIDA
    assert terminar(aberta, lida).resposta_id == RespostaCpf.objects.latest("pk").pk
    assert RespostaCpf.objects.count() == 2


def test_sem_credito_nada_e_perguntado(infosimples: InfosimplesFalsa) -> None:
    anotar_saldo(Infosimples(), 0, agora=timezone.now())
    with pytest.raises(ErroDefinitivo, match="Faltam créditos"):
        perguntar()
    assert not ConsultaCpf.objects.exists() and not infosimples.chamadas


def test_lote_que_o_saldo_nao_cobre_nem_comeca(infosimples: InfosimplesFalsa) -> None:
    anotar_saldo(Infosimples(), 5, agora=timezone.now())
    assert exigir_saldo(5).nome == "infosimples"
    with pytest.raises(ErroDefinitivo, match="para 6 consultas restam 5"):
        exigir_saldo(6)


def test_sem_credito_num_provedor_pergunta_se_ao_outro(infosimples: InfosimplesFalsa, serpro: SerproFalso) -> None:
    anotar_saldo(Infosimples(), 0, agora=timezone.now())
    assert perguntar().provedor == "serpro"


def test_provedor_em_pausa_e_sem_provedor_sao_ditos(infosimples: InfosimplesFalsa, settings: Any) -> None:
    pausar("infosimples", usuario=pessoa("gerente", 1), motivo="teste")
    with pytest.raises(ErroDefinitivo, match="em pausa"):
        perguntar()
    settings.INFOSIMPLES_TOKEN = ""
    with pytest.raises(ErroDefinitivo, match="Nenhum provedor"):
        perguntar()


def test_o_banco_recusa_outra_finalidade_sem_dizer_qual(infosimples: InfosimplesFalsa) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        abrir(pergunta(finalidade=ConsultaCpf.Finalidade.OUTRA), usuario=pessoa("gerente", 1))
