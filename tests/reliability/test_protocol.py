"""The protocol of ask and tell: what a proposal says of itself."""

import numpy as np
import pytest

from proofmark_reliability.protocol import Block, Proposal, Stated, closing


def test_the_closing_batch_has_no_vectors_and_is_the_last() -> None:
    end = closing(3, reason="enough", refusal="too few", stated=Stated(1e-4, 0.1))
    assert end.uniforms.shape == (0, 3)
    assert (end.vectors, end.blocks, end.last) == (0, (), True)
    assert (end.reason, end.refusal, end.stated) == ("enough", "too few", Stated(1e-4, 0.1))


@pytest.mark.parametrize("vectors", [1, 7])
def test_a_proposal_counts_its_vectors_and_is_plain_and_not_the_last_unless_it_says_so(vectors: int) -> None:
    proposal = Proposal(np.full((vectors, 2), 0.5), (Block("plain", vectors),))
    assert proposal.vectors == vectors
    assert (proposal.log_weights, proposal.looks, proposal.last, proposal.refusal) == (None, 1, False, "")
