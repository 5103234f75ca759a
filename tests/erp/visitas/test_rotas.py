from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from erp.colaboradores.models import Colaborador
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from erp.visitas.models import ArquivoRota, Visita
from erp.visitas.services import cancelar, concluir, esquecer_rotas, ler_rota, marcar
from erp.visitas.services.rotas import ArquivoPerdido
from tests.erp.elenco import empresa, hoje, pessoa
from tests.erp.visitas.elenco import CAMINHO, colaborador, rodar, visita
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
PERTO = ("-19.920000", "-43.940000")
S = Execucao.Situacao


@pytest.fixture(autouse=True)
def _empresa(db: None, tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    empresa()
    yield
    verificar_tudo()


def texto(rota: ArquivoRota) -> str:
    return ler_rota(rota).decode("utf-8-sig")


def arquivos() -> list[Path]:
    return sorted(p for p in Path(default_storage.location).rglob("*") if p.is_file())  # type: ignore[attr-defined]  # of the file system


def test_um_arquivo_por_colaborador_e_dia_com_as_visitas_dele() -> None:
    rita, davi = colaborador("Rita"), colaborador("Davi")
    visita(rita, solicitante="Ana", onde=PERTO)
    visita(rita, solicitante="Beto")
    visita(davi, solicitante="Caio", onde=PERTO)
    visita(davi, solicitante="De amanhã", dia=hoje() + timedelta(days=1))
    visita(solicitante="Sem ninguém")
    feita = rodar()
    assert feita.situacao == S.SUCESSO, feita.erro
    assert feita.contagens == {"rotas novas": 2, "visitas em rota": 3, "visitas sem coordenadas": 1}
    da_rita, do_davi = ArquivoRota.objects.order_by("pk")
    assert (da_rita.colaborador, da_rita.dia, da_rita.versao, da_rita.visitas) == (rita, hoje(), 1, 2)
    assert "Ana" in texto(da_rita) and "Beto" in texto(da_rita) and "Caio" not in texto(da_rita)
    assert "Caio" in texto(do_davi) and "amanhã" not in texto(do_davi)
    assert len(arquivos()) == 2 and not [p for p in arquivos() if "Rita" in str(p)]


def test_rodar_duas_vezes_nao_faz_segundo_arquivo_nem_depois_da_visita_feita() -> None:
    feita = visita(colaborador(), onde=PERTO)
    rodar()
    antes = [(p, p.stat().st_mtime_ns) for p in arquivos()]
    concluir(visita_id=feita.pk, realizada=True, motivo="tudo certo", usuario=pessoa("operador", 1))
    segunda = rodar()
    assert segunda.contagens == {"rotas iguais às que já havia": 1, "visitas em rota": 1}
    assert [(p, p.stat().st_mtime_ns) for p in arquivos()] == antes and ArquivoRota.objects.count() == 1


def test_conteudo_mudado_faz_versao_nova_e_a_antiga_fica() -> None:
    rita = colaborador()
    visita(rita, solicitante="Ana", onde=PERTO)
    rodar()
    segunda = visita(rita, solicitante="Beto", onde=PERTO)
    rodar()
    cancelar(visita_id=segunda.pk, motivo="desistiu", usuario=pessoa("operador", 1))
    terceira = rodar()
    assert terceira.contagens["rotas refeitas"] == 1
    v1, v2, v3 = ArquivoRota.objects.order_by("versao")
    assert [v.versao for v in (v1, v2, v3)] == [1, 2, 3]
    assert texto(v1) == texto(v3) and "Beto" in texto(v2)  # back to what it was is a version all the same: it counts
    with pytest.raises(IntegrityError), transaction.atomic():
        ArquivoRota.objects.filter(pk=v1.pk).update(visitas=9)


def test_quem_fica_sem_visitas_recebe_uma_rota_vazia() -> None:
    unica = visita(colaborador(), onde=PERTO)
    rodar()
    outra_pessoa = colaborador("Davi")
    marcar(
        visita_id=unica.pk,
        colaborador=outra_pessoa,
        dia=hoje(),
        hora=None,
        motivo="troca",
        usuario=pessoa("operador", 1),
    )
    rodar()
    assert list(ArquivoRota.objects.order_by("pk").values_list("versao", "visitas")) == [(1, 1), (2, 0), (1, 1)]
    assert rodar().contagens["rotas iguais às que já havia"] == 2


def test_simular_nao_escreve_nada_e_diz_o_que_faria() -> None:
    visita(colaborador("Rita"), onde=PERTO)
    feita = rodar(simulacao=True)
    assert feita.situacao == S.SUCESSO and feita.contagens["rotas novas"] == 1
    (item,) = feita.itens.all()
    assert "Rita" in item.descricao and "1 visita," in item.descricao
    assert not ArquivoRota.objects.exists() and not arquivos()


def test_visita_de_quem_ja_saiu_falha_e_as_outras_seguem() -> None:
    saiu, fica = colaborador("Saiu"), colaborador("Fica")
    perdida = visita(saiu, onde=PERTO)
    visita(fica, onde=PERTO)
    Colaborador.objects.filter(pk=saiu.pk).update(desligamento=hoje() - timedelta(days=1))
    feita = rodar()
    assert feita.situacao == S.SUCESSO_COM_FALHAS
    (falha,) = feita.itens.filter(falha=True)
    assert falha.objeto_id == str(perdida.pk) and "não trabalha aqui" in falha.descricao
    assert [rota.colaborador for rota in ArquivoRota.objects.all()] == [fica]


def test_arquivo_que_nao_se_consegue_gravar_falha_e_as_outras_rotas_saem() -> None:
    primeira, ruim, ultima = colaborador("Ana"), colaborador("Bia"), colaborador("Caio")
    visita(ruim, onde=PERTO)
    rodar()
    caminho = Path(default_storage.path(ArquivoRota.objects.get().arquivo))
    _esquecer()
    caminho.unlink()
    caminho.mkdir()  # where the file should be
    visita(primeira, onde=PERTO)
    visita(ultima, onde=PERTO)
    feita = rodar()
    assert feita.situacao == S.SUCESSO_COM_FALHAS
    assert feita.contagens == {"rotas novas": 2, "visitas em rota": 2, "falhas": 1}
    (falha,) = feita.itens.filter(falha=True)
    assert falha.objeto_id == str(ruim.pk) and "rota não gerada: IsADirectoryError" in falha.descricao
    assert [rota.colaborador for rota in ArquivoRota.objects.order_by("colaborador")] == [primeira, ultima]
    caminho.rmdir()
    assert rodar().contagens["rotas novas"] == 1


def test_morto_entre_o_arquivo_e_a_linha_a_proxima_aproveita_o_arquivo() -> None:
    visita(colaborador(), onde=PERTO)
    rodar()
    rota = ArquivoRota.objects.get()
    conteudo = ler_rota(rota)
    for resto in (conteudo, conteudo[:40], b""):  # whole, half written, empty
        _esquecer()
        default_storage.delete(rota.arquivo)
        default_storage.save(rota.arquivo, ContentFile(resto))
        rodar()
        assert ler_rota(ArquivoRota.objects.get()) == conteudo and len(arquivos()) == 1


def test_arquivo_apagado_volta_na_proxima_vez() -> None:
    visita(colaborador(), onde=PERTO)
    rodar()
    rota = ArquivoRota.objects.get()
    default_storage.delete(rota.arquivo)
    with pytest.raises(ArquivoPerdido):
        ler_rota(rota)
    rodar()
    assert hashlib.sha256(ler_rota(rota)).hexdigest() == rota.sha256


def test_arquivo_adulterado_nao_se_entrega() -> None:
    visita(colaborador(), onde=PERTO)
    rodar()
    rota = ArquivoRota.objects.get()
    Path(default_storage.path(rota.arquivo)).write_bytes(b"outra rua")
    with pytest.raises(ArquivoPerdido):
        ler_rota(rota)


def test_visita_cancelada_nao_vai_na_rota() -> None:
    cancelada = visita(colaborador(), onde=PERTO)
    cancelar(visita_id=cancelada.pk, motivo="desistiu", usuario=pessoa("operador", 1))
    assert rodar().contagens == {} and not ArquivoRota.objects.exists()


def test_a_rota_e_do_dia_para_o_qual_foi_agendada_nao_do_dia_em_que_rodou() -> None:
    rita = colaborador()
    de_hoje = visita(rita, solicitante="Hoje", onde=PERTO)
    Visita.objects.filter(pk=de_hoje.pk).update(dia=hoje() - timedelta(days=1))
    executar(CAMINHO, iniciada_por="beat", agendada_para=timezone.now() - timedelta(days=1))
    assert ArquivoRota.objects.get().dia == hoje() - timedelta(days=1)


def test_arquivos_de_antes_do_prazo_se_apagam_e_a_lista_fica(settings: Any) -> None:
    settings.VISITAS_GUARDAR_ROTAS_DIAS = 1
    rita = colaborador()
    visita(rita, onde=PERTO)
    rodar()
    velha = visita(rita, onde=PERTO)
    Visita.objects.filter(pk=velha.pk).update(dia=hoje() - timedelta(days=2))
    executar(CAMINHO, iniciada_por="teste", agendada_para=timezone.now() - timedelta(days=2))
    assert len(arquivos()) == 2
    assert executar("Visitas/EsquecerRotas", iniciada_por="teste").contagens == {"apagados": 1}
    assert ArquivoRota.objects.count() == 2
    assert ler_rota(ArquivoRota.objects.get(dia=hoje()))
    with pytest.raises(ArquivoPerdido):
        ler_rota(ArquivoRota.objects.get(dia=hoje() - timedelta(days=2)))
    assert esquecer_rotas(antes_de=hoje()) == 0
    default_storage.save("rotas/2001/02/03/orfao.csv", ContentFile(b"de quem morreu antes da linha"))
    assert esquecer_rotas(antes_de=hoje()) == 1 and len(arquivos()) == 1


def test_sem_nenhuma_rota_guardada_nao_ha_o_que_apagar() -> None:
    assert esquecer_rotas(antes_de=hoje()) == 0


def _esquecer() -> None:
    """As if its transaction had never been committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SET session_replication_role = replica; DELETE FROM visitas_arquivo_rota;
               SET session_replication_role = origin"""
        )
