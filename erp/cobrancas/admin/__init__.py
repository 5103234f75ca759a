"""The pages of cobrancas."""

from erp.cobrancas.admin.alarmes import AlarmeCobrancaAdmin
from erp.cobrancas.admin.cobrancas import CobrancaAdmin
from erp.cobrancas.admin.linhas_tef import LinhaTefAdmin
from erp.cobrancas.admin.pagamentos import PagamentoAdmin
from erp.cobrancas.admin.pix import PixRecebidoAdmin
from erp.cobrancas.admin.tef import ArquivoTefAdmin, LayoutTefAdmin, TefEventoAdmin
from erp.cobrancas.admin.titulos import TituloComCobrancaAdmin

__all__ = [
    "AlarmeCobrancaAdmin",
    "ArquivoTefAdmin",
    "CobrancaAdmin",
    "LayoutTefAdmin",
    "LinhaTefAdmin",
    "PagamentoAdmin",
    "PixRecebidoAdmin",
    "TefEventoAdmin",
    "TituloComCobrancaAdmin",
]
