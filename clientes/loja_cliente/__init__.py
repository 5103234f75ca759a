"""The context `LojaCliente` of the queue: what the external platform (setIlli) is told of a customer."""
