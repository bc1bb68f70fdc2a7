"""DSSE statements, signatures, verification and trust."""
