/* What all families have in common: access, the core, pins, timers, the independent watchdog. */
#ifndef PM_REGISTERS_H
#define PM_REGISTERS_H

#include <stdint.h>

/* An address that the hardware gives a meaning to (MISRA C:2012, deviation from rule 11.4). */
#define PM_REG(address) (*(volatile uint32_t *)(address))

/* ARMv7-M Architecture Reference Manual: B3.3.2 SysTick, B3.2.2 system control block */
#define PM_SYST_CSR PM_REG(0xE000E010u)
#define PM_SYST_RVR PM_REG(0xE000E014u)
#define PM_SYST_CVR PM_REG(0xE000E018u)
#define PM_SYST_RUN 7u /* CLKSOURCE: the core's clock, TICKINT, ENABLE */
#define PM_SCB_VTOR PM_REG(0xE000ED08u)
#define PM_SCB_SHCSR PM_REG(0xE000ED24u)
#define PM_SCB_CFSR PM_REG(0xE000ED28u)
#define PM_SCB_CPACR PM_REG(0xE000ED88u)
#define PM_SHCSR_FAULTS (7u << 16) /* usage, bus, memory management: handlers of their own */
#define PM_CPACR_FPU (0xFu << 20)

/* RM0090 8.4, RM0351 8.5: pins */
#define PM_GPIO_MODER(port) PM_REG(PM_GPIO(port) + 0x00u)
#define PM_GPIO_PUPDR(port) PM_REG(PM_GPIO(port) + 0x0Cu)
#define PM_GPIO_IDR(port) PM_REG(PM_GPIO(port) + 0x10u)
#define PM_GPIO_BSRR(port) PM_REG(PM_GPIO(port) + 0x18u)
#define PM_GPIO_AFR(port, half) PM_REG(PM_GPIO(port) + 0x20u + (4u * (half)))

/* RM0090 17.4, RM0351 30.4: timers */
#define PM_TIM_CR1(timer) PM_REG((timer) + 0x00u)
#define PM_TIM_EGR(timer) PM_REG((timer) + 0x14u)
#define PM_TIM_CCMR(timer, half) PM_REG((timer) + 0x18u + (4u * (half)))
#define PM_TIM_CCER(timer) PM_REG((timer) + 0x20u)
#define PM_TIM_PSC(timer) PM_REG((timer) + 0x28u)
#define PM_TIM_ARR(timer) PM_REG((timer) + 0x2Cu)
#define PM_TIM_CCR(timer, channel) PM_REG((timer) + 0x30u + (4u * (channel))) /* channels from 1 */
#define PM_TIM_BDTR(timer) PM_REG((timer) + 0x44u)
#define PM_TIM_RUN ((1u << 7) | (1u << 0)) /* ARPE, CEN */
#define PM_TIM_PWM 0x68u                   /* mode 1, preloaded */
#define PM_TIM_MOE (1u << 15)

/* RM0090 21.4, RM0351 36.4: independent watchdog */
#define PM_IWDG_KR PM_REG(0x40003000u)
#define PM_IWDG_PR PM_REG(0x40003004u)
#define PM_IWDG_RLR PM_REG(0x40003008u)
#define PM_IWDG_SR PM_REG(0x4000300Cu)

#endif
