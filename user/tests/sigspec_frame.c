/*
 * sigspec_frame.c: the frame on which a handler runs, as Linux lays it out;
 * what is in it; that all registers, the flags, the state of x87 and SSE and
 * the red zone are after a handler what they were; and that what a handler
 * writes into the frame is what goes on.
 *
 * seconds: 29
 */
#include "sigspec.h"

#include "probe.h"

PROBE_CODE;

/* With all registers loaded, a trap; then all stored. */
extern void probe_trap(void);
__asm__(".text\nprobe_trap:\n\t" PROBE_LOAD
        "fxrstor64 probe_fpu_in(%rip)\n\tpopfq\n\tint3\n\tpushfq\n\t"
        "fxsave64 probe_fpu_out(%rip)\n\t" PROBE_STORE);

/* Marks in the 128 bytes below the stack pointer; a trap; => they are there.*/
extern long red_zone(void);
__asm__(".text\nred_zone:\n\t"
        "mov $-128, %rcx\n"
        "1:\tmov %rcx, (%rsp,%rcx)\n\tadd $8, %rcx\n\tjnz 1b\n\t"
        "int3\n\t"
        "mov $-128, %rcx\n\tmov $1, %eax\n\txor %edx, %edx\n"
        "2:\tcmp %rcx, (%rsp,%rcx)\n\tcmovne %rdx, %rax\n\t"
        "add $8, %rcx\n\tjnz 2b\n\tret\n");

/* An instruction that is not one, of two bytes; => rax, or 5 + what follows */
extern long skipped(long);
__asm__(".text\nskipped:\n\tmov $5, %eax\n\tud2\n\tadd $2, %eax\n\tret\n");

/* A handler's first instructions: store what it was called with. */
extern void entry(int sig, siginfo_t *info, void *context);
extern unsigned long at_entry[REGISTERS];
unsigned long at_entry[REGISTERS];
__asm__(".text\nentry:\n\t"
        "mov %rsp, at_entry+56(%rip)\n\tmov %rax, at_entry(%rip)\n\t"
        "mov %rdi, at_entry+40(%rip)\n\tmov %rsi, at_entry+32(%rip)\n\t"
        "mov %rdx, at_entry+24(%rip)\n\t"
        "pushfq\n\tpop at_entry+128(%rip)\n\tjmp entered\n");
void entered(int sig, siginfo_t *info, void *context);

/* What the handler found and what it should do; it may not print. */
static struct {
    ucontext_t uc;
    siginfo_t info;
    struct fpstate fpu, fpu_entry;
    unsigned long return_to;
    unsigned long fpu_at;
} seen;
static void (*change)(ucontext_t *uc);

/* Clobber whatever a C function may, and more. */
static void
trash(void)
{
    __asm__ volatile("fninit\n\tfldpi\n\tfld1\n\t"
                     "pcmpeqd %%xmm0, %%xmm0\n\tpcmpeqd %%xmm7, %%xmm7\n\t"
                     "pcmpeqd %%xmm8, %%xmm8\n\tpcmpeqd %%xmm15, %%xmm15\n\t"
                     "mov $-1, %%rax\n\tmov %%rax, %%rbx\n\t"
                     "mov %%rax, %%rcx\n\tmov %%rax, %%rdx\n\t"
                     "mov %%rax, %%rsi\n\tmov %%rax, %%rdi\n\t"
                     "mov %%rax, %%r8\n\tmov %%rax, %%r9\n\t"
                     "mov %%rax, %%r10\n\tmov %%rax, %%r11\n\t"
                     "mov %%rax, %%r12\n\tmov %%rax, %%r13\n\t"
                     "mov %%rax, %%r14\n\tmov %%rax, %%r15\n\t"
                     "movl $0x3f80, -4(%%rsp)\n\tldmxcsr -4(%%rsp)\n\t"
                     "stc"
                     :
                     :
                     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9",
                       "r10", "r11", "r12", "r13", "r14", "r15", "memory",
                       "cc");
}

void
entered(int sig, siginfo_t *info, void *context)
{
    static _Alignas(16) struct fpstate now;
    ucontext_t *uc = context;
    (void)sig;

    __asm__ volatile("fxsave64 %0" : "=m"(now));
    memcpy(&seen.fpu_entry, &now, sizeof(now));
    memcpy(&seen.uc, uc, sizeof(seen.uc));
    memcpy(&seen.info, info, sizeof(seen.info));
    memcpy(&seen.return_to, (void *)at_entry[RSP], 8);
    seen.fpu_at = (unsigned long)uc->uc_mcontext.fpregs;
    memcpy(&seen.fpu, uc->uc_mcontext.fpregs, sizeof(seen.fpu));
    if (change != NULL) {
        change(uc);
    }
    trash();
}

