"""Write the table of usual units, by pint: `python -m tests.spec.units_table`. To add one, put `"name": null` there."""

import json

from proofmark_spec.registry import USUAL, asked, usual


def table() -> str:
    """The whole table, a name a line.

    Raises
    ------
    LookupError
        Pint has no such unit, or none of whole dimensions.
    """
    lines = []
    for name in sorted(usual()):
        found = asked(name)
        if found is None or any(power.denominator > 1 for _, power in found[0].exponents):
            raise LookupError(name)
        exponents = {base: int(power) for base, power in found[0].exponents}
        lines.append(f"{json.dumps(name, ensure_ascii=False)}: {json.dumps([str(found[1]), exponents])}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    USUAL.write_text(table())
