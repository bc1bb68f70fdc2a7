"""`python -m proofmark` is `proofmark`."""

from proofmark.main import run

if __name__ == "__main__":
    run()