/* A state of which each byte that can be is different from the usual. */
static void
make_state(void)
{
    unsigned short control = 0x0b7f;
    unsigned int mxcsr = 0x5f80;

    memset(probe_fpu_in, 0, sizeof(probe_fpu_in));
    memcpy(probe_fpu_in, &control, 2);
    probe_fpu_in[4] = 0xff;
    memcpy(probe_fpu_in + 24, &mxcsr, 4);
    for (int i = 0; i < 8; i++) {
        memset(probe_fpu_in + 32 + i * 16, 0x81 + i, 8);
        probe_fpu_in[32 + i * 16 + 9] = 0x3f;
    }
    for (int i = 0; i < 256; i++) {
        probe_fpu_in[160 + i] = (unsigned char)(i ^ 0x5a);
    }
    for (int i = 0; i < REGISTERS; i++) {
        probe_in[i] = 0x0101010101010101UL * (unsigned)(i + 1);
    }
    probe_in[FLAGS] = 0x202 | 0xcd5; /* ZF, SF, AF, PF, CF, OF, DF too */
}

/* The C code around expects the usual control words. */
static void
usual(void)
{
    unsigned int mxcsr = 0x1f80;

    __asm__ volatile("fninit\n\tldmxcsr %0" : : "m"(mxcsr));
}

static void
run_probe(void (*changes)(ucontext_t *))
{
    make_state();
    change = changes;
    memset(probe_out, 0, sizeof(probe_out));
    memset(probe_fpu_out, 0, sizeof(probe_fpu_out));
    probe_trap();
    usual();
    change = NULL;
}

/* Which of x87's and SSE's parts differ: control 1, stack 2, SSE 4, mxcsr 8 */
static int
fpu_differs(const void *image)
{
    const unsigned char *got = image;
    int stack = 0;

    for (int i = 0; i < 8; i++) {
        stack |= memcmp(probe_fpu_in + 32 + i * 16, got + 32 + i * 16, 10);
    }
    return (memcmp(probe_fpu_in, got, 5) != 0) | (stack != 0) << 1
        | (memcmp(probe_fpu_in + 160, got + 160, 256) != 0) << 2
        | (memcmp(probe_fpu_in + 24, got + 24, 4) != 0) << 3;
}

static void
test_layout(void)
{
    unsigned long frame = at_entry[RSP];
    unsigned short cs, ss;

    __asm__("mov %%cs, %0\n\tmov %%ss, %1" : "=r"(cs), "=r"(ss));
    is((long)(frame % 16), 8, "the stack is aligned as after a call");
    ok(seen.return_to == (unsigned long)restorer, "it returns to SA_RESTORER");
    is((long)at_entry[RDI], SIGTRAP, "the first argument is the signal");
    is((long)(at_entry[RDX] - frame), 8, "the third: the context");
    is((long)(at_entry[RSI] - frame), 8 + 304, "the second: siginfo behind it");
    is((long)at_entry[RAX], 0, "rax is 0, for functions without prototype");
    is((long)(at_entry[FLAGS] & 0x400), 0, "the direction flag is clear");
    is((long)(seen.fpu_at % 64), 0, "the state of x87 and SSE is aligned");
    ok(seen.fpu_at >= at_entry[RSI] + 128
        && seen.fpu_at + 512 <= probe_in[RSP] - 128,
        "above siginfo, below the red zone");
    ok(at_entry[RSP] < probe_in[RSP] - 128, "all of it below the red zone");
    is((long)(seen.uc.uc_flags & 6), 6, "uc_flags: ss is saved and restored");
    ok(seen.uc.uc_link == NULL, "uc_link is NULL");
    ok(seen.uc.uc_stack.ss_sp == NULL && seen.uc.uc_stack.ss_size == 0,
        "uc_stack: none");
    is((long)(seen.uc.uc_mcontext.gregs[REG_CSGSFS] & 0xffff), cs, "cs");
    is((long)(seen.uc.uc_mcontext.gregs[REG_CSGSFS] >> 48), ss, "ss");
    is((long)(seen.uc.uc_mcontext.gregs[REG_CSGSFS] >> 16 & 0xffffffff), 0,
        "gs and fs are 0");
    is((long)seen.uc.uc_mcontext.gregs[REG_TRAPNO], 3, "the trap's number");
    is((long)seen.uc.uc_mcontext.gregs[REG_OLDMASK], 0, "oldmask");
}

