"""Reading the trail whole, newest first: what PostgreSQL has and what only the archive has any more, as one list.

`filtro` says what is asked, `banco` reads PostgreSQL, `auditoria.arquivo.leitura` the archive, `pagina` makes one list of both.
"""
