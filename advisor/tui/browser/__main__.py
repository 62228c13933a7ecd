"""The program behind one open page of ``advisor serve``: ``python -m advisor.tui.browser``.

It speaks to the server on its standard streams, so it is of no use by itself.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path

from advisor.errors import AdvisorError


def main(arguments: list[str] | None = None) -> int:
    """Run until the page is closed; the return value is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m advisor.tui.browser", description=__doc__)
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--as-of", type=date.fromisoformat)
    parser.add_argument("--forget", action="store_true", help="keep no session")
    given = parser.parse_args(arguments)
    if "TEXTUAL_DRIVER" not in os.environ:
        parser.error("this is started by 'advisor serve'")
    from advisor.tui.app import run

    try:
        return run(rules=given.rules, as_of=given.as_of, keep=not given.forget)
    except AdvisorError as error:
        from advisor.reports.problems import render_all

        sys.stderr.write(render_all(error.problems) + "\n")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
