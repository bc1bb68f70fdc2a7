"""Answer requests on standard input until it ends."""

import sys

from proofmark_emulator.server import Server


def main() -> None:
    """Serve."""
    Server().serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
