/*
 * For device drivers: I/O ports, device memory, and interrupts.
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

#define PORT_WRITE(name, type)                                             \
    static inline void name(u16 port, type value)                          \
    {                                                                      \
        __asm__ volatile(#name " %0, %1" : : "a"(value), "Nd"(port));      \
    }
PORT_WRITE(outb, u8)
PORT_WRITE(outw, u16)
PORT_WRITE(outl, u32)

static inline u8
inb(u16 port)
{
    u8 value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* Call handler at each interrupt of ISA line, and unmask the line (apic.c).
 * => boot; the handler runs with interrupts off and may take irq locks only */
void irq_register(int line, void (*handler)(void));
