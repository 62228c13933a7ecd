"""From arguments to an exit code: whatever goes wrong ends here, in words.

====  =========================================================================
exit  meaning
====  =========================================================================
0     done
1     internal error, or the output could not be written (one line)
2     wrong usage
3     a data file is invalid
4     the rule base is invalid
5     no offer qualifies (the full result is still printed)
6     differences were found (``--exit-code``)
7     a demanded quality was not reached (the full result is still printed)
129   the terminal was closed (SIGHUP)
130   interrupted
143   terminated (SIGTERM)
====  =========================================================================
"""

from __future__ import annotations

import contextlib
import os
import sys

from advisor.cli.output import OutputError, discard_stdout, say
from advisor.errors import AdvisorError, UsageError
from advisor.knowledge.text_safety import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DONE = 0
INTERNAL = 1
USAGE = 2
NO_OFFER = 5
DIFFERENT = 6
NOT_REACHED = 7
INTERRUPTED = 130


class Ended(BaseException):
    """A signal that ends the program, on its way through everything that cleans up."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number
        super().__init__(number)


def end_in_order() -> None:
    """Let SIGTERM and SIGHUP leave no temporary file behind.  What is ignored stays ignored."""
    import signal

    def end(number: int, _: object) -> None:
        raise Ended(number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code and never raises for expected failures."""
    try:
        code = _run(arguments)
        _flush()
    except BrokenPipeError:
        # The reader (``head``, a pager) has seen enough.
        discard_stdout()
        return DONE
    except OutputError as error:
        say(f"error[output]: {visible(str(error))}\n")
        return error.exit_code
    except AdvisorError as error:
        _report(error)
        return error.exit_code
    except KeyboardInterrupt:
        say("\ninterrupted\n")
        return INTERRUPTED
    except Ended as signalled:
        discard_stdout()
        return signalled.exit_code
    except Exception as error:
        return _internal(error)
    return code


def _run(arguments: Sequence[str]) -> int:
    if not arguments:
        from datetime import date

        from advisor.cli.common import Common
        from advisor.cli.start import start

        common = Common(rules=None, as_of=date.today(), quiet=False)
        return start(common, answers=None, resume=None, plain=False, mouse=True)
    if arguments and arguments[0] == "recommend":
        from advisor.cli.direct import understood

        call = understood(arguments[1:])
        if call is not None:
            from advisor.cli.recommending import recommend_and_print

            return recommend_and_print(*call)
    import click

    from advisor.cli.app import advisor

    try:
        result = advisor.main(list(arguments), prog_name="advisor", standalone_mode=False)
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        say(_usage_words(error))
        return USAGE
    except SystemExit as stop:
        # click ends the process itself when the pipe it prints help into is closed.
        discard_stdout()
        return stop.code if isinstance(stop.code, int) and stop.code != INTERNAL else DONE
    return result if isinstance(result, int) else DONE


def _usage_words(error: object) -> str:
    """A mistake in the arguments, and where to read more."""
    import click

    words = error.format_message() if isinstance(error, click.ClickException) else str(error)
    context = getattr(error, "ctx", None)
    path = context.command_path if isinstance(context, click.Context) else "advisor"
    return f"error[usage]: {visible(words, keep=chr(10))}\n  = see: {visible(path)} --help\n"


def _report(error: AdvisorError) -> None:
    if isinstance(error, UsageError):
        for problem in error.problems:
            place = f"\n  --> {visible(problem.file)}" if problem.file else ""
            hint = f"\n  = hint: {visible(problem.hint)}" if problem.hint else ""
            say(f"error[{problem.check}]: {visible(problem.message)}{place}{hint}\n")
        return
    from advisor.reports.problems import render_all

    say(render_all(error.problems) + "\n")


def _internal(error: Exception) -> int:
    if os.environ.get("ADVISOR_DEBUG") == "1":
        import traceback

        say("".join(traceback.format_exception(error)))
    else:
        words = visible(str(error))[:300]
        say(
            f"advisor: internal error: {type(error).__name__}: {words} "
            "(ADVISOR_DEBUG=1 shows where)\n"
        )
    with contextlib.suppress(OSError, ValueError):
        _flush()
    return INTERNAL


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()
