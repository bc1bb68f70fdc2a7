"""Sampling designs, intervals and attribution: pure numpy and SciPy."""
