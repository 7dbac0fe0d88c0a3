/*
 * protect_flags.c: whatever flags a program sets, the kernel works as without
 * them, and a handler begins without them; and it cannot set those that are
 * not its own. What is in x87's and SSE's registers ends with the program.
 *
 * With an argument it sets the alignment flag and then enters the kernel, by a
 * call or a trap: a host test looks whether the kernel's rights are as always.
 */
#include "probe.h"
#include "raw.h"
#include "tap.h"

#include <sys/mman.h>
#include <ucontext.h>

PROBE_CODE;

#define CARRY     0x001UL
#define TRAP      0x100UL
#define INTERRUPT 0x200UL
#define DIRECTION 0x400UL
#define IOPL      0x3000UL
#define NESTED    0x4000UL
#define ALIGNMENT 0x40000UL

/* What x87 and SSE had when this program began. */
static _Alignas(16) unsigned char at_start[512];

__attribute__((constructor)) static void
note_state(void)
{
    __asm__ volatile("fxsave64 %0" : "=m"(at_start));
}

static unsigned long
flags(void)
{
    unsigned long now;
    __asm__ volatile("pushfq\n\tpop %0" : "=r"(now));
    return now;
}

static void
set_flags(unsigned long new)
{
    __asm__ volatile("push %0\n\tpopfq" : : "r"(new) : "memory", "cc");
}

static volatile int steps, outside;
static volatile unsigned long in_handler;

static void
note(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)info;
    in_handler = flags();
    if (sig == SIGTRAP) {
        steps++;
        outside += (unsigned long)uc->uc_mcontext.gregs[REG_RIP] >> 47 != 0;
    }
}

static void
test_not_its_own(void)
{
    unsigned long had = flags();

    set_flags((had & ~INTERRUPT) | IOPL);
    unsigned long now = flags();
    set_flags(had);
    ok((now & INTERRUPT) != 0, "it cannot turn off interrupts");
    is((long)(now & IOPL), 0, "or take the right to use ports");
}

/* Faults, a call and a signal under these flags. */
static int
works_under(void *p)
{
    unsigned long set = *(unsigned long *)p;
    char *page = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long bad = 0, got, id = getpid();

    set_flags(0x202 | set);
    for (int i = 0; i < 8; i++) {
        page[i * 4096 + 2048] = 1; /* each a page fault */
    }
    got = raw(NR_kill, id, SIGUSR1, 0, 0);
    unsigned long after = flags();
    set_flags(0x202);
    for (int i = 0; i < 8 * 4096; i++) {
        bad += page[i] != (i % 4096 == 2048);
    }
    return bad != 0 || got != 0 || (after & set & ~CARRY) != (set & ~CARRY)
        || (in_handler & (DIRECTION | TRAP)) != 0;
}

static void
test_its_own(void)
{
    static const struct {
        unsigned long set;
        const char *name;
    } each[] = {
        { DIRECTION, "the direction flag" }, { ALIGNMENT, "alignment checks" },
        { NESTED, "the nested task flag" },
        { DIRECTION | ALIGNMENT | CARRY, "several" },
    };

    for (int i = 0; i < (int)(sizeof(each) / sizeof(each[0])); i++) {
        exited(in_child(works_under, (void *)&each[i].set), 0, each[i].name);
    }
}

static void
test_steps(void)
{
    set_flags(flags() | TRAP);
    long id = raw(NR_getpid, 0, 0, 0, 0);
    raw(NR_write, -1, 0, 0, 0);
    set_flags(flags() & ~TRAP);
    is(id, getpid(), "step by step through a call");
    ok(steps > 2, "there is a trap after each instruction");
    is(outside, 0, "all of them in the program");
    is((long)(in_handler & TRAP), 0, "none in its handler");
}

/* exec with marks in all of x87's and SSE's registers. */
static int
leaves_marks(void *self)
{
    static char *args[3];

    args[0] = self;
    args[1] = (char *)"state";
    memset(probe_fpu_in, 0, sizeof(probe_fpu_in));
    memcpy(probe_fpu_in, "\x7f\x03", 2);
    memcpy(probe_fpu_in + 24, "\x80\x1f", 2);
    memset(probe_fpu_in + 32, 0x5e, 128 + 256);
    probe_in[RAX] = NR_execve;
    probe_in[RDI] = P(self);
    probe_in[RSI] = P(args);
    probe_in[RDX] = 0;
    probe_in[FLAGS] = 0x202;
    probe_fpu();
    return 127;
}

/* => how many registers' bytes are marks */
static int
marks(void)
{
    int count = 0;

    for (int i = 32; i < 416; i++) {
        count += at_start[i] == 0x5e;
    }
    return count;
}

int
main(int argc, char **argv)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO };

    if (argc == 2 && strcmp(argv[1], "state") == 0) {
        return marks();
    }
    if (argc == 2) {
        set_flags(flags() | ALIGNMENT);
        if (strcmp(argv[1], "trap") == 0) {
            __asm__ volatile("int3");
        }
        raw(NR_getppid, 0, 0, 0, 0);
        return 3;
    }
    action.sa_sigaction = note;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGTRAP, &action, NULL);
    test_not_its_own();
    test_its_own();
    test_steps();
    exited(in_child(leaves_marks, argv[0]), 0,
        "after exec nothing is left in the registers of x87 and SSE");
    return done();
}
