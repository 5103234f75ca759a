"""The four-way match: sale, note, receivable, settlement. `regras/` says what disagrees, `services` keeps the list of it."""
