"""What clocks write, read: plain text in, plain values and refusals out. No database.

Whatever cannot be understood is refused by its line and its reason; the rest goes on.
"""
