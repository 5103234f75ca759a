"""SIGKILL between the write and the watermark: MongoDB has the batch, the row does not know, the next one repeats it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from auditoria.arquivo.colecao import NOME
from auditoria.arquivo.estado import estado
from auditoria.arquivo.remessa import remeter
from auditoria.models import Arquivo
from tests.auditoria.arquivo.mortes import matar_quando_esperar, ninguem_mais
from tests.auditoria.arquivo.test_remessa import documentos, selados


@pytest.mark.django_db(transaction=True)
def test_morta_entre_gravar_e_anotar_a_seguinte_repete_sem_efeito(
    arquivo: Any, url_do_mongo: str, tmp_path: Path
) -> None:
    selados(5)
    Arquivo.objects.create()
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:  # the watermark cannot move: it waits right after the write
            cursor.execute("SELECT 1 FROM auditoria_arquivo FOR UPDATE")
        matar_quando_esperar("remessa", tmp_path, url_do_mongo, arquivo.name)
        tranca.rollback()
    finally:
        tranca.close()
    ninguem_mais()
    gravados = documentos(arquivo)
    assert len(gravados) == 5 and estado()[:3] == (True, 0, 5)
    selados(1)
    assert remeter().erro == ""
    assert documentos(arquivo)[:5] == gravados and arquivo[NOME].count_documents({}) == 6
    assert estado()[:3] == (True, 6, 0) and estado().problemas == ()
