"""Canonical JSON out, strict JSON in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofmark_custody.documents import canonical_json, member, parse_object, sha256_member
from proofmark_custody.errors import Malformed, MalformedTrust

JSON = st.recursive(
    st.none() | st.booleans() | st.floats(-(2.0**53) + 1, 2.0**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_what_was_written_canonically_reads_back_to_the_same_bytes(document: dict[str, object]) -> None:
    data = canonical_json(document)
    assert canonical_json(parse_object(data, Malformed)) == data


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_malformed(data: bytes) -> None:
    try:
        assert isinstance(parse_object(data, MalformedTrust), dict)
    except MalformedTrust as exc:
        assert "JSON object" in str(exc)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[1]", "got a list"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": 1} {}', "Extra data"),
        (b'{"a": "\xff"}', "invalid start byte"),
        (b'{"a": ' * 100_000, "that are none"),
        (b'{"a": ' + b"9" * 5000 + b"}", "that are none"),
    ],
)
def test_what_is_no_single_plain_object_is_refused(data: bytes, reason: str) -> None:
    assert parse_object(b'{"a": 1}', Malformed) == {"a": 1}
    with pytest.raises(MalformedTrust, match=reason):
        parse_object(data, MalformedTrust)


@pytest.mark.parametrize(("document", "got"), [({}, "got nothing"), ({"a": 1}, "got a int"), ([1], "got a list")])
def test_a_member_of_the_wrong_kind_is_named(document: object, got: str) -> None:
    assert member({"a": "x"}, "a", str, Malformed) == "x"
    with pytest.raises(MalformedTrust, match=f"^a: .*{got}"):
        member(document, "a", str, MalformedTrust)


@pytest.mark.parametrize("text", ["a" * 63, "a" * 65, "A" * 64, "a" * 64 + "\n", "g" * 64])
def test_a_digest_is_64_lower_case_hexadecimal_digits(text: str) -> None:
    assert sha256_member({"d": "a" * 64}, "d", Malformed) == "a" * 64
    with pytest.raises(Malformed, match="64 lower-case"):
        sha256_member({"d": text}, "d", Malformed)
