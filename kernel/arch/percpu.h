/*
 * The data of each CPU, found through GS in the kernel.  In the core level.
 */
#pragma once

/* Bits of cpu.work: what must be done before this CPU returns to user mode. */
#define WORK_RESCHED 0x1 /* the slice is over, or a better thread woke up */
#define WORK_SIGNAL  0x2 /* the current thread may have a signal to act on */
#define WORK_INPUT   0x4 /* the console has input (core/console.h) */
#define WORK_PARK    0x8 /* another CPU wants to park us (smp.h) */
#define WORK_TIMER   0x10 /* a timer is due (proc/timer.h) */
#define WORK_MEMORY  0x20 /* an allocation of a frame has failed (mm/kept.h) */
#define WORK_REAP    0x40 /* pages are to be freed that a lock made wait */
#define WORK_HOOK    0x80 /* stays set: syscall_set_hook (sys/sys.h) */

/* Offsets in struct cpu, for entry.S. */
#define CPU_KERNEL_RSP 8
#define CPU_USER_RSP   16
#define CPU_WORK       24

#ifndef __ASSEMBLER__
#include "core/config.h"
#include "core/spans.h"
#include "core/types.h"

struct as;
struct nomem;
struct thread;
struct runqueue;

struct tss {
    u32 reserved0;
    u64 rsp[3];
    u64 reserved1;
    u64 ist[7];
    u64 reserved2;
    u16 reserved3, iomap;
} __attribute__((packed));

/* What a CPU asks of others (arch/smp.h: smp_call). */
struct call {
    void (*fn)(u64 arg);
    u64 arg;
    u64 waiting;               /* CPUs that have not done it yet */
};

struct cpu {
    /* Offsets known to entry.S. */
    struct cpu *self;          /*  0 */
    u64 kernel_rsp;            /*  8 top of the current thread's stack */
    u64 user_rsp;              /* 16 scratch of the system call entry */
    u32 work;                  /* 24 cpu_add_work; entry.S tests it with rank */
    u32 rank;                  /* 28 of the lock taken last; 0: none held */
    struct thread *thread;     /* 32 the running one */

    int id;
    int pid;                   /* of current's process, for a panic */
    u64 loaded_root;           /* what CR3 holds */
    struct nomem *nomem;       /* of the running thread; NULL: it is off */
    struct as *loaded_as;      /* owner of that root; NULL: the kernel root */
    struct thread *idle;
    struct runqueue *queue;    /* this CPU's own (proc/sched.c) */
    u32 apic_id;
    bool halted;               /* in the idle loop, at hlt */
    u64 calls;                 /* CPUs that wait for us to do their call */
    struct call call;          /* our own call, for other CPUs */
    u64 gdt[10];
    struct tss tss;
};

extern struct cpu cpus[MAX_CPUS];
extern int cpu_count;
extern u64 cpus_online;   /* a bit for each that runs; grows at boot only */
extern u32 work_always;   /* work bits that stay set on every CPU */

static inline struct cpu *
this_cpu(void)
{
    struct cpu *cpu;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(cpu));
    return cpu;
}

/* The running thread.  Not volatile: for the running code it never changes. */
static inline struct thread *
cpu_current(void)
{
    struct thread *thread;
    __asm__("movq %%gs:32, %0" : "=r"(thread));
    return thread;
}

/* cpu.rank of this CPU, one instruction each.  Interrupts do not matter: a
 * handler restores the rank before it returns. */
static inline u32
cpu_rank(void)
{
    u32 rank;
    __asm__ volatile("movl %%gs:28, %0" : "=r"(rank));
    return rank;
}

static inline bool
cpu_holds_lock(void)
{
    bool holds;
    __asm__ volatile("cmpl $0, %%gs:28" : "=@ccne"(holds));
    return holds;
}

static inline void
cpu_set_rank(u32 rank)
{
    __asm__ volatile("movl %0, %%gs:28" : : "ri"(rank) : "memory");
}

/* Call this in every loop that waits for another CPU: it serves that CPU's
 * calls, else both may wait for each other (H4).  (arch/ipi.c) */
void cpu_wait(void);
void cpu_serve_calls(void);

/* Do what other threads and CPUs want of this one: let them run, take signals'
 * timers, park.  (proc/upcalls.c)
 * => as cond_resched */
bool on_long_work(void);

/* Free what could not be freed under a lock.  (fs/tmpfs.c) */
void on_reap(void);

/* A spinlock's holder rests (core/spin.h): sleep until it does no more; wake
 * those who do.  (proc/sleep.c) */
void on_rest_wait(const u32 *held);
void on_rest_end(void);

/* Halt all other CPUs for good, wherever they are, for a panic.
 * => they are halted, except one that did not answer in time */
void cpu_stop_others(void);
void cpu_stop_here(void); /* what a CPU that is stopped does; no return */

/* Set and clear bits of this CPU's work word, in one instruction each: so no
 * bit that an interrupt handler sets is lost. */
static inline void
cpu_add_work(u32 bits)
{
    __asm__ volatile("orl %0, %%gs:24" : : "ri"(bits) : "memory");
}

static inline void
cpu_clear_work(u32 bits)
{
    __asm__ volatile("andl %0, %%gs:24" : : "ri"(~bits) : "memory");
}

static inline bool
cpu_has_work(void)
{
    span_look();
    return (__atomic_load_n(&this_cpu()->work, __ATOMIC_RELAXED) & ~WORK_HOOK)
           != 0;
}

/* The kernel is not preempted.  So each loop whose length a program chooses
 * calls this, at the latest after some 100,000 instructions.
 * => no spinlock held (else: spin_rest); the thread is not about to sleep;
 *    nothing is held that the checkers do not know
 * => whether a signal will end the process: stop, if that is possible */
static inline bool
cond_resched(void)
{
    return cpu_has_work() && on_long_work();
}
#endif
