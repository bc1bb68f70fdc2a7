"""Plans batches of vectors."""
