"""The demonstration, scene by scene; `roteiro.py` tells the order."""
