"""The arithmetic language of Proofmark's specs: parsed, checked and evaluated without executing Python."""
