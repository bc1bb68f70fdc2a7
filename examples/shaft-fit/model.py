"""Press fit of a steel shaft in a hub of thermoplastic elastomer: does it hold, and does the hub bear it?

Lamé's thick-walled cylinder, plane stress, linear elastic. Sources:

- Budynas & Nisbett, Shigley's Mechanical Engineering Design, 10th ed.: 3-14 and 3-16 (contact pressure of a press fit,
  stresses at the bore), 7-8 (axial holding force of an interference fit).
- DIN 7190-1: Pressverbände: smoothing of the surfaces, 0.8 (Rz_shaft + Rz_bore).

Not covered: temperature, swelling, dynamic load, the edges of the hub, where the pressure peaks.
"""

import numpy as np

UNITS = {
    "shaft_diameter": "mm",
    "bore_diameter": "mm",
    "hub_diameter": "mm",
    "length": "mm",
    "roughness_shaft": "mm",
    "roughness_bore": "mm",
    "load": "N",
    "hub_modulus": "MPa",
    "shaft_modulus": "MPa",
    "interference": "mm",
    "axial_reserve": "N",
    "bore_stress": "MPa",
}


def evaluate(samples: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Judge each fit; all arrays have one entry for each built part."""
    s = samples
    smoothing = 0.8 * (s["roughness_shaft"] + s["roughness_bore"])
    interference = s["shaft_diameter"] - s["bore_diameter"] - smoothing

    fresh = pressure(s, interference, s["hub_modulus"])
    settled = pressure(s, interference, s["hub_modulus"] * s["relaxed"])

    contact_area = np.pi * s["shaft_diameter"] * s["length"]
    holding = s["friction"] * settled * contact_area

    hoop = fresh * wall_factor(s)
    return {
        "interference": interference,
        "axial_reserve": holding - s["load"],
        "bore_stress": np.sqrt(hoop**2 + hoop * fresh + fresh**2),
    }


def wall_factor(s: dict[str, np.ndarray]) -> np.ndarray:
    """Hoop stress at the bore over the pressure on it: (D² + d²) / (D² - d²), Shigley 3-14."""
    outer, inner = s["hub_diameter"] ** 2, s["shaft_diameter"] ** 2
    return (outer + inner) / (outer - inner)


def pressure(s: dict[str, np.ndarray], interference: np.ndarray, hub_modulus: np.ndarray) -> np.ndarray:
    """Contact pressure on a solid shaft, MPa; none where there is clearance. Shigley 3-16."""
    hub = (wall_factor(s) + s["hub_poisson"]) / hub_modulus
    shaft = (1 - s["shaft_poisson"]) / s["shaft_modulus"]
    return np.maximum(interference, 0) / (s["shaft_diameter"] * (hub + shaft))
