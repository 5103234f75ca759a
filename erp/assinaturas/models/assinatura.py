"""Requests to sign a document."""

from __future__ import annotations

import uuid

from django.db import models

from erp.assinaturas.maquina import EM_CURSO, ROTULOS, Passo
from erp.cadastros.models import Filial

_ATENCAO = models.Q(situacao__in=[Passo.ERRO.value, Passo.RECUSADA.value]) | ~models.Q(contradicao="")


class Assinatura(models.Model):
    """One document, as it was when somebody asked for its signatures, and where it stands.

    `versao` is the hash of what it says, `sha256_enviado` that of the file that was sent, `sha256_assinado` that of the
    file that came back. `consultar_em` is when the provider is asked next; who takes it moves that ahead (its lease).
    """

    class Situacao(models.IntegerChoices):
        PREPARADA = Passo.PREPARADA.value, "Preparada"
        ERRO = Passo.ERRO.value, "Com erro"
        ENVIADA = Passo.ENVIADA.value, "Enviada"
        ABERTA = Passo.ABERTA.value, "Aberta por quem assina"
        CANCELADA = Passo.CANCELADA.value, "Cancelada"
        RECUSADA = Passo.RECUSADA.value, "Recusada"
        ASSINADA = Passo.ASSINADA.value, "Assinada"

    uuid = models.UUIDField("identificador", unique=True, default=uuid.uuid4, editable=False)
    especie = models.CharField("espécie", max_length=40)
    objeto_id = models.BigIntegerField("objeto")
    numero = models.CharField("documento", max_length=40)  # what people call it: P1234
    titulo = models.CharField("título", max_length=120)
    filial = models.ForeignKey(Filial, models.PROTECT, related_name="+", db_index=False, verbose_name="filial")
    signatarios = models.JSONField("quem assina", default=list)  # [{"nome", "email"}]
    versao = models.CharField("versão do texto", max_length=64)
    sha256_enviado = models.CharField("SHA-256 do enviado", max_length=64)
    sha256_assinado = models.CharField("SHA-256 do assinado", max_length=64, blank=True, default="")
    provedor = models.CharField("provedor", max_length=20)
    id_provedor = models.CharField("chave no provedor", max_length=120, blank=True, default="")
    url = models.URLField("onde se assina", max_length=500, blank=True, default="")
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao.choices, default=Situacao.PREPARADA)
    lida = models.CharField("como o provedor a chama", max_length=40, blank=True, default="")
    contradicao = models.TextField("o que não bate", blank=True, default="")
    erro = models.CharField("último erro", max_length=300, blank=True, default="")
    falhas = models.PositiveIntegerField("falhas seguidas", default=0)
    criada_por = models.CharField("pedida por", max_length=161)
    criada_em = models.DateTimeField("pedida em")
    mudou_em = models.DateTimeField("mudou em")
    assinada_em = models.DateTimeField("assinada em", null=True)
    consultada_em = models.DateTimeField("consultada em", null=True)
    consultar_em = models.DateTimeField("próxima consulta", null=True)  # null: nobody asks again

    class Meta:
        db_table = "assinaturas_assinatura"
        verbose_name = "assinatura"
        default_permissions = ("view",)
        permissions = [
            ("pedir_assinatura", "Pode mandar documentos para assinar e cancelar o pedido"),
            ("ler_documento", "Pode abrir e baixar documentos, antes e depois de assinados"),
        ]
        indexes = [
            # what the routine asks about next
            models.Index(
                fields=["provedor", "consultar_em"], name="assinatura_a_consultar",
                condition=models.Q(consultar_em__isnull=False),
            ),
            models.Index(fields=["especie", "objeto_id", "-id"], name="assinatura_objeto"),  # those of one contract
            # the list by situação, by filial, by when it was asked for, and the search by document
            models.Index(fields=["situacao", "-id"], name="assinatura_situacao"),
            models.Index(fields=["filial", "-id"], name="assinatura_filial"),
            models.Index(fields=["criada_em"], name="assinatura_criada"),
            models.Index(fields=["numero"], name="assinatura_numero"),
            # what somebody should look at, by when it happened, and in the list
            models.Index(fields=["-mudou_em"], name="assinatura_atencao", condition=_ATENCAO),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["provedor", "id_provedor"], condition=~models.Q(id_provedor=""), name="assinatura_do_provedor"
            ),
            models.UniqueConstraint(
                fields=["especie", "objeto_id"], name="assinatura_uma_em_curso",
                condition=models.Q(situacao__in=sorted(p.value for p in EM_CURSO)),
            ),
        ]  # fmt: skip

    ATENCAO = _ATENCAO

    def __str__(self) -> str:
        return f"assinatura {self.pk}"

    @property
    def referencia(self) -> str:
        """How the provider calls the file: unique, so that one whose answer was lost is found again by it."""
        return f"{self.titulo} ({self.uuid.hex[:16]})"

    @property
    def passo(self) -> Passo:
        return Passo(self.situacao)

    @property
    def em_curso(self) -> bool:
        return self.passo in EM_CURSO

    @property
    def por_extenso(self) -> str:
        return ROTULOS[self.passo]

    @property
    def quem_assina(self) -> str:
        return ", ".join(str(quem.get("nome", "")) for quem in self.signatarios)
