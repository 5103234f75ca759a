"""What was issued in contingency is transmitted later: the same document, now with its protocol."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command

from erp.fiscal.xml import ler_documento
from pdv.terminal.contingencia import transmitir
from pdv.terminal.models import NotaFiscal, SituacaoReplicacao
from pdv.terminal.nfce import autorizar_nfce
from pdv.terminal.nfce.transmissao import Transmissao

pytestmark = pytest.mark.django_db(databases=["terminal"], transaction=True)


def test_nota_de_contingencia_transmitida_e_a_mesma_com_protocolo_e_volta_a_pendente() -> None:
    call_command("pdv_simular", operacoes=200, so_vendas=True, verbosity=0)
    antes = {n.pk: n for n in NotaFiscal.objects.filter(situacao="contingencia")}
    assert antes
    NotaFiscal.objects.update(lojamix_sit_replicacao=SituacaoReplicacao.EFETUADA)
    assert transmitir() == (len(antes), 0)
    assert transmitir() == (0, 0)
    for nota in NotaFiscal.objects.filter(pk__in=antes):
        lido, era = ler_documento(nota.xml), ler_documento(antes[nota.pk].xml)
        assert (lido.situacao, lido.protocolo) == ("autorizada", nota.protocolo)
        assert (lido.chave, lido.totais, lido.itens) == (era.chave, era.totais, era.itens)
        assert era.situacao == "contingencia"
        assert nota.lojamix_sit_replicacao == SituacaoReplicacao.PENDENTE
    assert NotaFiscal.objects.filter(lojamix_sit_replicacao=SituacaoReplicacao.PENDENTE).count() == len(antes)


def test_nota_ja_autorizada_nao_se_transmite() -> None:
    call_command("pdv_simular", operacoes=20, so_vendas=True, verbosity=0)
    nota = NotaFiscal.objects.filter(situacao="autorizada").first()
    assert nota is not None
    with pytest.raises(ValueError, match="só uma nota em contingência"):
        autorizar_nfce(nota.xml, Transmissao(nota.chave, "1", nota.data_emissao))


def test_nota_importada_sem_assinatura_continua_em_contingencia_e_se_diz(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("pdv_simular", operacoes=200, so_vendas=True, verbosity=0)
    primeira = NotaFiscal.objects.filter(situacao="contingencia").order_by("pk").first()
    assert primeira is not None
    sem = re.sub(r"<Signature.*?</Signature>", "", primeira.xml, flags=re.DOTALL)
    NotaFiscal.objects.filter(pk=primeira.pk).update(xml=sem)
    call_command("pdv_transmitir")
    assert "1 sem assinatura continuam em contingência." in capsys.readouterr().out
    assert list(NotaFiscal.objects.filter(situacao="contingencia")) == [primeira]
