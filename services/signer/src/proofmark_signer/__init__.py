"""Signs every artifact and seals the release."""
