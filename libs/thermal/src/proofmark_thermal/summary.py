"""What is told of a solution in plain data: degrees Celsius, metres, watts."""

from typing import Any

from proofmark_thermal.engine import Solution

KELVIN = 273.15


def summary(solution: Solution) -> dict[str, Any]:
    """Return the contents of `thermal.json`."""
    return {
        "t_max_c": solution.hottest.temperature - KELVIN,
        "hot_spot_m": list(solution.hottest.place),
        "energy_balance_w": solution.balance.imbalance,
        "error_estimate_k": solution.error_estimate_k,
        "probes": {name: kelvin - KELVIN for name, kelvin in solution.readings.probes.items()},
        "unknowns": solution.unknowns,
        "engine": solution.engine,
    }


def table(solution: Solution) -> list[str]:
    """Return maxima, probes and the heat balance in lines for people."""
    readings, balance = solution.readings, solution.balance
    lines = [
        f"{name}: at most {hottest.temperature - KELVIN:.3f} degC at ({', '.join(f'{x:.6g}' for x in hottest.place)}) m"
        for name, hottest in readings.regions.items()
    ]
    lines += [f"junction of {name}: {kelvin - KELVIN:.3f} degC" for name, kelvin in readings.junctions.items()]
    lines += [f"probe {name}: {kelvin - KELVIN:.3f} degC" for name, kelvin in readings.probes.items()]
    lines += [f"enters by {name}: {watts:.6g} W" for name, watts in balance.entering.items()]
    lines += [f"leaves by {name}: {watts:.6g} W" for name, watts in balance.leaving.items()]
    if solution.course is not None:
        lines.append(f"stored: {balance.stored:.6g} W")
    lines.append(f"imbalance: {balance.imbalance:.2g} W")
    lines.append(f"mesh: {solution.unknowns} unknowns, estimated error {solution.error_estimate_k:.2g} K")
    return lines
