"""Random words have addresses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofmark_reliability.counters import Region, unit_interval, words
from proofmark_reliability.errors import OutOfRange


def test_words_are_those_of_the_published_generator() -> None:
    """Known answers of Random123 for philox4x64-10: all zeros, and the digits of pi."""
    assert words(seed=0, batch=0, first=0, count=1).tolist() == [
        [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B]
    ]
    digits_of_pi = words(
        seed=0x452821E638D01377,
        batch=0xBE5466CF34E90C6C,
        first=0x13198A2E03707344_243F6A8885A308D3,
        count=1,
        stream=0xA4093822299F31D0,
        region=0x082EFA98EC4E6C89,  # type: ignore[arg-type]
    )
    assert digits_of_pi.tolist() == [[0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6]]


@given(
    seed=st.integers(0, 2**64 - 1),
    batch=st.integers(0, 2**64 - 1),
    first=st.integers(0, 2**40),
    skip=st.integers(0, 20),
    count=st.integers(0, 20),
)
def test_any_part_of_a_stream_can_be_made_alone(seed: int, batch: int, first: int, skip: int, count: int) -> None:
    whole = words(seed, batch, first, skip + count)
    assert np.array_equal(words(seed, batch, first + skip, count), whole[skip:])


def test_seed_zero_is_a_seed_like_any_other() -> None:
    assert np.array_equal(words(0, 0, 0, 100), words(0, 0, 0, 100))
    assert not np.array_equal(words(0, 0, 0, 100), words(1, 0, 0, 100))


def test_seeds_batches_regions_and_streams_never_meet() -> None:
    drawn = [
        words(seed, batch, 0, 50, region, stream)
        for seed in (0, 1)
        for batch in (0, 1)
        for region in Region
        for stream in (0, 1)
    ]
    assert len(np.unique(np.concatenate(drawn))) == 2 * 2 * len(Region) * 2 * 50 * 4


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_beyond_64_bits_is_refused(seed: int) -> None:
    with pytest.raises(OutOfRange, match=r"seed: expected an integer from 0 to 2\*\*64 - 1, got"):
        words(seed, 0, 0, 1)


@pytest.mark.parametrize("bits", [8, 31, 52])
def test_uniforms_are_never_zero_or_one_and_symmetric(bits: int) -> None:
    lowest, highest = unit_interval(np.array([0, 2**64 - 1], dtype=np.uint64), bits)
    assert lowest == 2.0 ** -(bits + 1)
    assert highest == 1 - lowest < 1
