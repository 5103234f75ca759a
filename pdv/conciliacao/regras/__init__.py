"""What disagrees, as SQL: each family takes the ids it is asked about, and gives the columns of `comum.COLUNAS`."""
