/* The log: a ring that the idle loop empties into the UART, so that no tick waits for it. What does not fit is lost. */
#include "pm.h"
#include PM_FAMILY_HEADER

#define PM_RING 512u /* a power of two */
#define PM_SENDABLE (1u << 7)

static char pm_ring[PM_RING];
static uint32_t pm_written;
static uint32_t pm_sent;

void pm_log_start(uint32_t bus_hz)
{
    pm_switch_on(&PM_LOG_CLOCK);
    pm_pin_start(PM_LOG_PIN, PM_ALTERNATE, PM_LOG_ALTERNATE);
    PM_USART_BRR(PM_LOG_UART) = (bus_hz + (PM_LOG_BAUD / 2u)) / PM_LOG_BAUD;
    PM_USART_CR1(PM_LOG_UART) = PM_USART_ENABLE;
}

static void pm_log_character(char character)
{
    if ((pm_written - pm_sent) < PM_RING) {
        pm_ring[pm_written % PM_RING] = character;
        pm_written += 1u;
    }
}

void pm_log_text(const char *text)
{
    for (const char *at = text; *at != '\0'; at += 1) {
        pm_log_character(*at);
    }
}

void pm_log_decimal(uint32_t number)
{
    char digits[10];
    uint32_t count = 0u;
    uint32_t rest = number;
    do {
        digits[count] = (char)('0' + (char)(rest % 10u));
        rest /= 10u;
        count += 1u;
    } while (rest != 0u);
    while (count > 0u) {
        count -= 1u;
        pm_log_character(digits[count]);
    }
}

void pm_log_hexadecimal(uint32_t number)
{
    for (uint32_t shift = 32u; shift > 0u; shift -= 4u) {
        pm_log_character("0123456789abcdef"[(number >> (shift - 4u)) & 0xFu]);
    }
}

/* Sends a character if the UART takes one; whether any is left. */
bool pm_log_pump(void)
{
    if (pm_sent == pm_written) {
        return false;
    }
    if ((PM_USART_STATUS(PM_LOG_UART) & PM_SENDABLE) != 0u) {
        PM_USART_DATA(PM_LOG_UART) = (uint32_t)(unsigned char)pm_ring[pm_sent % PM_RING];
        pm_sent += 1u;
    }
    return true;
}

/* Sends all of it; a UART that takes nothing is given up. */
void pm_log_drain(void)
{
    while (pm_wait(&PM_USART_STATUS(PM_LOG_UART), PM_SENDABLE, PM_SENDABLE, PM_PATIENT) && pm_log_pump()) {
        pm_watchdog_feed();
    }
}
