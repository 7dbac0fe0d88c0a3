/*
 * protect_cpu.c: what Linux allows, emulates or has under another name, and
 * Tine has not: the addresses of the descriptor tables (where the CPU can hide
 * them), ports for root, the state that xsetbv sets, the page of old calls.
 *
 * expect:
 * ok 1 - sgdt
 * ok 2 - sidt
 * ok 3 - sldt
 * ok 4 - str
 * ok 5 - smsw
 * ok 6 - xsetbv is refused
 * ok 7 - there is no iopl
 * ok 8 - nor ioperm
 * ok 9 - nor the page of vsyscall, to read
 * ok 10 - or to call
 * 1..10
 */
#include "../raw.h"
#include "../tap.h"

#include <cpuid.h>

#define VSYSCALL 0xffffffffff600000UL

static _Alignas(16) unsigned char bytes[64];

#define TRAP(name, code) \
    static int name(void *p) \
    { \
        (void)p; \
        __asm__ volatile(code : : "D"(p) : "rax", "rcx", "rdx", "memory", \
            "cc"); \
        return 3; \
    }

TRAP(do_sgdt, "sgdt (%%rdi)")
TRAP(do_sidt, "sidt (%%rdi)")
TRAP(do_sldt, "sldt %%rax")
TRAP(do_str, "str %%rax")
TRAP(do_smsw, "smsw %%rax")
TRAP(do_xsetbv, "xor %%ecx, %%ecx\n\tmov $3, %%eax\n\txor %%edx, %%edx\n\t"
    "xsetbv")
TRAP(do_read, "mov (%%rdi), %%rax")
TRAP(do_call, "xchg %%rdi, %%rax\n\tpush %%rdi\n\tcall *%%rax\n\tpop %%rdi")

static int
hides_tables(void)
{
    unsigned int a, b, c = 0, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & 4) != 0;
}

int
main(void)
{
    static const struct {
        const char *name;
        int (*body)(void *);
    } tables[] = {
        { "sgdt", do_sgdt }, { "sidt", do_sidt }, { "sldt", do_sldt },
        { "str", do_str }, { "smsw", do_smsw },
    };

    for (int i = 0; i < 5; i++) {
        int status = in_child(tables[i].body, bytes);
        if (hides_tables()) {
            killed(status, SIGSEGV, tables[i].name);
        } else {
            exited(status, 3, tables[i].name);
        }
    }
    /* the CPU says SIGILL, as OSXSAVE is off; QEMU 7.2 looks at rights first */
    ok(WIFSIGNALED(in_child(do_xsetbv, NULL)), "xsetbv is refused");
    is(raw(172, 3, 0, 0, 0), -ENOSYS, "there is no iopl");
    is(raw(173, 0x60, 4, 1, 0), -ENOSYS, "nor ioperm");
    killed(in_child(do_read, (void *)VSYSCALL), SIGSEGV,
        "nor the page of vsyscall, to read");
    killed(in_child(do_call, (void *)(VSYSCALL + 0x400)), SIGSEGV,
        "or to call");
    return done();
}
