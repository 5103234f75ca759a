"""One file per measure: prepare, then rounds that give one number each."""
