/*
 * The local APIC with its timer, and the IOAPIC: for arch.  Devices use io.h.
 */
#pragma once

#include "core/types.h"

/* Mask the old interrupt controllers, enable the local APIC and calibrate the
 * clock against the PIT.
 * => boot, after the kernel's own page tables are in use */
void apic_init(void);

/* Set this CPU's timer to interrupt once, in ns nanoseconds (NEVER: stop it).
 * It may come a little late, or early if ns is more than the timer can count.
 * => interrupts off */
void apic_timer_set(u64 ns);

/* Switch this CPU's local APIC on; returns its id. */
u32 apic_enable(void);

/* Send an interrupt (a vector, or one of these) to a CPU.  => any context */
#define APIC_NMI     0x400
#define APIC_INIT    0x4500
#define APIC_STARTUP 0x4600 /* + the page where it starts */
void apic_send(u32 apic_id, u32 what);

/* Tell the local APIC that the interrupt has been taken. */
void apic_eoi(void);

/* An interrupt of this ISA line came: run its handler. */
void irq_dispatch(int line);
