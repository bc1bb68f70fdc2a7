"""`proofmark`: every verb, named here and imported when it is called."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

GROUPS = {
    "Write a spec": {
        "init": ("authoring:init", "Write a first spec to start from."),
        "validate": ("authoring:validate", "Check a spec and say what it means and what it cannot prove."),
        "schema": ("authoring:schema", "Print the JSON Schema of spec files, for editors."),
        "controller": ("proofmark_controller.commands:controller", "Check a controller, or write it as C."),
        "cosim": ("proofmark_cosim.commands:cosim", "Run a plant without the bus, or write it as an FMU."),
        "firmware": (
            "firmware:firmware",
            "Show the pins of a design, build its image, verify it on an emulated board.",
        ),
        "thermal": ("heat:thermal", "Solve a spec's heat here and now: field, hot spot, balance, reduced model."),
        "eval": ("evaluating:evaluate", "Run a spec's model once, here and now: metrics against limits."),
    },
    "Judge a design": {
        "run": ("running:run", "Judge a design on this machine, from spec to signed release."),
        "resume": ("studies:resume", "Go on with a paused or interrupted study."),
        "extend": ("continuing:extend", "Go on with a closed study that was watched: more runs, in a child study."),
        "compare": ("comparing:compare", "Say how two studies differ: specs, intervals, common random numbers."),
        "report": ("studies:report", "Fetch a study's report."),
    },
    "Work with a running Proofmark": {
        "up": ("plant:up", "Start the bus and every service on this machine."),
        "down": ("plant:down", "Stop what `up` started."),
        "credentials": ("credentials:credentials", "Print what one role needs to connect."),
        "submit": ("studies:submit", "Submit a spec."),
        "watch": ("studies:watch", "Follow a study until it is closed."),
        "wait": ("studies:wait", "Wait for a study to be closed; the exit code is its outcome."),
        "ls": ("studies:ls", "List studies."),
        "show": ("studies:show", "Show what is known of a study."),
        "cancel": ("studies:cancel", "Cancel a study."),
        "pause": ("studies:pause", "Keep workers from a study until it is resumed."),
        "delete": ("studies:delete", "Cancel a study if it is open, and remove its results."),
    },
    "Trust": {
        "verify": ("proofmark_custody.commands:verify", "Check a release folder, offline."),
        "doctor": ("doctor:doctor", "Say what is installed, and what each missing piece would give."),
    },
}


VERBS = {name: verb for verbs in GROUPS.values() for name, verb in verbs.items()}
HELP = "From a toleranced design spec to a signed, field-ready release."


def run() -> None:
    """The console script. Usage errors exit with 2, as invalid specs do."""
    if sys.argv[1:] in ([], ["--help"], ["-h"]):
        print(overview())
        return
    if not sys.argv[1].startswith("-") and sys.argv[1] not in VERBS:
        sys.exit(_unknown(sys.argv[1]))
    if sys.argv[1] == "run" and not {"--help", "-h"} & set(sys.argv):
        from proofmark.fork_server import start_fork_server

        start_fork_server()
    from proofmark.failures import told

    with told():
        result = application()(exit_on_error=False, print_error=True, result_action="return_value")
        sys.exit(result if isinstance(result, int) else 0)


def overview() -> str:
    """Every verb in a line. Written here because importing a command-line library takes longer than reading it."""
    width = max(map(len, VERBS))
    blocks = [
        "\n".join([group, *(f"  {name:<{width}}  {text}" for name, (_, text) in verbs.items())])
        for group, verbs in GROUPS.items()
    ]
    return "\n\n".join([HELP, *blocks, "proofmark VERB --help says more about a verb."])


def application() -> App:
    """The command line, with its verbs not yet imported."""
    from importlib.metadata import version

    from cyclopts import App

    app = App(name="proofmark", help=HELP, help_format="plaintext", version=lambda: version("proofmark"))
    for group, verbs in GROUPS.items():
        for name, (target, text) in verbs.items():
            path = target if target.startswith("proofmark_") else f"proofmark.commands.{target}"
            app.command(path, name=name, help=text, group=group)
    return app


def _unknown(verb: str) -> int:
    from difflib import get_close_matches

    likely = get_close_matches(verb, VERBS, n=1)
    hint = f", did you mean {likely[0]!r}?" if likely else "; `proofmark --help` lists them"
    print(f"proofmark: unknown verb {verb!r}{hint}", file=sys.stderr)
    return 2
