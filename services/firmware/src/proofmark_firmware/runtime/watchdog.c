/* The independent watchdog: once started, nothing but a reset stops it. */
#include "pm.h"
#include PM_FAMILY_HEADER

#define PM_IWDG_START 0xCCCCu
#define PM_IWDG_UNLOCK 0x5555u
#define PM_IWDG_FEED 0xAAAAu

void pm_watchdog_start(void)
{
    PM_IWDG_KR = PM_IWDG_START;
    PM_IWDG_KR = PM_IWDG_UNLOCK;
    PM_IWDG_PR = PM_WATCHDOG_PRESCALER;
    PM_IWDG_RLR = PM_WATCHDOG_RELOAD;
    (void)pm_wait(&PM_IWDG_SR, 3u, 0u, PM_PATIENT);
    pm_watchdog_feed();
}

void pm_watchdog_feed(void)
{
    PM_IWDG_KR = PM_IWDG_FEED;
}
