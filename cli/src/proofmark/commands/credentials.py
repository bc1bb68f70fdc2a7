"""`proofmark credentials`: what one role needs to connect, and nothing that others hold."""

import json
import shlex
import sys
from typing import Annotated

from cyclopts import Parameter

from proofmark.bus_file import bus_file
from proofmark.exits import Exit
from proofmark.failures import Failure
from proofmark_chassis.connection import inbox_prefix
from proofmark_contracts.message import Zone
from proofmark_contracts.services import SERVICES


def credentials(role: str, *, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Print a role's credentials on the running Proofmark; as shell exports: eval "$(proofmark credentials gate)".

    Parameters
    ----------
    role
        A service, or `outsider` for systems that submit specs.
    as_json
        One document: url, inbox prefix, and user and password by zone.
    """
    if role not in SERVICES:
        raise Failure(f"no role {role!r}; there are {', '.join(SERVICES)}", Exit.USAGE)
    if not bus_file().exists():
        raise Failure("no running Proofmark; start one with: proofmark up", Exit.BUS_UNREACHABLE)
    told = json.loads(bus_file().read_text())
    held = {zone: told["passwords"].get(f"{role}@{zone}") for zone in Zone}
    if as_json:
        zones = {zone: {"user": f"{role}@{zone}", "password": secret} for zone, secret in held.items() if secret}
        print(json.dumps({"url": told["url"], "inbox_prefix": inbox_prefix(role).decode(), "zones": zones}, indent=2))
        return Exit.OK
    print(f"export PROOFMARK_BUS_URL={shlex.quote(told['url'])}")
    for zone, secret in held.items():
        if secret:
            print(f"export PROOFMARK_BUS_PASSWORD_{zone.upper()}={shlex.quote(secret)}")
    if sys.stdout.isatty():
        print("# these are secrets", file=sys.stderr)
    return Exit.OK
