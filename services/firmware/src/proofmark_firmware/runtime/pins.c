/* Pins and compare channels. */
#include "pm.h"
#include PM_FAMILY_HEADER

#define PM_PULL_DOWN 2u

static void pm_field(volatile uint32_t *address, uint32_t width, uint32_t place, uint32_t value)
{
    const uint32_t mask = ((1u << width) - 1u) << (width * place);
    *address = (*address & ~mask) | (value << (width * place));
}

void pm_pin_start(uint32_t port, uint32_t pin, pm_mode mode, uint32_t alternate)
{
    pm_switch_on(&PM_RCC_GPIO, 1u << port);
    pm_field(&PM_GPIO_PUPDR(port), 2u, pin, (mode == PM_INPUT) ? PM_PULL_DOWN : 0u);
    if (mode == PM_ALTERNATE) {
        pm_field(&PM_GPIO_AFR(port, pin / 8u), 4u, pin % 8u, alternate);
    }
#ifdef PM_GPIO_ASCR
    if (mode == PM_ANALOG) {
        PM_GPIO_ASCR(port) |= 1u << pin;
    }
#endif
    pm_field(&PM_GPIO_MODER(port), 2u, pin, (uint32_t)mode);
}

void pm_pin_write(uint32_t port, uint32_t pin, bool high)
{
    PM_GPIO_BSRR(port) = high ? (1u << pin) : (1u << (pin + 16u));
}

bool pm_pin_read(uint32_t port, uint32_t pin)
{
    return (PM_GPIO_IDR(port) & (1u << pin)) != 0u;
}

void pm_pwm_start(uint32_t timer, uint32_t channel, uint32_t prescaler, uint32_t top, uint32_t compare, bool guarded)
{
    const uint32_t index = channel - 1u;
    PM_TIM_PSC(timer) = prescaler;
    PM_TIM_ARR(timer) = top;
    PM_TIM_CCR(timer, channel) = compare;
    pm_field(&PM_TIM_CCMR(timer, index / 2u), 8u, index % 2u, PM_TIM_PWM);
    PM_TIM_CCER(timer) |= 1u << (4u * index);
    if (guarded) {
        PM_TIM_BDTR(timer) = PM_TIM_MOE;
    }
    PM_TIM_EGR(timer) = 1u; /* takes over what is preloaded */
    PM_TIM_CR1(timer) = PM_TIM_RUN;
}

/* As the co-simulation rounds, in float32 throughout: halves up, and 0 for what is no number. */
uint32_t pm_compare(float duty, float steps)
{
    const float above = (duty > 0.0f) ? duty : 0.0f;
    const float within = (above < 1.0f) ? above : 1.0f;
    const float scaled = within * steps;
    return (uint32_t)(scaled + 0.5f);
}
