"""The chapter of the outside providers, played against their stand-ins by a process that has their settings."""
