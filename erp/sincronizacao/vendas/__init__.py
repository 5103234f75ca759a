"""The sales, from this side's staging to the other's."""
