/* RM0351 18.6, 18.7: single conversions of one channel, started by software. */
#include "pm.h"
#include "stm32l4.h"

#define PM_ADC_ISR(adc) PM_REG((adc) + 0x00u)
#define PM_ADC_CR(adc) PM_REG((adc) + 0x08u)
#define PM_ADC_CFGR(adc) PM_REG((adc) + 0x0Cu)
#define PM_ADC_SMPR1(adc) PM_REG((adc) + 0x14u)
#define PM_ADC_SMPR2(adc) PM_REG((adc) + 0x18u)
#define PM_ADC_SQR1(adc) PM_REG((adc) + 0x30u)
#define PM_ADC_DR(adc) PM_REG((adc) + 0x40u)
#define PM_ADC_CCR PM_REG(0x50040308u)
#define PM_ADC_BY_4 (3u << 16) /* CKMODE: 20 MHz of 80 MHz (DS10198, table 66) */
#define PM_ADC_ENABLE (1u << 0)
#define PM_ADC_GO (1u << 2)
#define PM_ADC_REGULATOR (1u << 28)
#define PM_ADC_CALIBRATE (1u << 31)
#define PM_ADC_READY (1u << 0)
#define PM_ADC_DONE (1u << 2)
#define PM_ADC_OVERRUN_KEEPS_LAST (1u << 12)
#define PM_ADC_SAMPLING 0x2DB6DB6Du /* 92.5 cycles in every field of three bits */
#define PM_ADC_SETTLING 2000u       /* turns: more than the 20 us of table 66 */

bool pm_adc_start(uint32_t adc)
{
    if ((PM_ADC_CR(adc) & PM_ADC_ENABLE) != 0u) {
        return true;
    }
    PM_ADC_CCR = PM_ADC_BY_4;
    PM_ADC_CR(adc) = 0u; /* out of deep power-down */
    PM_ADC_CR(adc) = PM_ADC_REGULATOR;
    for (volatile uint32_t i = 0u; i < PM_ADC_SETTLING; i += 1u) {
    }
    PM_ADC_CR(adc) = PM_ADC_REGULATOR | PM_ADC_CALIBRATE;
    if (!pm_wait(&PM_ADC_CR(adc), PM_ADC_CALIBRATE, 0u, PM_PATIENT)) {
        return false;
    }
    PM_ADC_ISR(adc) = PM_ADC_READY;
    PM_ADC_CR(adc) = PM_ADC_REGULATOR | PM_ADC_ENABLE;
    if (!pm_wait(&PM_ADC_ISR(adc), PM_ADC_READY, PM_ADC_READY, PM_PATIENT)) {
        return false;
    }
    PM_ADC_CFGR(adc) = PM_ADC_OVERRUN_KEEPS_LAST;
    PM_ADC_SMPR1(adc) = PM_ADC_SAMPLING & 0x3FFFFFFFu;
    PM_ADC_SMPR2(adc) = PM_ADC_SAMPLING & 0x07FFFFFFu;
    return true;
}

bool pm_adc_read(uint32_t adc, uint32_t channel, uint32_t *code)
{
    PM_ADC_SQR1(adc) = channel << 6;
    PM_ADC_ISR(adc) = PM_ADC_DONE;
    PM_ADC_CR(adc) = PM_ADC_REGULATOR | PM_ADC_ENABLE | PM_ADC_GO;
    if (!pm_wait(&PM_ADC_ISR(adc), PM_ADC_DONE, PM_ADC_DONE, PM_BRISK)) {
        return false;
    }
    *code = PM_ADC_DR(adc) & 0xFFFu;
    return true;
}
