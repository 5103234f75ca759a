"""Demonstration and measurements: the whole way of a sale, on a server and processes of their own.

What enters: nothing; each run makes its folder, its database, its tills.
What leaves: a table, an exit code, `results.md` and `results.json`.
What it never does: touch the checkout's own data, leave a process or a folder behind.
"""
