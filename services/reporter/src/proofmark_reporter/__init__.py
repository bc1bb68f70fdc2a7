"""Renders the evidence of a decided study."""
