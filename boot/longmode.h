/*
 * From 32-bit protected mode to the high half.  The first CPU (entry.S) and the
 * others (trampoline.S) both run this.
 */
#pragma once

#include "core/memlayout.h"

#include "arch/cpu.h"

#define PHYS(sym) ((sym) - IMAGE_BASE)

#define CR0_PE_MP_ET_NE_WP_AM_PG 0x80050033
#define CR4_PAE_OSFXSR_OSXMMEXCPT 0x620
#define EFER_SCE_LME_NXE 0x901

/* Turn on paging with the boot tables; next must come a far jump to 64 bits. */
.macro paging_on
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
.endm

/* Clear the segment registers: they still hold 32-bit segments. */
.macro null_segments
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
.endm
