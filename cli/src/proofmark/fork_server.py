"""The parent of all services: a process that imports what they need once, while this one does other things.

Imports nothing itself: it is started before anything else.
"""

import os
import signal
from multiprocessing import forkserver

PRELOADED = ["proofmark.preloaded"]
THREAD_PINS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ARROW_NUM_THREADS"), "1")
"""Results must not depend on how many cores there are."""
RETURN_MEMORY = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    "MALLOC_TRIM_THRESHOLD_": "1000000",
}
"""What a large batch needed goes back to the system: 11 % less at a million vectors, all processes together."""


def start_fork_server() -> None:
    """Start it if it is not running. Threads are pinned before anything numeric is imported."""
    os.environ.update(THREAD_PINS | RETURN_MEMORY)
    forkserver.set_forkserver_preload(PRELOADED)
    # Ctrl-C is this process's to answer: it ends the others in order.
    answered = signal.signal(signal.SIGINT, signal.SIG_IGN)
    forkserver.ensure_running()
    signal.signal(signal.SIGINT, answered)
