"""The routines over HTTP: `/api/<Assunto>/<Acao>` of the specification, and `/api/rotinas/execucoes/<id>`."""
