"""The spec a person writes: YAML, units, tolerances; every error with its file, line and column; normalised to SI."""

from proofmark_spec.problems import Problem, SpecError
from proofmark_spec.schema import json_schema
from proofmark_spec.spec import Spec, load, parse

__all__ = ["Problem", "Spec", "SpecError", "json_schema", "load", "parse"]
