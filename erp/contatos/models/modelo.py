"""The words of each kind of comunicado, which staff edit."""

from django.core.exceptions import ValidationError
from django.db import models

from auditoria.vigias import vigiar
from erp.contatos.registro import modelo_de
from erp.contatos.textos import erros_do_modelo, erros_na_meta


class Canal(models.TextChoices):
    """The channels there are; each has its port in `erp.contatos.canais`."""

    EMAIL = "email", "E-mail"
    WHATSAPP = "whatsapp", "WhatsApp"


class ModeloMensagem(models.Model):
    """A template with `{{campo}}` placeholders: filled in, never executed.

    The codes and their fields come from the code (`registro.registrar_modelo`), which makes each row once; what staff
    write afterwards is never overwritten.
    """

    codigo = models.CharField("código", max_length=40)
    canal = models.CharField("canal", max_length=10, choices=Canal, default=Canal.EMAIL)
    assunto = models.CharField("assunto", max_length=150)
    corpo = models.TextField("texto", max_length=8000)
    ativo = models.BooleanField("em uso", default=True, help_text="Desligado, nada deste modelo é enviado.")
    silencio_de = models.TimeField(
        "silêncio das", null=True, blank=True, help_text="Vazio: o horário de silêncio da empresa."
    )
    silencio_ate = models.TimeField("até as", null=True, blank=True, help_text="Iguais: envia a qualquer hora.")

    nome_externo = models.CharField(
        "nome na Meta", max_length=100, blank=True, default="", db_default="",
        help_text="O nome do modelo aprovado no Gerenciador do WhatsApp: minúsculas, números e _.",
    )  # fmt: skip
    idioma = models.CharField(
        "idioma na Meta", max_length=10, default="pt_BR", db_default="pt_BR", help_text="Como aprovado lá: pt_BR."
    )
    pausa = models.CharField(
        "em pausa", max_length=300, blank=True, default="", db_default="", editable=False,
        help_text="Por que a outra ponta não aceita este modelo; o que é dele espera.",
    )  # fmt: skip

    class Meta:
        db_table = "contatos_modelo"
        verbose_name = "modelo de mensagem"
        verbose_name_plural = "modelos de mensagem"
        ordering = ("codigo", "canal")
        default_permissions = ("view", "change")
        permissions = (("retomar_modelo", "Pode retomar modelos que a Meta não aceitou"),)
        constraints = (models.UniqueConstraint(fields=["codigo", "canal"], name="modelo_por_canal"),)
        triggers = vigiar()

    def __str__(self) -> str:
        declarado = modelo_de(self.codigo, self.canal)
        return declarado.titulo if declarado else self.codigo

    def clean(self) -> None:
        """Every error at once, each beside its field."""
        erros: dict[str, list[str]] = erros_do_modelo(self.codigo, self.assunto or "", self.corpo or "")
        if (self.silencio_de is None) != (self.silencio_ate is None):
            erros.setdefault("silencio_ate", []).append("Preencha as duas horas do silêncio, ou nenhuma.")
        if self.canal == Canal.WHATSAPP:
            for campo, lista in erros_na_meta(
                self.nome_externo, self.idioma, self.corpo or "", em_uso=self.ativo
            ).items():
                erros.setdefault(campo, []).extend(lista)
        if erros:
            raise ValidationError(erros)
