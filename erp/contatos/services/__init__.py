"""What the business does with messages. The apps above use `avisar`; the rest is for routines and screens."""

from erp.contatos.services.acompanhamento import acompanhar, contar_entregas
from erp.contatos.services.atos import cancelar, repetir
from erp.contatos.services.aviso import avisar
from erp.contatos.services.descadastro import (
    descadastrar,
    descadastrar_cliente,
    descadastrar_por_resposta,
    desfazer,
    desfazer_pela_pagina,
)
from erp.contatos.services.envio import DESPERTADOR, POR_VEZ, encaminhar, enviar
from erp.contatos.services.lembrar import lembrar
from erp.contatos.services.modelos import criar_modelos, criar_regua
from erp.contatos.services.retomada import repetir_numeros, retomar_modelo

__all__ = [
    "DESPERTADOR",
    "POR_VEZ",
    "acompanhar",
    "avisar",
    "cancelar",
    "contar_entregas",
    "criar_modelos",
    "criar_regua",
    "descadastrar",
    "descadastrar_cliente",
    "descadastrar_por_resposta",
    "desfazer",
    "desfazer_pela_pagina",
    "encaminhar",
    "enviar",
    "lembrar",
    "repetir",
    "repetir_numeros",
    "retomar_modelo",
]
