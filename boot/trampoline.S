/*
 * Where a secondary CPU starts: in real mode, at a page below 1 MiB to which
 * arch/smp.c copies the first part of this.  It takes the same road as entry.S,
 * with the same boot tables, to ap_high.  The essential fact: up to there no
 * address is the linked one.
 */
#include "arch/trampoline.h"

#define KERNEL_BASE 0xffffffff80000000
#define HERE(sym) ((sym) - trampoline_start + TRAMPOLINE)
#define PHYS(sym) ((sym) - KERNEL_BASE)

#define CR0_PE 0x1
#define CR0_PE_MP_ET_NE_WP_AM_PG 0x80050033
#define CR4_PAE_OSFXSR_OSXMMEXCPT 0x620
#define MSR_EFER 0xc0000080
#define EFER_SCE_LME_NXE 0x901

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
    movl $CR4_PAE_OSFXSR_OSXMMEXCPT, %eax
    movl %eax, %cr4
    movl $PHYS(boot_pml4), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_SCE_LME_NXE, %eax
    wrmsr
    movl $CR0_PE_MP_ET_NE_WP_AM_PG, %eax
    movl %eax, %cr0
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
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movq ap_root, %rax
    movq %rax, %cr3                         /* where the stack is mapped */
    movq ap_stack_top, %rsp
    xorl %ebp, %ebp
    call ap_main
    ud2

    .section .note.GNU-stack, "", @progbits
