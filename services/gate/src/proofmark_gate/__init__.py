"""Decides, and signs the decision."""
