/*
 * Where everything is, from the lowest address up.  Every address space looks
 * like this; the upper half is the kernel's, and the same in all of them.
 *
 * Only numbers without a suffix, as assembly reads them too.  The linker checks
 * boot/kernel.ld against them.
 */
#pragma once

#define USER_START  0x0000000000010000 /* mappings; as vm.mmap_min_addr */
/*                  0x0000000000400000    programs, as linked; brk, upward */
#define DYN_BASE    0x0000000010000000 /* position-independent ones; brk */
#define MMAP_TOP    0x0000007f80000000 /* mmap, from here downward */
#define STACK_TOP   0x0000007ffffff000 /* the stack, from here downward */
/*                                        mappings at a requested address */
#define USER_END    0x00007ffffffff000 /* the first address above user memory */
/*                  0x0000800000000000    non-canonical: no address at all */
#define DIRECT_MAP  0xffff800000000000 /* all physical memory, no execute */
#define KSTACK_BASE 0xffffc00000000000 /* kernel stacks, guard pages between */
#define IMAGE_BASE  0xffffffff80000000 /* text r-x, rodata r--, data rw- */

/* Physical memory: in the direct map, and up to its own end in the image. */
#define TRAMPOLINE  0x00008000 /* where other CPUs start */
#define LOW_MEMORY  0x00100000 /* the image; below is the firmware's */
#define IOAPIC_BASE 0xfec00000 /* registers of the interrupt controllers */
#define LAPIC_BASE  0xfee00000
#define APIC_END    0xff000000
