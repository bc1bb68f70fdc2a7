"""What the parent of all services imports once, before it forks them."""

import nats  # noqa: F401
import numpy  # noqa: F401
import pyarrow  # noqa: F401
import scipy.linalg
import scipy.special  # noqa: F401

import proofmark_contracts.services  # noqa: F401
