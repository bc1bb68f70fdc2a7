"""Custody: who signed what, and whether it still holds.

Keys and trust, DSSE envelopes around in-toto statements, the gate's decision, the sealed release and its verification.
When to sign is for the services to say.
"""
