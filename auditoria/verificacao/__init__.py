"""Is the trail whole? `services` walks the chain (`cadeia`), the digests (`resumos`), what is in neither (`soltos`)."""
