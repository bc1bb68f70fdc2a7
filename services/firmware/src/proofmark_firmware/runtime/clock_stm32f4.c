/* RM0090 7.2 clocks, 5.4 supply, 3.9.1 flash access. */
#include "pm.h"
#include "stm32f4.h"

#define PM_PWR_CR PM_REG(PM_PWR + 0x00u)
#define PM_PWR_CSR PM_REG(PM_PWR + 0x04u)
#define PM_VOS_READY (1u << 14)

/* Scale 1: one bit on the first parts, two on those after them (RM0090 5.4.1, RM0383 5.4.1, RM0390 5.4.1). */
#if (PM_PART == 405) || (PM_PART == 407) || (PM_PART == 415) || (PM_PART == 417)
#define PM_VOS_SCALE_1 (1u << 14)
#else
#define PM_VOS_SCALE_1 (3u << 14)
#endif

#define PM_HSE_ON (1u << 16)
#define PM_HSE_READY (1u << 17)
#define PM_HSE_BYPASS (1u << 18)
#define PM_PLL_ON (1u << 24)
#define PM_PLL_READY (1u << 25)
#define PM_PLL_RESERVED 0x20000000u /* reset value of bits that stay as they are; PLLR = 2 where there is one */
#define PM_FLASH_CACHES ((1u << 8) | (1u << 9) | (1u << 10)) /* PRFTEN, ICEN, DCEN */

pm_clock_step pm_clock_start(void)
{
    const uint32_t external = (PM_CLOCK_EXTERNAL != 0) ? 1u : 0u;
    if (external != 0u) {
        PM_RCC_CR |= PM_HSE_ON | ((PM_CLOCK_BYPASS != 0) ? PM_HSE_BYPASS : 0u);
        if (!pm_wait(&PM_RCC_CR, PM_HSE_READY, PM_HSE_READY, PM_PATIENT)) {
            return PM_CLOCK_HSE;
        }
    }
    pm_switch_on(&PM_RCC_APB1, PM_APB1_PWR);
    PM_PWR_CR |= PM_VOS_SCALE_1;
    PM_RCC_PLLCFGR = PM_PLL_RESERVED | PM_PLL_DIVIDER | (PM_PLL_MULTIPLIER << 6) |
                     (((PM_PLL_OUTPUT_DIVIDER / 2u) - 1u) << 16) | (external << 22) | (PM_PLL_USB_DIVIDER << 24);
    PM_RCC_CR |= PM_PLL_ON;
    if (!pm_wait(&PM_RCC_CR, PM_PLL_READY, PM_PLL_READY, PM_PATIENT)) {
        return PM_CLOCK_PLL;
    }
    if (!pm_wait(&PM_PWR_CSR, PM_VOS_READY, PM_VOS_READY, PM_PATIENT)) {
        return PM_CLOCK_VOS;
    }
    PM_FLASH_ACR = PM_WAIT_STATES | PM_FLASH_CACHES;
    if (!pm_wait(&PM_FLASH_ACR, 0xFu, PM_WAIT_STATES, PM_PATIENT)) {
        return PM_CLOCK_SWITCH;
    }
    PM_RCC_CFGR = (PM_APB1_PRESCALER << 10) | (PM_APB2_PRESCALER << 13);
    PM_RCC_CFGR |= 2u;
    return pm_wait(&PM_RCC_CFGR, 3u << 2, 2u << 2, PM_PATIENT) ? PM_CLOCK_UP : PM_CLOCK_SWITCH;
}
