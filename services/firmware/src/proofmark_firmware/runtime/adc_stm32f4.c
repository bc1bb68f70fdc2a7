/* RM0090 13.13: single conversions of one channel, started by software. */
#include "pm.h"
#include "stm32f4.h"

#define PM_ADC_SR(adc) PM_REG((adc) + 0x00u)
#define PM_ADC_CR1(adc) PM_REG((adc) + 0x04u)
#define PM_ADC_CR2(adc) PM_REG((adc) + 0x08u)
#define PM_ADC_SMPR1(adc) PM_REG((adc) + 0x0Cu)
#define PM_ADC_SMPR2(adc) PM_REG((adc) + 0x10u)
#define PM_ADC_SQR1(adc) PM_REG((adc) + 0x2Cu)
#define PM_ADC_SQR3(adc) PM_REG((adc) + 0x34u)
#define PM_ADC_DR(adc) PM_REG((adc) + 0x4Cu)
#define PM_ADC_CCR PM_REG(0x40012304u)
#define PM_ADC_BY_4 (1u << 16) /* ADCPRE: at most 24 MHz on every board, of 36 MHz (DS8626, table 67) */
#define PM_ADC_ON (1u << 0)
#define PM_ADC_GO (1u << 30)
#define PM_ADC_DONE (1u << 1)
#define PM_ADC_SAMPLING 0x24924924u /* 84 cycles in every field of three bits */
#define PM_ADC_SETTLING 1000u       /* turns: more than the 3 us of table 67 */

bool pm_adc_start(uint32_t adc)
{
    PM_ADC_CCR = PM_ADC_BY_4;
    PM_ADC_CR1(adc) = 0u;
    PM_ADC_SMPR1(adc) = PM_ADC_SAMPLING & 0x07FFFFFFu;
    PM_ADC_SMPR2(adc) = PM_ADC_SAMPLING & 0x3FFFFFFFu;
    PM_ADC_SQR1(adc) = 0u;
    PM_ADC_CR2(adc) = PM_ADC_ON;
    for (volatile uint32_t i = 0u; i < PM_ADC_SETTLING; i += 1u) {
    }
    return (PM_ADC_CR2(adc) & PM_ADC_ON) != 0u;
}

bool pm_adc_read(uint32_t adc, uint32_t channel, uint32_t *code)
{
    PM_ADC_SQR3(adc) = channel;
    PM_ADC_SR(adc) = 0u;
    PM_ADC_CR2(adc) |= PM_ADC_GO;
    if (!pm_wait(&PM_ADC_SR(adc), PM_ADC_DONE, PM_ADC_DONE, PM_BRISK)) {
        return false;
    }
    *code = PM_ADC_DR(adc) & 0xFFFu;
    return true;
}
