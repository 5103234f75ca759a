"""Contatos: what the company tells people, one message per fact and channel.

What enters: facts that the apps above hand over (titles due, notices of a contract, tasks), templates that staff edit.
What leaves: messages in the queue of `filas`, and the proof of what was delivered.
What it never does: tell the same fact twice on one channel, write to who opted out, or wake anybody at night.
"""

from django.apps import AppConfig


class ContatosConfig(AppConfig):
    name = "erp.contatos"
    label = "contatos"
    verbose_name = "Contatos"
