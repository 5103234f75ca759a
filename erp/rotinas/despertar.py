"""The name by which whoever makes an execution wakes whoever runs it."""

DESPERTADOR = "rotinas.pendentes"
