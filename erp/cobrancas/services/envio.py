"""A charge told to its customer, by the channels of contatos."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario
from auditoria.services import registrar as auditar
from erp.acesso.erros import ErroDefinitivo
from erp.cobrancas.models import Cobranca
from erp.contatos.registro import Modelo
from erp.contatos.services import avisar
from erp.contatos.valores import Aviso
from erp.financeiro.baixas import formatar

MODELO: Final = Modelo(
    codigo="cobranca",
    titulo="Cobrança: o link ou o Pix para pagar",
    descricao="Vai ao cliente quando alguém da equipe manda a cobrança, na página dela.",
    campos={
        "descricao": "o que se cobra", "valor": "quanto", "vale_ate": "até quando se pode pagar",
        "como_pagar": "o endereço do link, ou o Pix copia e cola",
    },
    exemplo={
        "descricao": "Mensalidade de plano 12, parcela 3", "valor": "89,90", "vale_ate": "10/12/2026",
        "como_pagar": "https://pagamento.exemplo.com.br/1a2b3c",
    },
    assunto="{{empresa}}: R$ {{valor}}, {{descricao}}",
    corpo="Olá, {{primeiro_nome}}.\n\nPara pagar {{descricao}}, no valor de R$ {{valor}}, até {{vale_ate}}:\n\n{{como_pagar}}\n\n"
    "Se já pagou, não é preciso fazer nada.\n\n{{empresa}}",
)  # fmt: skip


@sensivel("cobrancas.cobranca_mandada")
@transaction.atomic
def mandar(*, cobranca_id: int, motivo: str, usuario: User) -> None:
    """Have an open charge told to its customer, as many times as somebody asks. Raises ErroDefinitivo."""
    cobranca = Cobranca.objects.select_for_update().get(pk=cobranca_id)
    como_pagar = cobranca.url or cobranca.copia_e_cola
    if not cobranca.esta_aberta or not como_pagar:
        raise ErroDefinitivo(
            "COBRANCA_NAO_SE_MANDA", f"A {cobranca} está {cobranca.por_extenso}: não há o que pagar.", ""
        )
    if not cobranca.codigo_cliente:
        raise ErroDefinitivo("SEM_CLIENTE", f"A {cobranca} não tem cliente.", "Copie o endereço e mande por fora.")
    fim = timezone.make_aware(datetime.combine(cobranca.vencimento, time.max))
    avisar([
        Aviso(
            fato=f"cobranca:{cobranca.pk}:{uuid.uuid4()}", modelo=MODELO.codigo, codigo_cliente=cobranca.codigo_cliente,
            valido_ate=fim,
            dados={
                "descricao": cobranca.descricao, "valor": formatar(cobranca.valor), "como_pagar": como_pagar,
                "vale_ate": f"{cobranca.vencimento:%d/%m/%Y}",
            },
        )
    ])  # fmt: skip
    auditar(
        acao="cobrancas.cobranca_mandada", ator=ator_usuario(usuario), objeto="cobrancas.cobranca",
        objeto_id=str(cobranca.pk), motivo=motivo,
    )  # fmt: skip
