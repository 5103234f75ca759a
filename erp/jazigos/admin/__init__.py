"""The pages of jazigos."""

from erp.jazigos.admin import cemiterios, concessoes, contratos, historico, indices, jazigos

__all__ = ["cemiterios", "concessoes", "contratos", "historico", "indices", "jazigos"]
