/*
 * probe.h: one system call, with the values of all registers before and after
 * it. They must be the same, except rax (the result), rcx and r11 (which the
 * instruction itself changes).
 */
#pragma once

/* Where each register is in the two arrays. */
enum {
    RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14,
    R15, FLAGS, REGISTERS
};

extern unsigned long probe_in[REGISTERS], probe_out[REGISTERS];
extern unsigned char probe_fpu_in[512], probe_fpu_out[512];

/* Load all from probe_in, call (rax is the number), store to probe_out. */
extern void probe(void);

/* The same for the state of x87 and SSE; rax to r10 are loaded too. */
extern void probe_fpu(void);

/* Load both, count rax down to zero in user mode, store both. */
extern void probe_spin(void);

#define PROBE_LOAD \
    "push %rbx\n\tpush %rbp\n\tpush %r12\n\tpush %r13\n\tpush %r14\n\t" \
    "push %r15\n\tpush probe_in+128(%rip)\n\t" \
    "mov %rsp, probe_in+56(%rip)\n\t" \
    "mov probe_in+0(%rip), %rax\n\tmov probe_in+8(%rip), %rbx\n\t" \
    "mov probe_in+16(%rip), %rcx\n\tmov probe_in+24(%rip), %rdx\n\t" \
    "mov probe_in+32(%rip), %rsi\n\tmov probe_in+40(%rip), %rdi\n\t" \
    "mov probe_in+48(%rip), %rbp\n\tmov probe_in+64(%rip), %r8\n\t" \
    "mov probe_in+72(%rip), %r9\n\tmov probe_in+80(%rip), %r10\n\t" \
    "mov probe_in+88(%rip), %r11\n\tmov probe_in+96(%rip), %r12\n\t" \
    "mov probe_in+104(%rip), %r13\n\tmov probe_in+112(%rip), %r14\n\t" \
    "mov probe_in+120(%rip), %r15\n\t"

#define PROBE_STORE \
    "mov %rsp, probe_out+56(%rip)\n\t" \
    "mov %rax, probe_out+0(%rip)\n\tmov %rbx, probe_out+8(%rip)\n\t" \
    "mov %rcx, probe_out+16(%rip)\n\tmov %rdx, probe_out+24(%rip)\n\t" \
    "mov %rsi, probe_out+32(%rip)\n\tmov %rdi, probe_out+40(%rip)\n\t" \
    "mov %rbp, probe_out+48(%rip)\n\tmov %r8, probe_out+64(%rip)\n\t" \
    "mov %r9, probe_out+72(%rip)\n\tmov %r10, probe_out+80(%rip)\n\t" \
    "mov %r11, probe_out+88(%rip)\n\tmov %r12, probe_out+96(%rip)\n\t" \
    "mov %r13, probe_out+104(%rip)\n\tmov %r14, probe_out+112(%rip)\n\t" \
    "mov %r15, probe_out+120(%rip)\n\t" \
    "pop %r15\n\tmov %r15, probe_out+128(%rip)\n\t" \
    "pop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rbp\n\t" \
    "pop %rbx\n\tpushq $0x202\n\tpopfq\n\tret\n"

/* Put this once into the program that uses them. */
#define PROBE_CODE \
    _Alignas(64) unsigned long probe_in[REGISTERS], probe_out[REGISTERS]; \
    _Alignas(64) unsigned char probe_fpu_in[512], probe_fpu_out[512]; \
    __asm__( \
        ".text\n.globl probe, probe_fpu, probe_spin\nprobe:\n\t" PROBE_LOAD \
        "popfq\n\tsyscall\n\tpushfq\n\t" PROBE_STORE "probe_fpu:\n\t" \
        PROBE_LOAD "fxrstor64 probe_fpu_in(%rip)\n\tsyscall\n\t" \
        "fxsave64 probe_fpu_out(%rip)\n\t" PROBE_STORE "probe_spin:\n\t" \
        PROBE_LOAD "fxrstor64 probe_fpu_in(%rip)\n" \
        "1:\tsub $1, %rax\n\tjnz 1b\n\t" \
        "fxsave64 probe_fpu_out(%rip)\n\t" PROBE_STORE)
