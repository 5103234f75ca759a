"""Short dates: a column of `22 de Novembro de 2026 às 04:29` leaves no room for anything else."""

DATE_FORMAT = "d/m/Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "d/m/Y H:i"
