"""The design spec a person writes: YAML, units, tolerances, errors with file and line."""
