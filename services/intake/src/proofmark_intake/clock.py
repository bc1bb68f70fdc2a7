"""How long a study has lived, not counting the time its owner had it paused."""

from collections.abc import Iterable


def paused_s(commands: Iterable[tuple[float, str]], now_s: float) -> float:
    """Seconds a study was paused until now.

    Parameters
    ----------
    commands
        (seconds since the epoch, action) of each command on the study, oldest first.
    now_s
        Seconds since the epoch, by the same clock.
    """
    total, since = 0.0, None
    for at_s, action in commands:
        if action == "pause" and since is None:
            since = at_s
        elif action == "resume" and since is not None:
            total += at_s - since
            since = None
    return total + (now_s - since if since is not None else 0.0)
