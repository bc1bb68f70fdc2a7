"""What a report says of firmware."""

from dataclasses import replace

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


def test_a_signed_image_is_told_with_the_stage_that_starts_it_and_what_the_part_needs() -> None:
    told = page("passed")
    assert "signed image (Ed25519 over SHA-512, security counter 16908291) behind a test stage" in told
    assert '<th scope="row">read protection</th><td>RDP level 1 while it is tried</td>' in told
    assert '<th scope="row">write protection</th><td>sectors 0 to 1 of the flash, which hold the loader</td>' in told


def test_an_image_that_was_never_signed_is_told_without() -> None:
    unsigned = firmware()
    unsigned = replace(unsigned, result=unsigned.result.model_copy(update={"secure_boot": None}))
    assert "Secure boot" not in render(evidence_of(*fit(), firmware=unsigned)).decode()


def test_a_module_has_neither_a_part_nor_an_emulated_board() -> None:
    board = firmware()
    alone = {"board": "MicroPython", "part": "", "version": "2.0.1", "pins": (), "memories": (), "image_sha256": None}
    module = replace(board, result=board.result.model_copy(update={**alone, "secure_boot": None}), picture=None)
    told = render(evidence_of(*fit(), firmware=module)).decode()
    assert "The controller was exported for MicroPython, and checked there. Version 2.0.1, compiled by" in told
    assert "emulated" not in told


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
