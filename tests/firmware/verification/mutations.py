"""Seeded bugs: a small patch of an image's sources each, and the check that has to notice."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """Replace a text, which is there once, by another."""

    name: str
    file: str
    old: str
    new: str
    caught_by: str

    def applied(self, project: Mapping[str, str]) -> dict[str, str]:
        """The project with the bug."""
        count = project[self.file].count(self.old)
        assert count == 1, f"{self.name}: expected {self.old!r} once in {self.file}, got {count}"
        return {**project, self.file: project[self.file].replace(self.old, self.new)}


BOOTS, PERIOD, LOOP = "boots", "tick period", "processor in the loop, nominal"
PINS, FUZZ = "declared pins toggle", "fuzz"
BEGUN, OPEN = "no fault in the first ticks", "input Enable fails"
READY, BROWN_OUT, HANG = "converter never ready", "brown-out", "hang"
MUTATIONS = [
    Mutation("wrong alternate function", "src/interface.c", "8u, PM_ALTERNATE, 1u", "8u, PM_ALTERNATE, 2u", PINS),
    Mutation("wrong pin of a LED", "src/interface.c", "pm_pin_start(1u, 5u", "pm_pin_start(1u, 6u", PINS),
    Mutation("swapped bytes", "src/adc_stm32f4.c", "*code = PM_ADC_DR(adc) & 0xFFFu;",
             "const uint32_t raw = PM_ADC_DR(adc);\n    *code = ((raw >> 8) | (raw << 8)) & 0xFFFu;", LOOP),
    Mutation("left-aligned codes", "src/adc_stm32f4.c", "PM_ADC_DR(adc) & 0xFFFu", "PM_ADC_DR(adc) >> 4", LOOP),
    Mutation("another channel", "src/interface.c", "pm_adc_read(PM_ADC1, 1u", "pm_adc_read(PM_ADC1, 2u", BEGUN),
    Mutation("no analogue mode", "src/interface.c", "1u, PM_ANALOG, 0u", "1u, PM_INPUT, 0u", BEGUN),
    Mutation("stale code", "src/adc_stm32f4.c",
             "if (!pm_wait(&PM_ADC_SR(adc), PM_ADC_DONE, PM_ADC_DONE, PM_BRISK)) {\n        return false;\n    }\n", "",
             LOOP),
    Mutation("time-out ignored", "src/interface.c", "    if (!pm_adc_read(PM_ADC1, 1u, &code_0)) {\n"
             "        pm_latch(PM_FAULT_ADC, 0u, 0u, 0u, 0u);\n    }",
             "    (void)pm_adc_read(PM_ADC1, 1u, &code_0);", READY),
    Mutation("converter too fast", "src/adc_stm32f4.c", "PM_ADC_BY_4 (1u << 16)", "PM_ADC_BY_4 (0u << 16)", BEGUN),
    Mutation("wrong gain", "src/interface.c", "0x1.4a00000000000p-4f", "0x1.4a10000000000p-4f", LOOP),
    Mutation("contraction", "src/fan_control.c",
             "self->mean_degc + 0x1.99999ap-4f /* 0.1 */ * (inputs.temp_degc - self->mean_degc)",
             "__builtin_fmaf(0x1.99999ap-4f, inputs.temp_degc - self->mean_degc, self->mean_degc)", LOOP),
    Mutation("missed clamp", "src/pins.c", "(above < 1.0f) ? above : 1.0f", "above", LOOP),
    Mutation("wrong rounding", "src/pins.c", "scaled + 0.5f", "scaled + 0.25f", LOOP),
    Mutation("truncated duty", "src/pins.c", "scaled + 0.5f", "scaled", LOOP),
    Mutation("period off by one", "src/config.h", "PM_SYSTICK_RELOAD 1679999u", "PM_SYSTICK_RELOAD 1680000u", PERIOD),
    Mutation("SysTick at an eighth", "src/registers.h", "#define PM_SYST_RUN 7u", "#define PM_SYST_RUN 3u", BEGUN),
    Mutation("PWM period off by one", "src/interface.c", "1u, 0u, 8399u", "1u, 0u, 8400u", PINS),
    Mutation("prescaler off by one", "src/interface.c", "PM_TIM3, 1u, 0u, 3359u", "PM_TIM3, 1u, 1u, 3359u", PINS),
    Mutation("PLL multiplier", "src/config.h", "PM_PLL_MULTIPLIER 168u", "PM_PLL_MULTIPLIER 160u", BOOTS),
    Mutation("PLL divider", "src/config.h", "PM_PLL_DIVIDER 4u", "PM_PLL_DIVIDER 2u", BOOTS),
    Mutation("flash latency", "src/config.h", "PM_WAIT_STATES 5u", "PM_WAIT_STATES 4u", BOOTS),
    Mutation("APB1 too fast", "src/config.h", "PM_APB1_PRESCALER 5u", "PM_APB1_PRESCALER 4u", BOOTS),
    Mutation("APB2 at half speed", "src/config.h", "PM_APB2_PRESCALER 4u", "PM_APB2_PRESCALER 5u", PINS),
    Mutation("voltage scale", "src/clock_stm32f4.c", "PM_PWR_CR |= PM_VOS_SCALE_1;",
             "PM_PWR_CR &= ~PM_VOS_SCALE_1;", BOOTS),
    Mutation("wrong baud rate", "src/config.h", "PM_LOG_BUS_HZ 42000000u", "PM_LOG_BUS_HZ 84000000u", BOOTS),
    Mutation("missing clock enable", "src/interface.c", "    pm_switch_on(&PM_TIM3_CLOCK);\n", "", BOOTS),
    Mutation("main output off", "src/interface.c", "8399u, 0u, true", "8399u, 0u, false", PINS),
    Mutation("preload off", "src/registers.h", "#define PM_TIM_PWM 0x68u", "#define PM_TIM_PWM 0x78u", PINS),
    Mutation("watchdog never fed", "src/main.c", "        pm_watchdog_feed();\n", "", BEGUN),
    Mutation("no watchdog", "src/watchdog.c", "    PM_IWDG_KR = PM_IWDG_START;\n", "", HANG),
    Mutation("applied too late", "src/main.c", "        pm_apply();\n        pm_sample();\n        pm_compute();\n",
             "        pm_sample();\n        pm_compute();\n        pm_apply();\n", PINS),
    Mutation("start value lost", "src/interface.c", "    pm_controller.gain = 0x1.99999a0000000p-6f;\n", "", FUZZ),
    Mutation("inverted output", "src/interface.c", "pm_record.outputs[2] != 0u", "pm_record.outputs[2] == 0u", PINS),
    Mutation("input without its pull", "src/pins.c", "(mode == PM_INPUT) ? PM_PULL_DOWN : 0u", "0u", OPEN),
    Mutation("safe state forgotten", "src/interface.c", "    PM_TIM_CCR(PM_TIM3, 1u) = 3360u;\n", "", READY),
    Mutation("unsafe until the first tick", "src/interface.c", "3359u, 3360u, false", "3359u, 0u, false", BROWN_OUT),
    Mutation("wrong image information", "src/main.c", "0u}, PM_PERIOD_US}", "0u}, PM_PERIOD_US + 1u}", BOOTS),
    Mutation("floating-point unit off", "src/startup.c", "    PM_SCB_CPACR |= PM_CPACR_FPU;\n", "", BEGUN),
]  # fmt: skip
