"""The gate decides, once, and signs the decision. Nothing else parses or computes beside its key."""
