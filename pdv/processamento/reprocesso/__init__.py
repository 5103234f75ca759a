"""Many operations reprocessed in the background: asked with a reason, sent a few at a time, counted to the last one."""
