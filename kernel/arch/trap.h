/*
 * Traps: the frame on the kernel stack after any entry from user mode, or after
 * a fault or interrupt in the kernel.
 */
#pragma once

/* Selectors, the same as Linux's, because user programs can see them. */
#define KERNEL_CS 0x10
#define KERNEL_SS 0x18
#define USER_SS   0x2b
#define USER_CS   0x33
#define TSS_SEL   0x40

#define VECTOR_DIVIDE   0
#define VECTOR_DEBUG    1
#define VECTOR_NMI      2
#define VECTOR_BREAK    3
#define VECTOR_OVERFLOW 4
#define VECTOR_UD       6
#define VECTOR_DF       8
#define VECTOR_NP       11
#define VECTOR_SS       12
#define VECTOR_PF       14
#define VECTOR_MF       16
#define VECTOR_AC       17
#define VECTOR_MC       18
#define VECTOR_XM       19
#define VECTOR_IRQ      0x20 /* + ISA line */
#define VECTOR_TIMER    0x40
#define VECTOR_SYSCALL  0x80 /* these are in frames only, without gates: */
#define VECTOR_CHANGED  0x81 /* a system call that rewrote its frame, */
#define VECTOR_RESTART  0x82 /* or that a signal interrupted: may run again */
#define VECTOR_CALL     0xf0 /* between CPUs: smp_call, cpu_kick */
#define VECTOR_KICK     0xf1
#define VECTOR_SPURIOUS 0xff

/* Page fault error code (AMD64 manual, 8.2.15). */
#define PF_PRESENT  0x1
#define PF_WRITE    0x2
#define PF_USER     0x4
#define PF_FETCH    0x10

/* Offsets in struct trapframe, for entry.S. */
#define FRAME_RBP    32
#define FRAME_R11    48
#define FRAME_R10    56
#define FRAME_R9     64
#define FRAME_R8     72
#define FRAME_RAX    80
#define FRAME_RDX    96
#define FRAME_RSI    104
#define FRAME_RDI    112
#define FRAME_VECTOR 120
#define FRAME_RIP    136
#define FRAME_CS     144
#define FRAME_RFLAGS 152
#define FRAME_RSP    160

#ifndef __ASSEMBLER__
#include "core/types.h"

struct cpu;

#define SYSCALL_LENGTH 2 /* bytes of the instruction */

/* Code that changes registers in a system call's frame (exec) must set vector
 * to VECTOR_CHANGED: else the return loads only what C does not preserve. */
struct trapframe {
    u64 r15, r14, r13, r12, rbp, rbx;
    u64 r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    u64 vector;
    u64 error; /* a system call's number, an exception's error code */
    u64 rip, cs, rflags, rsp, ss;
};

static inline bool
trap_from_user(const struct trapframe *frame)
{
    return (frame->cs & 3) == 3;
}

/* Build what all CPUs share, then this one's.
 * => boot, first of all; interrupts off */
void trap_init(void);

/* Load this CPU's GDT, TSS, IDT, GS base, features and system call registers.
 * => once a CPU, interrupts off; cpu->id is set */
void trap_init_cpu(struct cpu *cpu);

/* The processor's own name; empty if it has none. */
#define CPU_NAME_SIZE 49
void cpu_name(char name[CPU_NAME_SIZE]);

/* Leave to user mode with these registers (entry.S). */
__noreturn void trap_return(struct trapframe *frame);
#endif
