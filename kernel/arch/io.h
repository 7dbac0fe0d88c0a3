/*
 * What devices need: ports, memory that is a device, and interrupts.
 */
#pragma once

#include "abi/types.h"

#include "core/memlayout.h"

/* A device's memory at a physical address below 4 GiB. */
static inline volatile void *
device_memory(u64 address)
{
    return (volatile void *)(DIRECT_MAP + address);
}

static inline void
outb(u16 port, u8 value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8
inb(u16 port)
{
    u8 value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void
outw(u16 port, u16 value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void
outl(u16 port, u32 value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

/* Call handler at each interrupt of ISA line, and unmask the line (apic.c).
 * => boot; the handler runs with interrupts off and may take irq locks only */
void irq_register(int line, void (*handler)(void));
