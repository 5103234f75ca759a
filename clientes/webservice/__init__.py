"""The WebService of `wosk_loja_cliente`: the posts of one customer, and of many (spec/004, WebService).

`campos` says what may come, `leitura` reads a body into a `Pedido`, `rules` decides what it does to the register,
`registro` writes, `recebidos` keeps what was received and answered, `api` is the HTTP of it.
"""
