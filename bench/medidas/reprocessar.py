"""(g) Mass reprocess: operations posted beforehand, reversed and posted again by one worker that sends and one that drains."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User

from bench.equipe import Equipe
from bench.medidas.base import Oficina
from pdv.processamento.reprocesso.services import pedir
from pdv.replicacao.models import OperacaoPdv


class Reprocessar:
    nome = "reprocessar"

    def __init__(self, oficina: Oficina) -> None:
        self.oficina = oficina
        self.equipe = Equipe(oficina.processos, oficina.pasta.variaveis(), nome="reprocesso")
        self.usuario, _ = User.objects.get_or_create(username="bench", is_superuser=True)
        settings.REPROCESSO_APROVACAO_ACIMA = 100_000  # nobody is there to approve

    def rodada(self) -> dict[str, float]:
        ultima = OperacaoPdv.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        quantas = self.oficina.chegar(self.oficina.pdvs)
        self.equipe.drenar()
        linhas = OperacaoPdv.objects.filter(pk__gt=ultima)
        pedir(linhas=linhas, descricao="medida", motivo="medida de velocidade", usuario=self.usuario)
        feito = self.equipe.mandar(["reprocessar", "acompanhar"])
        self.oficina.notar_memoria(feito.rss_mb)
        if feito.efetuadas != quantas:
            raise RuntimeError(f"{feito.efetuadas} operações reprocessadas, esperadas {quantas}")
        return {"reprocessar": quantas / feito.segundos}

    def encerrar(self) -> None:
        self.equipe.encerrar()
