"""The sheet of a day as a pure function: plain values in, plain values out, no database and no clock.

Everything is counted in minutes from the midnight that begins the day, where the employee works: 25:00 is one in the
morning of the next day, and belongs to the shift that is still on.
"""
