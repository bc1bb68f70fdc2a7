"""`python -m proofmark` is `proofmark`."""

from proofmark.main import run

run()
