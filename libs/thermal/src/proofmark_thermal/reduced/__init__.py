"""Reduced models: temperatures of many parameter vectors, with bounds against the full finite element model."""
