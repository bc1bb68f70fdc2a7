"""From a toleranced design spec to a signed, field-ready release: the command line and the embedded runner."""
