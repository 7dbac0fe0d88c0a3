/*
 * How the machine ends.
 */
#include "core/machine.h"

#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/percpu.h"

#include "dev/dev.h"

#define ACPI_PM1A_CONTROL 0x604  /* QEMU's, both machine types */
#define ACPI_SLEEP_S5     0x2000
#define DEBUG_EXIT        0xf4   /* isa-debug-exit: status 2 * value + 1 */
#define DEBUG_EXIT_PANIC  0x3e   /* 125 */
#define KEYBOARD_COMMAND  0x64
#define PULSE_RESET       0xfe

static __noreturn void
power_off(void)
{
    cpu_stop_others(); /* it takes a while: let nobody do more meanwhile */
    outw(ACPI_PM1A_CONTROL, ACPI_SLEEP_S5);
    cpu_halt();
}

static __noreturn void
power_reset(void)
{
    outb(KEYBOARD_COMMAND, PULSE_RESET);
    cpu_halt();
}

static __noreturn void
power_panic(void)
{
    outl(DEBUG_EXIT, DEBUG_EXIT_PANIC);
    cpu_halt();
}

void
power_init(void)
{
    machine = (struct machine){
        .power_off = power_off, .reset = power_reset, .fail = power_panic,
    };
}
