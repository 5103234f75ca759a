"""The doors of sincronizacao."""
