/*
 * Power off, reset, or end QEMU after a panic; first all output is sent.
 */
#include "core/panic.h"

#include "arch/cpu.h"
#include "arch/io.h"

#include "dev/dev.h"

#define ACPI_PM1A_CONTROL 0x604  /* QEMU's, both machine types */
#define BOCHS_CONTROL     0xb004 /* the same register of Bochs */
#define ACPI_SLEEP_S5     0x2000
#define DEBUG_EXIT        0xf4   /* isa-debug-exit: status 2 * value + 1 */
#define DEBUG_EXIT_PANIC  0x3e   /* 125 */
#define KEYBOARD_COMMAND  0x64
#define PULSE_RESET       0xfe

static void
uarts_flush(void)
{
    uart_flush(COM1_PORT);
    uart_flush(COM2_PORT);
}

void
machine_power_off(void)
{
    uarts_flush();
    outw(ACPI_PM1A_CONTROL, ACPI_SLEEP_S5);
    outw(BOCHS_CONTROL, ACPI_SLEEP_S5);
    cpu_halt();
}

void
machine_reset(void)
{
    uarts_flush();
    outb(KEYBOARD_COMMAND, PULSE_RESET);
    cpu_halt();
}

void
machine_fail(void)
{
    uarts_flush();
    outl(DEBUG_EXIT, DEBUG_EXIT_PANIC);
    cpu_halt();
}
