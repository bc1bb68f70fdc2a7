"""What the dashboard and the alerts in `deploy/` ask for."""

import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DEPLOY = Path(__file__).parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
RATE_WINDOW = "1m"
"""What Grafana puts for `$__rate_interval`, for the short life of a test."""
PARTS_OF_A_HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


def dashboard() -> dict[str, str]:
    """Every query of the dashboard, by its panel and letter."""
    document = json.loads((DEPLOY / "grafana" / "proofmark.json").read_text())
    return {
        f"{panel['title']} {target['refId']}": target["expr"].replace("$__rate_interval", RATE_WINDOW)
        for panel in document["panels"]
        for target in panel["targets"]
    }


def alerts() -> dict[str, str]:
    """Every alert's expression, by its name."""
    document: dict[str, Any] = YAML(typ="safe").load(PROMETHEUS / "alerts.yml")
    return {rule["alert"]: rule["expr"] for group in document["groups"] for rule in group["rules"]}


def metrics_of(expression: str) -> set[str]:
    """The metrics of ours that an expression names, as families."""
    return {PARTS_OF_A_HISTOGRAM.sub("", name) for name in re.findall(r"\bproofmark_\w+", expression)}
