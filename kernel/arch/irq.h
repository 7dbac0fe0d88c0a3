/*
 * Device interrupts: IOAPIC lines to handlers.
 */
#pragma once

/* Call handler at each interrupt of ISA line, and unmask the line.
 * => boot; the handler runs with interrupts off and may take irq locks only */
void irq_register(int line, void (*handler)(void));
