/*
 * traps.c: instructions that a program must not execute, or not with these
 * operands: each kills the process, by the signal for it. (Not iret: QEMU 7.2
 * reads its stack as the kernel would, against SMAP.)
 */
#include "tap.h"

static _Alignas(16) unsigned char bytes[64];

/* One function each, so that nothing can be optimised into another. */
#define TRAP(name, code) \
    static int name(void *p) \
    { \
        (void)p; \
        __asm__ volatile(code : : "D"(p) : "rax", "rbx", "rcx", "rdx", \
            "rsi", "memory", "cc"); \
        return 1; \
    }

TRAP(do_hlt, "hlt")
TRAP(do_cli, "cli")
TRAP(do_sti, "sti")
TRAP(do_in, "mov $0x60, %%edx\n\tinb %%dx, %%al")
TRAP(do_out, "mov $0xf4, %%edx\n\toutb %%al, %%dx")
TRAP(do_cr0, "mov %%cr0, %%rax")
TRAP(do_cr3, "xor %%eax, %%eax\n\tmov %%rax, %%cr3")
TRAP(do_rdmsr, "mov $0xc0000080, %%ecx\n\trdmsr")
TRAP(do_wrmsr, "mov $0xc0000082, %%ecx\n\twrmsr")
TRAP(do_lgdt, "lgdt (%%rdi)")
TRAP(do_lidt, "lidt (%%rdi)")
TRAP(do_ltr, "mov $0x40, %%eax\n\tltr %%ax")
TRAP(do_invlpg, "invlpg (%%rdi)")
TRAP(do_clts, "clts")
TRAP(do_wbinvd, "wbinvd")
TRAP(do_swapgs, "swapgs")
TRAP(do_sysret, "sysretq")
TRAP(do_cr4, "mov %%cr4, %%rax")
TRAP(do_cr8, "xor %%eax, %%eax\n\tmov %%rax, %%cr8")
TRAP(do_debug, "xor %%eax, %%eax\n\tmov %%rax, %%dr7")
TRAP(do_lmsw, "mov $1, %%eax\n\tlmsw %%ax")
TRAP(do_lldt, "xor %%eax, %%eax\n\tlldt %%ax")
TRAP(do_invd, "invd")
TRAP(do_ins, "mov $0x60, %%edx\n\tinsb")
TRAP(do_outs, "mov %%rdi, %%rsi\n\tmov $0xf4, %%edx\n\toutsb")
TRAP(do_int32, "int $32")
TRAP(do_int14, "int $14")
TRAP(do_int8, "int $8")
TRAP(do_load_ss, "xor %%eax, %%eax\n\tmov %%eax, %%ss")
TRAP(do_load_ds, "mov $0x08, %%eax\n\tmov %%eax, %%ds")
TRAP(do_far_jump, "ljmpl *(%%rdi)")
TRAP(do_ud2, "ud2")
TRAP(do_ud0, ".byte 0x0f, 0xff, 0xc0")
TRAP(do_lock, ".byte 0xf0, 0x90")
TRAP(do_int3, "int3")
TRAP(do_int_3, ".byte 0xcd, 3")
TRAP(do_step, "pushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n\tnop\n\tnop")
TRAP(do_div, "xor %%ecx, %%ecx\n\tmov $1, %%eax\n\tcltd\n\tidiv %%ecx")
TRAP(do_div_large, "mov $0x80000000, %%eax\n\tcltd\n\tmov $-1, %%ecx\n\t"
    "idiv %%ecx")
TRAP(do_movaps, "movaps 1(%%rdi), %%xmm0")
TRAP(do_long, ".byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, "
    "0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90")

static const struct {
    const char *name;
    int (*body)(void *);
    int sig;
} traps[] = {
    { "hlt", do_hlt, SIGSEGV }, { "cli", do_cli, SIGSEGV },
    { "sti", do_sti, SIGSEGV }, { "in from a port", do_in, SIGSEGV },
    { "out to a port", do_out, SIGSEGV }, { "read cr0", do_cr0, SIGSEGV },
    { "write cr3", do_cr3, SIGSEGV }, { "rdmsr", do_rdmsr, SIGSEGV },
    { "wrmsr", do_wrmsr, SIGSEGV }, { "lgdt", do_lgdt, SIGSEGV },
    { "lidt", do_lidt, SIGSEGV }, { "ltr", do_ltr, SIGSEGV },
    { "invlpg", do_invlpg, SIGSEGV }, { "clts", do_clts, SIGSEGV },
    { "wbinvd", do_wbinvd, SIGSEGV }, { "swapgs", do_swapgs, SIGSEGV },
    { "sysret", do_sysret, SIGSEGV }, { "read cr4", do_cr4, SIGSEGV },
    { "write cr8", do_cr8, SIGSEGV }, { "write dr7", do_debug, SIGSEGV },
    { "lmsw", do_lmsw, SIGSEGV }, { "lldt", do_lldt, SIGSEGV },
    { "invd", do_invd, SIGSEGV },
    { "ins from a port", do_ins, SIGSEGV },
    { "outs to a port", do_outs, SIGSEGV },
    { "the timer's interrupt", do_int32, SIGSEGV },
    { "the page fault's", do_int14, SIGSEGV },
    { "the double fault's", do_int8, SIGSEGV },
    { "a null stack segment", do_load_ss, SIGSEGV },
    { "the kernel's code segment as data", do_load_ds, SIGSEGV },
    { "a far jump into nothing", do_far_jump, SIGSEGV },
    { "ud2", do_ud2, SIGILL }, { "ud0", do_ud0, SIGILL },
    { "lock where it may not be", do_lock, SIGILL },
    { "int3", do_int3, SIGTRAP }, { "int 3", do_int_3, SIGTRAP },
    { "a single step", do_step, SIGTRAP },
    { "division by zero", do_div, SIGFPE },
    { "a quotient too large", do_div_large, SIGFPE },
    { "movaps, not aligned", do_movaps, SIGSEGV },
    { "an instruction too long", do_long, SIGSEGV },
};

/* Instructions that look forbidden and are not. */
static int
allowed(void *unused)
{
    unsigned a, b, c, d, low, high;
    (void)unused;
    a = 0;
    c = 0;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    __asm__ volatile("pushfq\n\tpopfq" : : : "memory", "cc");
    __asm__ volatile("pause");
    return a > 0 && (low | high) ? 3 : 4;
}

int
main(void)
{
    for (int i = 0; i < (int)(sizeof(traps) / sizeof(traps[0])); i++) {
        killed(in_child(traps[i].body, bytes), traps[i].sig, traps[i].name);
    }
    exited(in_child(allowed, NULL), 3, "cpuid, rdtsc and pause are allowed");
    return done();
}
