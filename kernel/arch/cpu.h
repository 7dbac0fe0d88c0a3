/*
 * Instructions, one function each, and the bits of control registers
 * (AMD64 Architecture Programmer's Manual, volume 2, chapters 3 and 5).
 * Belongs to the core level: includes only types.
 */
#pragma once

#define CR4_PGE        0x80
#define CR4_UMIP       0x800
#define CR4_SMEP       0x100000
#define CR4_SMAP       0x200000

#define MSR_EFER           0xc0000080
#define MSR_STAR           0xc0000081
#define MSR_LSTAR          0xc0000082
#define MSR_SFMASK         0xc0000084
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define RFLAGS_ONE  0x2
#define RFLAGS_TF   0x100
#define RFLAGS_IF   0x200
#define RFLAGS_DF   0x400
#define RFLAGS_NT   0x4000
#define RFLAGS_RF   0x10000
#define RFLAGS_AC   0x40000

#ifndef __ASSEMBLER__
#include "core/spans.h"
#include "core/types.h"

static inline void
cpu_interrupts_off(void)
{
    __asm__ volatile("cli" : : : "memory");
    span_off();
}

static inline void
cpu_interrupts_on(void)
{
    span_on();
    __asm__ volatile("sti" : : : "memory");
}

/* Wait for an interrupt.  `sti` takes effect after `hlt`: none is missed. */
static inline void
cpu_idle(void)
{
    span_on();
    __asm__ volatile("sti; hlt" : : : "memory");
}

/* Stop this CPU for good. */
static inline __noreturn void
cpu_halt(void)
{
    cpu_interrupts_off();
    for (;;) {
        __asm__ volatile("hlt");
    }
}

static inline u64
cpu_flags(void)
{
    u64 flags;
    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    return flags;
}

static inline void
cpu_pause(void)
{
    __asm__ volatile("pause" : : : "memory");
}

static inline void
wrmsr(u32 msr, u64 value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((u32)value),
                     "d"((u32)(value >> 32)) : "memory");
}

/* read_cr2, write_cr2, and so on. */
#define CONTROL_REGISTER(name)                                             \
    static inline u64 read_##name(void)                                    \
    {                                                                      \
        u64 value;                                                         \
        __asm__ volatile("movq %%" #name ", %0" : "=r"(value));            \
        return value;                                                      \
    }                                                                      \
    static inline void write_##name(u64 value)                             \
    {                                                                      \
        __asm__ volatile("movq %0, %%" #name : : "r"(value) : "memory");   \
    }
CONTROL_REGISTER(cr2)
CONTROL_REGISTER(cr3)
CONTROL_REGISTER(cr4)

static inline void
invlpg(vaddr_t addr)
{
    __asm__ volatile("invlpg (%0)" : : "r"(addr) : "memory");
}

static inline u64
rdtsc(void)
{
    u32 low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (u64)high << 32 | low;
}

static inline void
cpuid(u32 leaf, u32 subleaf, u32 regs[4])
{
    __asm__ volatile("cpuid" : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]),
                     "=d"(regs[3]) : "a"(leaf), "c"(subleaf));
}

/* Between these two, the kernel may access user memory.  Without SMAP, trap_init
 * makes no-ops of them. */
#define SMAP_SITE(opcode)                                                  \
    __asm__ volatile("990:\t" opcode "\n\t"                                \
                     ".pushsection .smap_sites, \"a\"\n\t"                \
                     ".quad 990b\n\t"                                      \
                     ".popsection" : : : "memory")

static inline void
cpu_user_begin(void)
{
    SMAP_SITE("stac");
}

static inline void
cpu_user_end(void)
{
    SMAP_SITE("clac");
}

/* An access there; if it faults, go to the label `fault` of the function.  The
 * accesses: write a word; copy one, of both at `at`; write and read FXSAVE's
 * image. */
#define USER_ACCESS(instruction, ...)                                      \
    __asm__ goto("990:\t" instruction "\n\t"                              \
                 ".pushsection .extable, \"a\"\n\t"                      \
                 ".quad 990b, %l[fault]\n\t"                              \
                 ".popsection" : : __VA_ARGS__ : "rax", "memory" : fault)
#define user_put(to, value)                                                \
    USER_ACCESS("movq %1, %0", "m"(*(to)), "er"((u64)(value)))
#define user_get(to, from, at)                                             \
    USER_ACCESS("movq %c2(%1), %%rax\n\tmovq %%rax, %c2(%0)",              \
                "r"(to), "r"(from), "i"(at))
#define user_fxsave(image) USER_ACCESS("fxsaveq %0", "m"(*(image)))
#define user_fxrstor(image) USER_ACCESS("fxrstorq %0", "m"(*(image)))

static inline void
fxsave(void *image)
{
    __asm__ volatile("fxsaveq %0" : "=m"(*(u8 (*)[512])image));
}

static inline void
fxrstor(const void *image)
{
    __asm__ volatile("fxrstorq %0" : : "m"(*(const u8 (*)[512])image));
}
#endif
