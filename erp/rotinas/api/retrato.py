"""An execution as the API tells it. No traceback, no item: what they quote may be personal."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from erp.rotinas import registro
from erp.rotinas.models import Execucao

LINHAS_MAXIMO = 200
SITUACOES = [situacao.name.lower() for situacao in Execucao.Situacao]


def endereco(execucao: Execucao) -> str:
    """The path of an execution."""
    return reverse("rotinas-execucao", args=[execucao.pk])


class LinhaSerializer(serializers.Serializer[Any]):
    em = serializers.DateTimeField(help_text="Quando.")
    texto = serializers.CharField(help_text="O que a rotina registrou, com documentos e telefones mascarados.")


class ExecucaoSerializer(serializers.Serializer[Execucao]):
    """The execution of a routine, asked for, in course or over."""

    id = serializers.IntegerField(help_text="O número da execução.")
    url = serializers.SerializerMethodField(help_text="Onde acompanhá-la.")
    rotina = serializers.CharField(help_text="O caminho da rotina.")
    titulo = serializers.SerializerMethodField(help_text="O nome da rotina.")
    situacao = serializers.SerializerMethodField(help_text="Como está ou como terminou.")
    simulacao = serializers.BooleanField(help_text="Calculou tudo e não gravou nada.")
    referencia = serializers.DateField(
        allow_null=True, help_text="O dia, ou o primeiro dia do mês, de que cuidou; nulo quando a rotina não tem."
    )
    criada_em = serializers.DateTimeField(help_text="Quando foi pedida.")
    iniciada_em = serializers.DateTimeField(allow_null=True, help_text="Quando começou.")
    terminada_em = serializers.DateTimeField(allow_null=True, help_text="Quando terminou.")
    contagens = serializers.DictField(child=serializers.IntegerField(), help_text="Quantos de quê.")
    valores = serializers.DictField(child=serializers.CharField(), help_text="Dinheiro por nome, com centavos.")
    mensagem = serializers.SerializerMethodField(help_text="Por que não terminou bem, ou o que espera; vazia se nada.")

    def get_url(self, execucao: Execucao) -> str:
        return endereco(execucao)

    def get_titulo(self, execucao: Execucao) -> str:
        rotina = registro.procurar(execucao.rotina)
        return rotina.titulo if rotina else ""

    def get_situacao(self, execucao: Execucao) -> str:
        return Execucao.Situacao(execucao.situacao).name.lower()

    def get_mensagem(self, execucao: Execucao) -> str:
        return execucao.erro.strip().rpartition("\n")[2]


class ExecucaoComLinhasSerializer(ExecucaoSerializer):
    """The execution, with the first lines of its log."""

    linhas = serializers.SerializerMethodField(help_text=f"As primeiras {LINHAS_MAXIMO} linhas do registro.")

    def get_linhas(self, execucao: Execucao) -> list[dict[str, Any]]:
        linhas = execucao.linhas.order_by("pk")[:LINHAS_MAXIMO]
        return [dict(LinhaSerializer(linha).data) for linha in linhas]
