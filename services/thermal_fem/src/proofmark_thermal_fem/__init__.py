"""Solves a study's heat once: the nominal temperatures, and the reduced model for every vector. Judges nothing."""
