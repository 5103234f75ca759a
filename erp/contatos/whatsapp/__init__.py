"""The channel WhatsApp: its port, its context of the queue, and the conversation with Meta's Cloud API.

The API offers no look-up of numbers and no idempotency key. So a number is good when something was delivered to it, and
a message that nobody knows the fate of is settled by its own statuses, which carry its token.
"""
