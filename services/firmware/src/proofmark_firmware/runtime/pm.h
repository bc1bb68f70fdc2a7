/* The run-time: what its parts offer one another. */
#ifndef PM_H
#define PM_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

/* What was wrong, as the fault record counts it. */
typedef enum {
    PM_NO_FAULT = 0,
    PM_FAULT_ADC = 1,
    PM_FAULT_CLOCK = 2,
    PM_FAULT_CORE = 3,
    PM_FAULT_INTERRUPT = 4,
    PM_FAULT_STACK = 5,
    PM_FAULT_WATCHDOG = 6
} pm_fault_kind;

typedef enum { PM_CLOCK_HSE = 0, PM_CLOCK_PLL = 1, PM_CLOCK_SWITCH = 2, PM_CLOCK_VOS = 3, PM_CLOCK_UP = 4 } pm_clock_step;

typedef enum { PM_STARTING = 0, PM_RUNNING = 1, PM_SAFE = 2 } pm_state;

typedef struct {
    uint32_t magic;
    uint32_t kind;
    uint32_t detail[4];
} pm_fault_log;

typedef struct {
    uint32_t state;
    uint32_t ticks;
    uint32_t overruns;
    uint32_t fault;
} pm_status_words;

extern pm_fault_log pm_fault_record;
extern pm_status_words pm_status;
extern const uint32_t pm_image_start[];
extern uint32_t pm_stack_base[];
extern uint32_t pm_stack_top[];

/* clock_*.c: the first step that failed, or that the clock is up */
pm_clock_step pm_clock_start(void);

/* pins.c */
typedef enum { PM_INPUT = 0, PM_OUTPUT = 1, PM_ALTERNATE = 2, PM_ANALOG = 3 } pm_mode;
void pm_pin_start(uint32_t port, uint32_t pin, pm_mode mode, uint32_t alternate);
void pm_pin_write(uint32_t port, uint32_t pin, bool high);
bool pm_pin_read(uint32_t port, uint32_t pin);
void pm_pwm_start(uint32_t timer, uint32_t channel, uint32_t prescaler, uint32_t top, uint32_t compare, bool guarded);
uint32_t pm_compare(float duty, float steps);

/* adc_*.c: false where the hardware did not answer in its bound */
bool pm_adc_start(uint32_t adc);
bool pm_adc_read(uint32_t adc, uint32_t channel, uint32_t *code);

/* log.c */
void pm_log_start(uint32_t bus_hz);
void pm_log_text(const char *text);
void pm_log_decimal(uint32_t number);
void pm_log_hexadecimal(uint32_t number);
bool pm_log_pump(void);
void pm_log_drain(void);

/* watchdog.c */
void pm_watchdog_start(void);
void pm_watchdog_feed(void);

/* fault.c */
void pm_fault_recall(void);
void pm_fault_tell(void);
void pm_latch(pm_fault_kind kind, uint32_t a, uint32_t b, uint32_t c, uint32_t d) __attribute__((noreturn));
void pm_park(void) __attribute__((noreturn));

/* wait.c: false where it did not come to that in so many reads */
#define PM_PATIENT 200000u /* more than 8 ms at the fastest clock: a quartz has started by then */
#define PM_BRISK 5000u     /* more than 100 us: several conversions */
bool pm_wait(volatile const uint32_t *address, uint32_t mask, uint32_t value, uint32_t reads);
void pm_switch_on(volatile uint32_t *address, uint32_t mask);

/* interface.c: generated, what this design's pins are */
extern const char *const pm_analog_names[];
void pm_interface_pins(void);
void pm_interface_start(void);
void pm_safe(void);
void pm_apply(void);
void pm_sample(void);
void pm_compute(void);

#endif
