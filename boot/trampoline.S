/*
 * Where a secondary CPU starts: in real mode, at a page below 1 MiB.
 * arch/smp.c copies the first part of this file there.  It does the same as
 * entry.S, with the same boot tables, up to ap_high.  The essential fact:
 * before ap_high no address is the linked one.
 */
#include "core/memlayout.h"

#include "longmode.h"

#define HERE(sym) ((sym) - trampoline_start + TRAMPOLINE)

#define CR0_PE 0x1

    .section .rodata
    .globl trampoline_start, trampoline_end
    .align 16
    .code16
trampoline_start:
    cli
    cld
    xorw %ax, %ax
    movw %ax, %ds
    lgdtl HERE(gdt_pointer)
    movl $CR0_PE, %eax
    movl %eax, %cr0
    ljmpl $0x08, $HERE(protected_mode)

    .code32
protected_mode:
    paging_on
    ljmpl $0x10, $HERE(long_mode)

    .code64
long_mode:
    movabsq $ap_high, %rax
    jmp *%rax

    .align 8
gdt:
    .quad 0
    .quad 0x00cf9a000000ffff                /* 32-bit code */
    .quad 0x00209a0000000000                /* 64-bit code */
gdt_pointer:
    .short 23
    .long HERE(gdt)
trampoline_end:

    .text
ap_high:
    null_segments
    movq ap_root, %rax
    movq %rax, %cr3                         /* these tables map the stack */
    movq ap_stack_top, %rsp
    xorl %ebp, %ebp
    call ap_main
    ud2

    .section .note.GNU-stack, "", @progbits
