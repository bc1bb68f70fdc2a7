"""What may enter: checks specs, opens and closes studies."""
