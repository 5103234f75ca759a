"""What cobrancas does."""
