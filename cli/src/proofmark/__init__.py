"""From a toleranced design spec to a signed, field-ready release."""
