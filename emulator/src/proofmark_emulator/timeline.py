"""Time: cycles of the core clock, counted in executed instructions and skipped where the core waits."""

from math import ceil

from proofmark_emulator.state import State

NEVER = 2**63


class Timeline:
    """The cycle, and named moments at which something will be ready."""

    def __init__(self, state: State, cycles_per_instruction: int) -> None:
        self._state = state
        self._state.each = cycles_per_instruction
        self.hz = 1
        self._retuned_s, self._retuned_at = 0.0, 0
        self._moments: dict[str, int] = {}
        self._alarms: dict[str, int] = {}
        """Of the moments, those that matter although no program asks."""
        self.alarm = NEVER
        """The first of them."""

    @property
    def now(self) -> int:
        """The cycle, since power-on."""
        return self._state.cycle

    @property
    def now_s(self) -> float:
        """Seconds since power-on."""
        return self._retuned_s + (self.now - self._retuned_at) / self.hz

    def stop_at(self, cycle: int) -> None:
        """Execute no instruction that begins at this cycle or later."""
        self._state.stop = cycle

    def stop_now(self) -> None:
        """Execute no further instruction: something has to be looked at."""
        self._state.stop = 0

    def skip_to(self, cycle: int) -> None:
        """Let time pass without instructions."""
        self._state.cycle = max(self._state.cycle, cycle)

    def seconds(self, seconds: float) -> int:
        """Cycles that a time takes, rounded up."""
        return ceil(seconds * self.hz)

    def expect(self, name: str, cycles: int, *, alarming: bool = False) -> None:
        """Something will be ready in so many cycles; if alarming, it happens by itself then."""
        self.expect_at(name, self._state.cycle + cycles, alarming=alarming)

    def expect_at(self, name: str, cycle: int, *, alarming: bool = False) -> None:
        """The same at a cycle."""
        self._moments[name] = cycle
        if alarming:
            self._alarms[name] = cycle
            self.alarm = min(self._alarms.values())

    def moment(self, name: str) -> int | None:
        """When something will be or was ready, if it is expected."""
        return self._moments.get(name)

    def forget(self, name: str) -> None:
        """Nothing is expected any more."""
        self._moments.pop(name, None)
        if name in self._alarms:
            del self._alarms[name]
            self.alarm = min(self._alarms.values(), default=NEVER)

    def ready(self, name: str) -> bool:
        """Whether something was expected and its moment has come."""
        moment = self._moments.get(name)
        return moment is not None and moment <= self._state.cycle

    def wait_for(self, name: str) -> bool:
        """Pass the time of a program that polls, until something is ready or execution stops; whether it is ready."""
        moment = self._moments.get(name)
        if moment is None:
            return False
        self.skip_to(min(moment, self._state.stop))
        return moment <= self._state.cycle

    def retune(self, hz: int) -> None:
        """Change the core clock: what is expected keeps its time in seconds."""
        self._retuned_s, self._retuned_at = self.now_s, self.now
        now, old = self.now, self.hz
        for name, moment in self._moments.items():
            if moment > now:
                self._moments[name] = now + -(-(moment - now) * hz // old)
        self.hz = hz
        for name in self._alarms:
            self.expect_at(name, self._moments[name], alarming=True)

    def restart(self) -> None:
        """Nothing is expected any more, after a reset."""
        self._moments.clear()
        self._alarms.clear()
        self.alarm = NEVER
