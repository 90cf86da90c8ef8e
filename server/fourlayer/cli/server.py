"""`fourlayer server`: the language server on standard input and output."""

from __future__ import annotations

import gc
from collections.abc import Sequence

from fourlayer.cli.exits import OK, TROUBLE

_EXAMPLES = """\
  fourlayer server            what an editor starts
  fourlayer server --stdio    the same, for clients that insist on saying so"""


def run(arguments: Sequence[str]) -> int:
    """Serve until the client leaves."""
    from fourlayer.cli import output
    from fourlayer.cli.parser import Parser, UsageError, complaint

    parser = Parser(
        "server", "Run the language server for editors, over standard input and output.", _EXAMPLES
    )
    parser.add_argument("--stdio", action="store_true", help="use standard input and output (the only way)")
    # vscode-languageclient appends the editor's process id for servers started over a pipe.
    parser.add_argument("--clientProcessId", metavar="PID", help="process id of the editor; accepted, unused")
    try:
        parser.parse_args(arguments)
    except UsageError as error:
        output.complain(complaint(error))
        return TROUBLE
    gc.enable()
    from fourlayer.lsp.server import run as serve

    serve()
    return OK
