/* RM0090 3.6, 3.9: words of 32 bits. */
#include "loader.h"

#define PM_FLASH_REG(offset) (*(volatile uint32_t *)(0x40023C00u + (offset)))
#define PM_FLASH_KEYR PM_FLASH_REG(0x04u)
#define PM_FLASH_SR PM_FLASH_REG(0x0Cu)
#define PM_FLASH_CR PM_FLASH_REG(0x10u)
#define PM_KEY_1 0x45670123u
#define PM_KEY_2 0xCDEF89ABu
#define PM_PROGRAM ((2u << 8) | (1u << 0)) /* PSIZE: 32 bits, PG */
#define PM_LOCK (1u << 31)
#define PM_BUSY (1u << 16)
#define PM_PATIENCE 100000u

void pm_flash_begin(void)
{
    PM_FLASH_KEYR = PM_KEY_1;
    PM_FLASH_KEYR = PM_KEY_2;
    PM_FLASH_CR = PM_PROGRAM;
}

void pm_flash_write(uint32_t address, uint32_t word)
{
    *(volatile uint32_t *)address = word;
    for (uint32_t i = 0u; (i < PM_PATIENCE) && ((PM_FLASH_SR & PM_BUSY) != 0u); i += 1u) {
    }
}

void pm_flash_end(void)
{
    PM_FLASH_CR = PM_LOCK;
}
