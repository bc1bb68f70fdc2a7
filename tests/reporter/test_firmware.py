"""What a report says of firmware."""

from proofmark_reporter.report import render
from tests.reporter.examples import evidence_of, firmware, fit


def page(duty: str) -> str:
    return render(evidence_of(*fit(low=-1.0, target=0.9), firmware=firmware(duty))).decode()  # type: ignore[arg-type]


def test_a_verified_image_is_told_with_its_checks_pins_and_memories() -> None:
    told = page("passed")
    assert told.count("The image for STM32F4-Discovery passed 2 checks on the emulated board.") == 2
    for part in ("banner after 1.2 ms", "not run here", "renode is not installed", "TIM1_CH1 AF1", "zig 0.17.0"):
        assert part in told
    assert "6,120 of 391,680 bytes" in told
    assert "M0 4H1.56" in told
    assert "data:image/svg+xml;base64,PHN2Zy8+" in told


def test_a_check_that_failed_stands_in_the_verdict() -> None:
    told = page("failed")
    verdict = told[told.index('<div class="verdict">') : told.index('<dl class="facts">')]
    assert '<p class="bad">The image for STM32F4-Discovery is not verified, so the design is not released.' in verdict
    assert '<td class="bad">FAILED</td>' in told


def test_a_design_that_asked_for_none_tells_of_none() -> None:
    assert "Firmware" not in render(evidence_of(*fit())).decode()


def test_what_failed_is_the_reason() -> None:
    assert firmware().result.outcome == "verified"
    failed = firmware("failed").result
    assert failed.outcome == "failed"
    assert failed.reasons == ("duty of Motor_PWM: 0.5 where 0.25 was computed, at tick 12",)
    nothing = failed.model_copy(update={"checks": ()})
    assert (nothing.outcome, nothing.reasons) == ("failed", ())
    assert nothing.model_copy(update={"problem": "no compiler"}).reasons == ("no compiler",)
