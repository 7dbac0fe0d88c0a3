/*
 * Interrupt controllers and time.  The local APIC's timer and the TSC are both
 * measured once against the PIT, the one clock whose rate is known.
 * (Intel SDM volume 3, chapter 11: APIC; 82093AA: IOAPIC; 8254: PIT.)
 */
#include "core/memlayout.h"
#include "core/panic.h"

#include "arch/apic.h"
#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/io.h"
#include "arch/percpu.h"
#include "arch/trap.h"

#define LAPIC_ID            0x020
#define LAPIC_EOI           0x0b0
#define LAPIC_SPURIOUS      0x0f0
#define LAPIC_COMMAND       0x300
#define LAPIC_TARGET        0x310
#define LAPIC_TIMER         0x320
#define LAPIC_TIMER_INITIAL 0x380
#define LAPIC_TIMER_CURRENT 0x390
#define LAPIC_TIMER_DIVIDE  0x3e0

#define LAPIC_ENABLE    0x100
#define LAPIC_SENDING   0x1000
#define LAPIC_MASKED    0x10000
#define LAPIC_DIVIDE_16 0x3

#define IOAPIC_REDIRECT 0x10
#define IRQ_LINES       24

#define PIT_HZ      1193182UL
#define PIT_CHANNEL 0x42
#define PIT_COMMAND 0x43
#define PIT_GATE    0x61
#define PIT_RAN_DOWN 0x20 /* of PIT_GATE: channel 2 has been at 0 */

#define TSC_SHIFT    34 /* a second's nanoseconds, shifted, fit in 64 bits */
#define TIMER_MOST   (8 * NSEC_PER_SEC) /* the longest count that fits */

static u64 lapic_per_sec;
static u64 tsc_to_ns; /* a cycle's nanoseconds, times 2^TSC_SHIFT */
static u64 tsc_boot;
static void (*irq_handlers[IRQ_LINES])(void);

u64 clock_boot_realtime_ns;

static volatile u32 *
lapic(u32 reg)
{
    return device_memory(LAPIC_BASE + reg);
}

static void
ioapic_write(u32 reg, u32 value)
{
    *(volatile u32 *)device_memory(IOAPIC_BASE) = reg;
    *(volatile u32 *)device_memory(IOAPIC_BASE + 0x10) = value;
}

/* Read the PIT's count and the TSC at the same instant.  Retry if it took long:
 * the host may take the processor from an emulated CPU at any point. */
static u32
pit_sample(u64 *tsc, u32 *timer)
{
    for (int tries = 0;; tries++) {
        u64 before = rdtsc();
        outb(PIT_COMMAND, 0x80); /* latch channel 2 */
        u32 count = inb(PIT_CHANNEL);
        count |= (u32)inb(PIT_CHANNEL) << 8;
        *timer = *lapic(LAPIC_TIMER_CURRENT);
        *tsc = rdtsc();
        if (*tsc - before < 200000 || tries == 20) {
            return count;
        }
    }
}

/* Measure how far TSC and APIC timer count in 2 ms of the PIT.  Repeat if the
 * PIT ran down, because the host took the processor away for too long. */
static void
calibrate(void)
{
    u64 tsc_end;
    u32 timer_start, timer_end;
    u32 start, end;

    *lapic(LAPIC_TIMER_INITIAL) = 0xffffffff;
    do {
        outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
        outb(PIT_COMMAND, 0xb0); /* channel 2, both bytes, count to 0 once */
        outb(PIT_CHANNEL, 0xff);
        outb(PIT_CHANNEL, 0xff);
        start = pit_sample(&tsc_boot, &timer_start);
        do {
            end = pit_sample(&tsc_end, &timer_end);
        } while (start - end < PIT_HZ / 500);
    } while ((inb(PIT_GATE) & PIT_RAN_DOWN) != 0);

    u64 pit_ticks = start - end;
    *lapic(LAPIC_TIMER_INITIAL) = 0;
    tsc_to_ns = (NSEC_PER_SEC << TSC_SHIFT)
                / ((tsc_end - tsc_boot) * PIT_HZ / pit_ticks);
    lapic_per_sec = (timer_start - timer_end) * PIT_HZ / pit_ticks;
}

void
apic_init(void)
{
    outb(0x21, 0xff); /* mask both 8259s */
    outb(0xa1, 0xff);
    for (u32 i = 0; i < IRQ_LINES; i++) {
        ioapic_write(IOAPIC_REDIRECT + 2 * i, LAPIC_MASKED);
    }
    cpus[0].apic_id = apic_enable();
    calibrate();
}

u32
apic_enable(void)
{
    *lapic(LAPIC_SPURIOUS) = LAPIC_ENABLE | VECTOR_SPURIOUS;
    *lapic(LAPIC_TIMER_DIVIDE) = LAPIC_DIVIDE_16;
    *lapic(LAPIC_TIMER) = VECTOR_TIMER; /* one interrupt a count */
    return *lapic(LAPIC_ID) >> 24;
}

/* Target and command are two registers: no interrupt may come between them. */
void
apic_send(u32 apic_id, u32 what)
{
    u64 flags = cpu_flags();

    cpu_interrupts_off();
    while (*lapic(LAPIC_COMMAND) & LAPIC_SENDING) {
        cpu_pause();
    }
    *lapic(LAPIC_TARGET) = apic_id << 24;
    *lapic(LAPIC_COMMAND) = what;
    if (flags & RFLAGS_IF) {
        cpu_interrupts_on();
    }
}

/* A count of 0 stops the timer. */
void
apic_timer_set(u64 ns)
{
    u64 count = MIN(ns, TIMER_MOST) * lapic_per_sec / NSEC_PER_SEC + 1;

    *lapic(LAPIC_TIMER_INITIAL) = ns == NEVER ? 0 : (u32)MIN(count, ~0U);
}

void
apic_eoi(void)
{
    *lapic(LAPIC_EOI) = 0;
}

void
irq_register(int line, void (*handler)(void))
{
    irq_handlers[line] = handler;
    /* Devices interrupt the first CPU. */
    ioapic_write(IOAPIC_REDIRECT + 2 * (u32)line + 1, cpus[0].apic_id << 24);
    ioapic_write(IOAPIC_REDIRECT + 2 * (u32)line, VECTOR_IRQ + (u32)line);
}

void
irq_dispatch(int line)
{
    if (line >= IRQ_LINES || irq_handlers[line] == NULL) {
        panic("interrupt from line %d, which has no handler", line);
    }
    irq_handlers[line]();
    apic_eoi();
}

u64
clock_tsc_to_ns(u64 cycles)
{
    return (u64)((unsigned __int128)cycles * tsc_to_ns >> TSC_SHIFT);
}

u64
clock_ns(void)
{
    return clock_tsc_to_ns(rdtsc() - tsc_boot);
}
