"""Functional Mock-up Interface: plants as FMUs, and FMUs as plants."""
