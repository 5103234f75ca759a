"""Emitters of notes: services that send notes to the tax authority for others, and tell what became of them."""
