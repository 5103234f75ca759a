"""The tables of contatos: what was told and to whom, in what words, and who asked not to be written to."""

from erp.contatos.models.comunicado import Comunicado
from erp.contatos.models.descadastro import Descadastro
from erp.contatos.models.lembrete import Lembrete
from erp.contatos.models.modelo import Canal, ModeloMensagem
from erp.contatos.models.regua import PassoDaRegua
from erp.contatos.models.whatsapp import ContatoWhatsapp, EnvioWhatsapp, NumeroWhatsapp

__all__ = [
    "Canal",
    "Comunicado",
    "ContatoWhatsapp",
    "Descadastro",
    "EnvioWhatsapp",
    "Lembrete",
    "ModeloMensagem",
    "NumeroWhatsapp",
    "PassoDaRegua",
]
