/*
 * The local APIC and its timer, and the IOAPIC: for arch itself, as devices use
 * irq.h.
 */
#pragma once

#include "core/types.h"

/* Mask the old interrupt controllers, enable the local APIC and calibrate the
 * clock against the PIT.
 * => boot, after the kernel's own page tables are in use */
void apic_init(void);

/* Start the periodic timer of this CPU: TICKS_PER_SEC interrupts a second. */
void apic_timer_start(void);

/* Tell the local APIC that the interrupt has been taken. */
void apic_eoi(void);

/* An interrupt of an ISA line came: run its handler. */
void irq_dispatch(int line);
