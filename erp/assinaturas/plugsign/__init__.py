"""PlugSign: its API, its webhook, and its stand-in."""
