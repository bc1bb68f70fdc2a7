"""YAML text to plain data, with the place of every value. Nothing that can surprise: no aliases, tags, duplicates."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from proofmark_spec.problems import Path, Report, SpecError

LARGEST_BYTES, DEEPEST = 256 * 1024, 32


def read_yaml(data: bytes, source: str) -> tuple[dict[str, Any], Report]:
    """Read a document and where its values stand.

    Raises
    ------
    SpecError
        It is too large, not UTF-8, not YAML, or uses what specs do without.
    """
    report = Report(source, {(): (1, 1)})
    if len(data) > LARGEST_BYTES:
        report.add((), f"expected at most {LARGEST_BYTES // 1024} KiB, got {len(data) / 1024:.0f} KiB")
        report.raise_if_any()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        report.add((), f"expected UTF-8, got byte 0x{data[error.start]:02x} at offset {error.start}")
        raise SpecError(report.problems) from error
    try:
        _refuse_tricks(text, report)
        node = YAML(typ="safe", pure=True).compose(text)
        document = _plain(node, (), report)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        report.positions[()] = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        report.add((), f"not valid YAML: {error.problem or error.context}")
        raise SpecError(report.problems) from error
    except (YAMLError, RecursionError, ValueError) as error:
        report.add((), f"not valid YAML: {error}")
        raise SpecError(report.problems) from error
    if not isinstance(document, dict):
        report.add((), f"expected a mapping, got {_kind(document)}")
    report.raise_if_any()
    return document, report


def check_plain(document: Any, report: Report) -> None:
    """Hold a document that came without a file to the same bounds."""
    pending: list[tuple[Any, Path]] = [(document, ())]
    while pending:
        value, path = pending.pop()
        if len(path) > DEEPEST:
            report.add((), f"expected at most {DEEPEST} levels of nesting")
            break
        if isinstance(value, dict):
            pending += [(inner, (*path, str(key))) for key, inner in value.items()]
        elif isinstance(value, list):
            pending += [(inner, (*path, index)) for index, inner in enumerate(value)]
        elif not isinstance(value, str | int | float | bool | None):
            report.add(path, f"expected plain data, got {type(value).__name__}")
    report.raise_if_any()


def _refuse_tricks(text: str, report: Report) -> None:
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        place = (event.start_mark.line + 1, event.start_mark.column + 1) if event.start_mark else (1, 1)
        trick = None
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor is not None):
            trick = "anchors and aliases are not used in specs; write the value out"
        elif getattr(event, "tag", None) is not None:
            trick = f"tags such as {event.tag} are not used in specs"
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            trick = f"expected at most {DEEPEST} levels of nesting"
        if trick is not None:
            report.positions[()] = place
            report.add((), trick)
            raise SpecError(report.problems)


def _plain(node: Node | None, path: Path, report: Report) -> Any:
    if node is None:
        return None
    report.positions[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    match node:
        case MappingNode():
            return _mapping(node, path, report)
        case SequenceNode():
            return [_plain(item, (*path, index), report) for index, item in enumerate(node.value)]
        case ScalarNode():
            return _scalar(node, path, report)
    return None


def _mapping(node: MappingNode, path: Path, report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, ScalarNode):
            report.positions[(*path, "?")] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            report.add((*path, "?"), "expected a name as key")
            continue
        key = str(key_node.value)
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if key in found:
            report.positions[(*path, key)] = place
            report.add((*path, key), "stands here twice")
            continue
        found[key] = _plain(value_node, (*path, key), report)
        if isinstance(value_node, MappingNode | SequenceNode):
            report.positions[(*path, key)] = place
    return found


def _scalar(node: ScalarNode, path: Path, report: Report) -> str | int | float | bool | None:
    kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
    text = str(node.value)
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text.replace("_", ""), 0)
        case "float":
            return _float(text, path, report)
    return text


def _float(text: str, path: Path, report: Report) -> float | str:
    try:
        return float(text.replace("_", ""))
    except ValueError:
        report.add(path, f"expected a finite number, got {text}")
        return 0.0


def _kind(value: Any) -> str:
    return {list: "a list", str: "text", type(None): "nothing", int: "a number", float: "a number"}.get(
        type(value), type(value).__name__
    )
