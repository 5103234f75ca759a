"""Notes into the fiscal ledger: `drain.py` claims, reads each arrival, posts, and compares with the sale."""
