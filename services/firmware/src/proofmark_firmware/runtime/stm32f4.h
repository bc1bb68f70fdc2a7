/* STM32F4: the registers that this run-time touches. Sections are those of RM0090 rev 19; the STM32F411 (RM0383) and
 * the STM32F446 (RM0390) have the same ones at the same places. */
#ifndef PM_STM32F4_H
#define PM_STM32F4_H

#include "registers.h"

/* 2.3 memory map */
#define PM_RCC 0x40023800u
#define PM_FLASH_ACR PM_REG(0x40023C00u)
#define PM_PWR 0x40007000u
#define PM_GPIO(port) (0x40020000u + (0x400u * (port)))
#define PM_TIM1 0x40010000u
#define PM_TIM2 0x40000000u
#define PM_TIM3 0x40000400u
#define PM_TIM4 0x40000800u
#define PM_TIM5 0x40000C00u
#define PM_TIM8 0x40010400u
#define PM_TIM9 0x40014000u
#define PM_TIM10 0x40014400u
#define PM_TIM11 0x40014800u
#define PM_TIM12 0x40001800u
#define PM_TIM13 0x40001C00u
#define PM_TIM14 0x40002000u
#define PM_USART1 0x40011000u
#define PM_USART2 0x40004400u
#define PM_USART6 0x40011400u
#define PM_ADC1 0x40012000u
#define PM_ADC2 0x40012100u
#define PM_ADC3 0x40012200u

/* 7.3 RCC registers */
#define PM_RCC_CR PM_REG(PM_RCC + 0x00u)
#define PM_RCC_PLLCFGR PM_REG(PM_RCC + 0x04u)
#define PM_RCC_CFGR PM_REG(PM_RCC + 0x08u)
#define PM_RCC_GPIO PM_REG(PM_RCC + 0x30u) /* AHB1ENR: one bit for each port, from bit 0 */
#define PM_RCC_APB1 PM_REG(PM_RCC + 0x40u)
#define PM_RCC_APB2 PM_REG(PM_RCC + 0x44u)
#define PM_RCC_CSR PM_REG(PM_RCC + 0x74u)
#define PM_CSR_FORGET (1u << 24)   /* RMVF */
#define PM_CSR_POWER_ON (1u << 27) /* PORRSTF */
#define PM_CSR_WATCHDOG (1u << 29) /* IWDGRSTF */
#define PM_APB1_PWR (1u << 28)

#define PM_TIM1_CLOCK PM_RCC_APB2, (1u << 0)
#define PM_TIM2_CLOCK PM_RCC_APB1, (1u << 0)
#define PM_TIM3_CLOCK PM_RCC_APB1, (1u << 1)
#define PM_TIM4_CLOCK PM_RCC_APB1, (1u << 2)
#define PM_TIM5_CLOCK PM_RCC_APB1, (1u << 3)
#define PM_TIM8_CLOCK PM_RCC_APB2, (1u << 1)
#define PM_TIM9_CLOCK PM_RCC_APB2, (1u << 16)
#define PM_TIM10_CLOCK PM_RCC_APB2, (1u << 17)
#define PM_TIM11_CLOCK PM_RCC_APB2, (1u << 18)
#define PM_TIM12_CLOCK PM_RCC_APB1, (1u << 6)
#define PM_TIM13_CLOCK PM_RCC_APB1, (1u << 7)
#define PM_TIM14_CLOCK PM_RCC_APB1, (1u << 8)
#define PM_USART1_CLOCK PM_RCC_APB2, (1u << 4)
#define PM_USART2_CLOCK PM_RCC_APB1, (1u << 17)
#define PM_USART6_CLOCK PM_RCC_APB2, (1u << 5)
#define PM_ADC1_CLOCK PM_RCC_APB2, (1u << 8)
#define PM_ADC2_CLOCK PM_RCC_APB2, (1u << 9)
#define PM_ADC3_CLOCK PM_RCC_APB2, (1u << 10)

/* 30.6 USART registers */
#define PM_USART_STATUS(uart) PM_REG((uart) + 0x00u) /* SR: TXE is bit 7, as on later families */
#define PM_USART_DATA(uart) PM_REG((uart) + 0x04u)
#define PM_USART_BRR(uart) PM_REG((uart) + 0x08u)
#define PM_USART_CR1(uart) PM_REG((uart) + 0x0Cu)
#define PM_USART_ENABLE ((1u << 13) | (1u << 3)) /* UE, TE */

/* 7.3.1: the internal oscillator, at which the core starts */
#define PM_RESET_HZ 16000000u

#endif
