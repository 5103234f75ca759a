"""The channel e-mail: its port, its context of the queue, and the conversation with the mail server."""
