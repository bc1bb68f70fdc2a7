"""Runs the vectors of a chunk."""
