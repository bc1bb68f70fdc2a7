"""From an approved design to an image for a real board."""
