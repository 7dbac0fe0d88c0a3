/*
 * Requests from one CPU to another.  The essential fact: a CPU that waits for a
 * lock or an answer serves calls itself (cpu_wait, H4).
 */
#include "core/panic.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/smp.h"
#include "arch/trap.h"

u64 cpus_online = 1;

/* One CPU at a time parks all others.  Its release waits until all have gone
 * on.  Otherwise a CPU that parks others again and again could keep a slow one
 * parked for ever. */
static enum parking { PARK_NONE, PARK_STAND, PARK_LEAVE } parking;
static u64 parked; /* bit n: CPU n is parked */

static u64
bit_of(const struct cpu *cpu)
{
    return 1UL << cpu->id;
}

/* Calls run with interrupts off here, too: otherwise one call that writes CR3
 * could interrupt another that does. */
void
cpu_serve_calls(void)
{
    struct cpu *me = this_cpu();
    u64 flags = cpu_flags();

    cpu_interrupts_off();
    u64 from = __atomic_exchange_n(&me->calls, 0, __ATOMIC_SEQ_CST);
    for (; from != 0; from &= from - 1) {
        struct call *call = &cpus[__builtin_ctzl(from)].call;
        call->fn(call->arg);
        /* Clear the bit last: then the caller may use the call again. */
        __atomic_fetch_and(&call->waiting, ~bit_of(me), __ATOMIC_SEQ_CST);
    }
    if (flags & RFLAGS_IF) {
        cpu_interrupts_on();
    }
}

void
cpu_wait(void)
{
    if (__atomic_load_n(&this_cpu()->calls, __ATOMIC_RELAXED) != 0) {
        cpu_serve_calls();
    }
    cpu_pause();
}

void
smp_call(u64 mask, void (*fn)(u64 arg), u64 arg)
{
    struct cpu *me = this_cpu();

    mask &= ~bit_of(me);
    me->call.fn = fn;
    me->call.arg = arg;
    __atomic_store_n(&me->call.waiting, mask, __ATOMIC_SEQ_CST);
    for (u64 left = mask; left != 0; left &= left - 1) {
        struct cpu *cpu = &cpus[__builtin_ctzl(left)];
        /* If a call is pending already, its interrupt is on the way. */
        if (__atomic_fetch_or(&cpu->calls, bit_of(me), __ATOMIC_SEQ_CST) == 0) {
            apic_send(cpu->apic_id, VECTOR_CALL);
        }
    }
    while (__atomic_load_n(&me->call.waiting, __ATOMIC_ACQUIRE) != 0) {
        cpu_wait();
    }
}

/* ---- Flushes ---- */

static void
flush_all_here(u64 unused)
{
    (void)unused;
    write_cr3(read_cr3());
}

static inline void
flush_cpus(u64 mask, void (*here)(u64), u64 arg)
{
    u64 me = bit_of(this_cpu());

    if (mask & me) {
        here(arg);
    }
    if (mask & ~me) {
        smp_call(mask, here, arg);
    }
}

void
tlb_flush_page(u64 mask, vaddr_t addr)
{
    flush_cpus(mask, invlpg, addr);
}

void
tlb_flush_all(u64 mask)
{
    flush_cpus(mask, flush_all_here, 0);
}

/* ---- Parking ---- */

void
cpu_kick(int cpu)
{
    apic_send(cpus[cpu].apic_id, VECTOR_KICK);
}

void
park_here(void)
{
    u64 me = bit_of(this_cpu());

    cpu_interrupts_off(); /* cpu_wait still answers calls */
    assert(read_cr3() == this_cpu()->loaded_root); /* what SM-1 relies on */
    if (__atomic_load_n(&parking, __ATOMIC_SEQ_CST) == PARK_STAND) {
        __atomic_fetch_or(&parked, me, __ATOMIC_SEQ_CST);
        while (__atomic_load_n(&parking, __ATOMIC_SEQ_CST) == PARK_STAND) {
            cpu_wait();
        }
        __atomic_fetch_and(&parked, ~me, __ATOMIC_SEQ_CST);
    }
    cpu_interrupts_on();
}

static void
wait_parked(u64 mask)
{
    while (__atomic_load_n(&parked, __ATOMIC_SEQ_CST) != mask) {
        cpu_wait();
    }
}

void
park_others(void)
{
    u64 others = cpus_online & ~bit_of(this_cpu());
    enum parking none = PARK_NONE;

    assert(cpu_rank() == 0);
    while (!__atomic_compare_exchange_n(&parking, &none, PARK_STAND, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        park_here(); /* another CPU parks us: we hold nothing here */
        cpu_wait();
        none = PARK_NONE;
    }
    for (u64 left = others; left != 0; left &= left - 1) {
        cpu_kick(__builtin_ctzl(left));
    }
    wait_parked(others);
    cpu_interrupts_off();
}

void
park_release(void)
{
    __atomic_store_n(&parking, PARK_LEAVE, __ATOMIC_SEQ_CST);
    wait_parked(0);
    __atomic_store_n(&parking, PARK_NONE, __ATOMIC_SEQ_CST);
    cpu_interrupts_on();
}