static void
test_contents(void)
{
    static const struct {
        const char *name;
        int in, in_frame;
    } regs[] = {
        { "rax", RAX, REG_RAX }, { "rbx", RBX, REG_RBX },
        { "rcx", RCX, REG_RCX }, { "rdx", RDX, REG_RDX },
        { "rsi", RSI, REG_RSI }, { "rdi", RDI, REG_RDI },
        { "rbp", RBP, REG_RBP }, { "rsp", RSP, REG_RSP },
        { "r8", R8, REG_R8 }, { "r9", R9, REG_R9 }, { "r10", R10, REG_R10 },
        { "r11", R11, REG_R11 }, { "r12", R12, REG_R12 },
        { "r13", R13, REG_R13 }, { "r14", R14, REG_R14 },
        { "r15", R15, REG_R15 },
    };
    char name[40];

    for (int i = 0; i < COUNT_OF(regs); i++) {
        /* The stack pointer is stored with the flags on the stack. */
        unsigned long shift = regs[i].in == RSP ? 8 : 0;
        snprintf(name, sizeof(name), "%s is in the frame", regs[i].name);
        ok(seen.uc.uc_mcontext.gregs[regs[i].in_frame]
            == probe_in[regs[i].in] + shift, name);
        snprintf(name, sizeof(name), "%s is kept", regs[i].name);
        ok(probe_out[regs[i].in] == probe_in[regs[i].in], name);
    }
    is((long)(seen.uc.uc_mcontext.gregs[REG_EFL] & 0xcd5), 0xcd5,
        "the flags are in the frame");
    is((long)(probe_out[FLAGS] & 0xcd5), 0xcd5, "and are kept");
    is(fpu_differs(&seen.fpu), 0, "the state of x87 and SSE is in the frame");
    is(fpu_differs(probe_fpu_out), 0, "and is kept");
    is((long)seen.fpu_entry.cwd, 0x37f, "a handler starts with a fresh one:");
    is((long)seen.fpu_entry.mxcsr, 0x1f80, "x87's and SSE's control words");
    is((long)(seen.fpu_entry.ftw & 0xff), 0, "and an empty stack");
}

static void
change_registers(ucontext_t *uc)
{
    for (int i = REG_R8; i <= REG_RCX; i++) {
        uc->uc_mcontext.gregs[i] += 7;
    }
    uc->uc_mcontext.gregs[REG_EFL] &= ~0xc41UL;
    uc->uc_mcontext.fpregs->xmm[5] = 12345;
    uc->uc_mcontext.fpregs->mxcsr = 0x7f80;
    uc->uc_mcontext.fpregs->cwd = 0x77f;
}

static void
no_fpu(ucontext_t *uc)
{
    uc->uc_mcontext.fpregs = NULL;
}

static void
skip(ucontext_t *uc)
{
    uc->uc_mcontext.gregs[REG_RIP] += 2;
    uc->uc_mcontext.gregs[REG_RAX] += 10;
}

static void
block_all(ucontext_t *uc)
{
    uc->uc_sigmask = ~0UL;
}

static void
test_changes(void)
{
    struct fpstate *after = (struct fpstate *)probe_fpu_out;
    int good = 1;

    run_probe(change_registers);
    for (int i = RAX; i < FLAGS; i++) {
        good &= i == RSP || probe_out[i] == probe_in[i] + 7;
    }
    ok(good, "a handler changes each register in its frame: so they are");
    is((long)(probe_out[FLAGS] & 0xcd5), 0x094, "the flags");
    is((long)after->xmm[5], 12345, "a register of SSE");
    is((long)after->mxcsr, 0x7f80, "its control word");
    is((long)after->cwd, 0x77f, "that of x87");
    run_probe(no_fpu);
    ok(after->mxcsr == 0x1f80 && after->cwd == 0x37f && after->xmm[5] == 0,
        "without a state in the frame a fresh one is used");
    change = skip;
    is(skipped(0), 17, "the address at which it goes on");
    change = block_all;
    red_zone();
    change = NULL;
    is((long)mask(SIG_SETMASK, 0), (long)~(BIT(SIGKILL) | BIT(SIGSTOP)),
        "the mask, but not SIGKILL and SIGSTOP");
}

/* Handlers at an instruction that is not chosen, in a loop of sums.  (If each
 * call gives up the CPU, each signal takes a slice: no more than MANY.) */
enum { MANY = 500 };

static volatile int hits;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    hits++;
    trash();
}

static int
sends_many(pid_t to)
{
    for (int i = 0; i < MANY; i++) {
        while (queue(to, 40, i) == -EAGAIN) {
            nap(1);
        }
    }
    return 3;
}

static void
test_anywhere(void)
{
    unsigned long sum = 0, turns = 0;
    double halves = 0;
    pid_t self = getpid();
    int status = 0;

    act(40, count, 0, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(sends_many(self));
    }
    while (hits < MANY) {
        sum += turns;
        halves += 0.5;
        turns++;
    }
    ok(sum == turns * (turns - 1) / 2 && halves == (double)turns / 2,
        "five hundred handlers anywhere in a loop of sums: none is wrong");
    waitpid(pid, &status, 0);
    exited(status, 3, "all were sent by another process");
}

int
main(void)
{
    act(SIGTRAP, entry, SA_SIGINFO, 0);
    act(SIGILL, entry, SA_SIGINFO, 0);
    run_probe(NULL);
    test_layout();
    test_contents();
    is(red_zone(), 1, "the red zone is kept");
    test_changes();
    test_anywhere();
    return done();
}
