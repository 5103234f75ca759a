"""Pix, by the Central Bank's own API (2.9.0): what any bank offers; Efí is the one that comes set."""
