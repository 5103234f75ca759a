"""The Monitor of wosk_loja_cliente (spec/004): what changed in the register becomes messages of `wosk_queue`.

`clientes.gatilhos` notes, `dreno` drains, `conteudo` reads a customer as the Queue wants it, `lugares` finds the codes of
IBGE and BACEN, `informar` takes a person's word for a place that no table knows, `reenvio` sends again.
"""

CONTEXTO = "LojaCliente"  # of the messages, in wosk_queue
DESPERTADOR = "clientes.varrer"  # of whoever writes customers: `acordar` it, or the tick finds them ten seconds later
