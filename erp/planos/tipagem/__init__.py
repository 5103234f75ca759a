"""Which tags each customer has: `definicoes.py` says what they mean, `faixas.py` compares and writes, a chunk at a time."""
