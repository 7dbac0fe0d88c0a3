/*
 * From the loader to C.  Both doors arrive in 32-bit protected mode with paging
 * off: GRUB at multiboot2_entry (eax = magic, ebx = information), QEMU's
 * -kernel at pvh_entry (ebx = hvm_start_info).  The essential fact: this code
 * is linked at -2 GiB but runs at 1 MiB until paging is on, so every address
 * here is written as its physical one.
 */
#include "longmode.h"

#define MULTIBOOT2_MAGIC 0xe85250d6
#define XEN_ELFNOTE_PHYS32_ENTRY 18

/* The offset of an address's entry in the table that is indexed from `bit`. */
#define SLOT(address, bit) ((((address) >> (bit)) & 511) * 8)

    .globl linked_at    /* kernel.ld must have put us at this address */
    .set linked_at, IMAGE_BASE + LOW_MEMORY

    .section .boot, "ax"
    .align 8
multiboot2_header:
    .long MULTIBOOT2_MAGIC
    .long 0                                 /* i386, protected mode */
    .long multiboot2_end - multiboot2_header
    .long -(MULTIBOOT2_MAGIC + (multiboot2_end - multiboot2_header))
    .align 8
    .short 0, 0                             /* end of tags */
    .long 8
multiboot2_end:

    .section .note.pvh, "a", @note
    .align 4
    .long 4, 8, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad PHYS(pvh_entry)

    .section .boot, "ax"
    .code32
    .globl multiboot2_entry, pvh_entry
pvh_entry:
    xorl %eax, %eax                         /* no multiboot2 magic */
multiboot2_entry:
    cli
    cld
    movl %eax, %esi                         /* kept for bootinfo_init */
    movl %ebx, %edi

    movl $PHYS(boot_stack_top), %esp

    /* Four page directories of 2 MiB pages map the first 4 GiB. */
    movl $PHYS(boot_pd), %ebx
    movl $0x83, %eax                        /* present, writable, 2 MiB */
    xorl %ecx, %ecx
1:  movl %eax, (%ebx, %ecx, 8)
    movl $0, 4(%ebx, %ecx, 8)
    addl $0x200000, %eax
    incl %ecx
    cmpl $2048, %ecx
    jne 1b

    movl $PHYS(boot_pdpt), %ebx
    movl $PHYS(boot_pd) + 3, %eax
    xorl %ecx, %ecx
2:  movl %eax, (%ebx, %ecx, 8)
    addl $4096, %eax
    incl %ecx
    cmpl $4, %ecx
    jne 2b

    /* Map the same directories three times: at 0 for this code, in the direct
     * map, and the first directory also at -2 GiB for the image. */
    movl $PHYS(boot_pdpt) + 3, PHYS(boot_pml4)
    movl $PHYS(boot_pdpt) + 3, PHYS(boot_pml4) + SLOT(DIRECT_MAP, 39)
    movl $PHYS(boot_pdpt_image) + 3, PHYS(boot_pml4) + SLOT(IMAGE_BASE, 39)
    movl $PHYS(boot_pd) + 3, PHYS(boot_pdpt_image) + SLOT(IMAGE_BASE, 30)

    paging_on

    lgdt PHYS(boot_gdt_pointer)
    ljmp $0x08, $PHYS(long_mode)

    .code64
long_mode:
    movabsq $high_half, %rax
    jmp *%rax
high_half:
    null_segments
    movq $boot_stack_top, %rsp
    xorl %ebp, %ebp
    xchgl %edi, %esi                        /* edi: magic, esi: information */
    call kernel_main
    ud2

    .section .rodata
    .align 8
boot_gdt:
    .quad 0
    .quad 0x00209a0000000000                /* 64-bit code */
boot_gdt_pointer:
    .short 15
    .quad PHYS(boot_gdt)

    .section .bss
    .align 4096
    .globl boot_pml4
boot_pml4:
    .skip 4096
boot_pdpt:
    .skip 4096
boot_pdpt_image:
    .skip 4096
boot_pd:
    .skip 4 * 4096
    .globl boot_stack, boot_stack_top
boot_stack:
    .skip 16384
boot_stack_top:
