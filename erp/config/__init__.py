"""Imported first by every process, whatever it serves."""

import gc

# Starting makes some half a million objects that live for ever: with Python's own setting a fifth of a start is spent
# walking over them.
gc.set_threshold(10_000, 20, 20)
