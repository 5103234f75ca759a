import time
from concurrent.futures import ThreadPoolExecutor

from auditoria.uuid7 import uuid7


def test_e_um_uuid_versao_7_com_o_instante_dentro():
    antes = time.time_ns() // 1_000_000
    valor = uuid7()
    depois = time.time_ns() // 1_000_000
    assert (valor.version, valor.variant) == (7, "specified in RFC 4122")
    assert antes <= valor.int >> 80 <= depois


def test_vem_na_ordem_em_que_foi_feito():
    feitos = []
    for _ in range(50):
        feitos.append(uuid7())
        time.sleep(0.000_01)
    assert feitos == sorted(feitos)


def test_nunca_se_repete_entre_threads():
    with ThreadPoolExecutor(4) as threads:
        feitos = list(threads.map(lambda _: uuid7(), range(4000)))
    assert len(set(feitos)) == 4000
