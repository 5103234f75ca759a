"""The queue to the world: messages of the database told to other systems, each until it is taken or a person is needed.

Enters: `entrada.enfileirar`, from whoever notices a change. Leaves: HTTP calls, by the context that the app above
registered. Never: a call inside a transaction, a message lost, an older change over a newer one.
"""
