"""Counts each vector once and states the estimate."""
