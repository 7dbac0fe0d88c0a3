/*
 * nomem_call.h: make a system call, or an access to memory, while the knob
 * /proc/tine/nomem is set, and nothing else.
 */
#pragma once

#include "knob.h"

#include "../raw.h"

#include <sys/syscall.h>

#define NOMEM_KNOB "/proc/tine/nomem"

enum { LOAD = -1, STORE = -2 }; /* of a byte, instead of a system call */

/* What make_call is to do while allocations fail. */
static struct attempt {
    long knob;           /* a descriptor */
    const char *set;     /* what is written there before */
    long set_size;
    long number;         /* of the call, LOAD or STORE */
    long arg[6];
    long makes_child;    /* which ends at once */
    const char *off;     /* what is written there after it */
} attempt;

#define CALL(nr, ...)                                                      \
    (attempt.number = (nr),                                                \
        memcpy(attempt.arg, (const long[6]) { __VA_ARGS__ }, 48))

#define KNOB 20 /* its descriptor: programs that are executed know it */

/* Set the knob, make the call, set the knob off: in between nothing else
 * happens, not even a write to the stack. */
static long
make_call(void)
{
    register struct attempt *a __asm__("r12") = &attempt;
    long result;

    __asm__ volatile(
        "movl $1, %%eax\n\t"
        "movq (%%r12), %%rdi\n\t"
        "movq 8(%%r12), %%rsi\n\t"
        "movq 16(%%r12), %%rdx\n\t"
        "syscall\n\t"
        "movq 24(%%r12), %%rax\n\t"
        "movq 32(%%r12), %%rdi\n\t"
        "cmpq $-1, %%rax\n\t"
        "je 1f\n\t"
        "jl 2f\n\t"
        "movq 40(%%r12), %%rsi\n\t"
        "movq 48(%%r12), %%rdx\n\t"
        "movq 56(%%r12), %%r10\n\t"
        "movq 64(%%r12), %%r8\n\t"
        "movq 72(%%r12), %%r9\n\t"
        "syscall\n\t"
        "movq %%rax, %%rbx\n\t"
        "testq %%rax, %%rax\n\t"
        "jnz 4f\n\t"
        "cmpq $0, 80(%%r12)\n\t"
        "je 4f\n\t"
        "movl $60, %%eax\n\t" /* the child: exit(0) */
        "xorl %%edi, %%edi\n\t"
        "syscall\n"
        "1:\tmovb (%%rdi), %%al\n\t"
        "jmp 3f\n"
        "2:\tmovb $'x', (%%rdi)\n"
        "3:\txorl %%ebx, %%ebx\n"
        "4:\tmovl $1, %%eax\n\t"
        "movq (%%r12), %%rdi\n\t"
        "movq 88(%%r12), %%rsi\n\t"
        "movl $3, %%edx\n\t"
        "syscall"
        : "=&b"(result), "+r"(a)
        :
        : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
          "memory");
    return result;
}

/* Allocations between the knob's being set and its being off. */
static long
passed(void)
{
    char text[64];

    lseek(KNOB, 0, SEEK_SET);
    long n = read(KNOB, text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    char *number = strstr(text, "passed ");
    return number ? atol(number + 7) : -1;
}
