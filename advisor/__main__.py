"""The launcher: answers ``--version`` before anything else is imported."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the return value is the exit code."""
    if sys.argv[1:] == ["--version"]:
        from advisor import __version__

        sys.stdout.write(f"advisor {__version__}\n")
        return 0
    from advisor.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
