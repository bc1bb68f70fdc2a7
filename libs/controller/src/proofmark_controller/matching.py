"""`match`: over the members of an enumeration, every one of them, or over whole numbers with a rest."""

import ast

from proofmark_controller.module import one, told
from proofmark_controller.nesting import Nesting
from proofmark_controller.nodes import Expression, Local, Statement, Switch
from proofmark_controller.plain import Counter, Number, int32_constant
from proofmark_controller.sheet import Outside
from proofmark_controller.values import Constant, Enumeration, Scalar


def read_match(statements: Nesting, node: ast.Match, made: list[Statement]) -> bool:
    """Read a match; whether what follows it is reached."""
    subject = statements.settled(node.subject, _subject(statements, node.subject), made, "subject")
    before = set(statements.scope.assigned)
    cases, ways, seen, rest = [], [], set[float](), False
    for case in node.cases:
        if case.guard is not None:
            raise Outside(case.guard, "a guard", "write if inside of the case")
        values = _values(statements, case.pattern, subject)
        for value in values:
            if value.value in seen:
                raise Outside(case.pattern, f"{value.name or value.value} is matched twice", "write it once")
            seen.add(value.value)
        rest |= not values
        (body, _), way = statements.branch(case.body, before)
        cases.append((values, body))
        ways.append(way)
    if not rest and isinstance(subject.type, Enumeration):
        if missing := [name for name, number in subject.type.members if number not in seen]:
            name = f"{subject.type.name}.{missing[0]}"
            raise Outside(node, f"{name} is not matched", f"write case {name}: or case _:")
    elif not rest:
        raise Outside(node, "a match of numbers without a rest", "write case _:")
    made.append(Switch(subject, tuple(cases)))
    return statements.join(ways, before)


def _subject(statements: Nesting, node: ast.expr) -> Expression:
    match statements.expressions.read(node):
        case Counter(name=name):
            return Local(Scalar.INT32, name)
        case Number():
            raise Outside(node, "a match of a plain number", "write the case that it is")
        case subject if isinstance(subject.type, Enumeration) or subject.type is Scalar.INT32:
            return subject
        case subject:
            raise Outside(node, f"a match of {one(subject.type)}", "write if and elif")


def _values(statements: Nesting, pattern: ast.pattern, subject: Expression) -> tuple[Constant, ...]:
    """What a pattern stands for; nothing for `_`."""
    match pattern:
        case ast.MatchAs(pattern=None, name=None):
            return ()
        case ast.MatchOr(patterns=patterns):
            return tuple(value for one in patterns for value in _values(statements, one, subject))
        case ast.MatchValue(value=written):
            found = statements.expressions.read(written)
            if isinstance(found, Number) and subject.type is Scalar.INT32:
                return (int32_constant(written, found.value),)
            if isinstance(found, Constant) and found.type == subject.type:
                return (found,)
            raise Outside(pattern, f"a pattern that is no {told(subject.type)}", f"write {one(subject.type)}")
        case ast.MatchAs(pattern=None, name=name):
            raise Outside(pattern, f"the pattern {name} takes everything", "write case _:")
    raise Outside(pattern, "a pattern that takes values apart", "write members or numbers, with | between them")
