/* STM32L4 (L47x/L48x): the registers that this run-time touches. Sections are those of RM0351 rev 9. */
#ifndef PM_STM32L4_H
#define PM_STM32L4_H

#include "registers.h"

/* 2.2 memory map */
#define PM_RCC 0x40021000u
#define PM_FLASH_ACR PM_REG(0x40022000u)
#define PM_PWR 0x40007000u
#define PM_GPIO(port) (0x48000000u + (0x400u * (port)))
#define PM_TIM1 0x40012C00u
#define PM_TIM2 0x40000000u
#define PM_TIM3 0x40000400u
#define PM_TIM4 0x40000800u
#define PM_TIM5 0x40000C00u
#define PM_TIM8 0x40013400u
#define PM_TIM15 0x40014000u
#define PM_TIM16 0x40014400u
#define PM_TIM17 0x40014800u
#define PM_USART1 0x40013800u
#define PM_USART2 0x40004400u
#define PM_USART3 0x40004800u
#define PM_ADC1 0x50040000u
#define PM_ADC2 0x50040100u
#define PM_ADC3 0x50040200u

/* 6.4 RCC registers */
#define PM_RCC_CR PM_REG(PM_RCC + 0x00u)
#define PM_RCC_CFGR PM_REG(PM_RCC + 0x08u)
#define PM_RCC_PLLCFGR PM_REG(PM_RCC + 0x0Cu)
#define PM_RCC_GPIO PM_REG(PM_RCC + 0x4Cu) /* AHB2ENR: one bit for each port, from bit 0 */
#define PM_RCC_APB1 PM_REG(PM_RCC + 0x58u) /* APB1ENR1 */
#define PM_RCC_APB2 PM_REG(PM_RCC + 0x60u)
#define PM_RCC_CSR PM_REG(PM_RCC + 0x94u)
#define PM_CSR_FORGET (1u << 23)   /* RMVF */
#define PM_CSR_POWER_ON (1u << 27) /* BORRSTF: power-on and brown-out */
#define PM_CSR_WATCHDOG (1u << 29) /* IWDGRSTF */
#define PM_APB1_PWR (1u << 28)

#define PM_TIM1_CLOCK PM_RCC_APB2, (1u << 11)
#define PM_TIM2_CLOCK PM_RCC_APB1, (1u << 0)
#define PM_TIM3_CLOCK PM_RCC_APB1, (1u << 1)
#define PM_TIM4_CLOCK PM_RCC_APB1, (1u << 2)
#define PM_TIM5_CLOCK PM_RCC_APB1, (1u << 3)
#define PM_TIM8_CLOCK PM_RCC_APB2, (1u << 13)
#define PM_TIM15_CLOCK PM_RCC_APB2, (1u << 16)
#define PM_TIM16_CLOCK PM_RCC_APB2, (1u << 17)
#define PM_TIM17_CLOCK PM_RCC_APB2, (1u << 18)
#define PM_USART1_CLOCK PM_RCC_APB2, (1u << 14)
#define PM_USART2_CLOCK PM_RCC_APB1, (1u << 17)
#define PM_USART3_CLOCK PM_RCC_APB1, (1u << 18)
#define PM_ADC1_CLOCK PM_RCC_GPIO, (1u << 13) /* one bit of AHB2ENR for the three */
#define PM_ADC2_CLOCK PM_ADC1_CLOCK
#define PM_ADC3_CLOCK PM_ADC1_CLOCK

/* 40.8 USART registers */
#define PM_USART_STATUS(uart) PM_REG((uart) + 0x1Cu) /* ISR */
#define PM_USART_DATA(uart) PM_REG((uart) + 0x28u)   /* TDR */
#define PM_USART_BRR(uart) PM_REG((uart) + 0x0Cu)
#define PM_USART_CR1(uart) PM_REG((uart) + 0x00u)
#define PM_USART_ENABLE ((1u << 0) | (1u << 3)) /* UE, TE */

/* 8.5.12: connects a pin to its converter, on this family alone */
#define PM_GPIO_ASCR(port) PM_REG(PM_GPIO(port) + 0x2Cu)

/* 6.2.3: the multi-speed oscillator, at which the core starts */
#define PM_RESET_HZ 4000000u

#endif
