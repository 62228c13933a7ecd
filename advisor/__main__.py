"""The launcher: answers ``--version`` before anything else is imported."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the return value is the exit code."""
    if sys.argv[1:] == ["--version"]:
        from advisor import __version__

        return _tell(f"advisor {__version__}\n")
    from advisor.cli.main import end_in_order, run

    end_in_order()
    return run(sys.argv[1:])


def _tell(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        # Closed, full, or nobody reads any more: the slower way says it in words.
        from advisor.cli.main import run

        return run(["--version"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
