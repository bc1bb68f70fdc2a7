/* RM0351 6.2 clocks, 5.1.7 supply, 3.3.3 flash access. */
#include "pm.h"
#include "stm32l4.h"

#define PM_PWR_CR1 PM_REG(PM_PWR + 0x00u)
#define PM_PWR_SR2 PM_REG(PM_PWR + 0x14u)
#define PM_VOS_MASK (3u << 9)
#define PM_VOS_RANGE_1 (1u << 9)
#define PM_VOS_CHANGING (1u << 10)

#define PM_HSI_ON (1u << 8)
#define PM_HSI_READY (1u << 10)
#define PM_HSE_ON (1u << 16)
#define PM_HSE_READY (1u << 17)
#define PM_HSE_BYPASS (1u << 18)
#define PM_PLL_ON (1u << 24)
#define PM_PLL_READY (1u << 25)
#define PM_PLL_SOURCE ((PM_CLOCK_EXTERNAL != 0) ? 3u : 2u)
#define PM_PLL_OUTPUT (1u << 24) /* PLLREN */
#define PM_FLASH_CACHES ((1u << 8) | (1u << 9) | (1u << 10)) /* PRFTEN, ICEN, DCEN */

static bool pm_source_start(void)
{
    if (PM_CLOCK_EXTERNAL != 0) {
        PM_RCC_CR |= PM_HSE_ON | ((PM_CLOCK_BYPASS != 0) ? PM_HSE_BYPASS : 0u);
        return pm_wait(&PM_RCC_CR, PM_HSE_READY, PM_HSE_READY, PM_PATIENT);
    }
    PM_RCC_CR |= PM_HSI_ON;
    return pm_wait(&PM_RCC_CR, PM_HSI_READY, PM_HSI_READY, PM_PATIENT);
}

pm_clock_step pm_clock_start(void)
{
    if (!pm_source_start()) {
        return PM_CLOCK_HSE;
    }
    pm_switch_on(&PM_RCC_APB1, PM_APB1_PWR);
    PM_PWR_CR1 = (PM_PWR_CR1 & ~PM_VOS_MASK) | PM_VOS_RANGE_1;
    if (!pm_wait(&PM_PWR_SR2, PM_VOS_CHANGING, 0u, PM_PATIENT)) {
        return PM_CLOCK_VOS;
    }
    PM_RCC_PLLCFGR = PM_PLL_SOURCE | ((PM_PLL_DIVIDER - 1u) << 4) | (PM_PLL_MULTIPLIER << 8) | PM_PLL_OUTPUT |
                     (((PM_PLL_OUTPUT_DIVIDER / 2u) - 1u) << 25);
    PM_RCC_CR |= PM_PLL_ON;
    if (!pm_wait(&PM_RCC_CR, PM_PLL_READY, PM_PLL_READY, PM_PATIENT)) {
        return PM_CLOCK_PLL;
    }
    PM_FLASH_ACR = PM_WAIT_STATES | PM_FLASH_CACHES;
    if (!pm_wait(&PM_FLASH_ACR, 7u, PM_WAIT_STATES, PM_PATIENT)) {
        return PM_CLOCK_SWITCH;
    }
    PM_RCC_CFGR = (PM_APB1_PRESCALER << 8) | (PM_APB2_PRESCALER << 11);
    PM_RCC_CFGR |= 3u;
    return pm_wait(&PM_RCC_CFGR, 3u << 2, 3u << 2, PM_PATIENT) ? PM_CLOCK_UP : PM_CLOCK_SWITCH;
}
