/*
 * sigspec_info.c: what siginfo says of each source of a signal: who sent it,
 * what became of a child, which address or instruction faulted, and what the
 * frame says of a fault. (Not SSE's exceptions: QEMU's TCG raises none.)
 */
#include "sigspec.h"

#include <sys/mman.h>

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

static volatile int got;
static siginfo_t seen;
static ucontext_t seen_uc;
static void *jump_to[5];

static void
keep(int sig, siginfo_t *info, void *context)
{
    memcpy(&seen, info, sizeof(seen));
    memcpy(&seen_uc, context, sizeof(seen_uc));
    got = sig;
}

static void
keep_and_jump(int sig, siginfo_t *info, void *context)
{
    keep(sig, info, context);
    __builtin_longjmp(jump_to, 1);
}

static void
from(const char *what, int sig, int code, pid_t pid)
{
    char name[80];

    snprintf(name, sizeof(name), "%s: signal and code", what);
    ok(got == sig && seen.si_signo == sig && seen.si_code == code
        && seen.si_errno == 0, name);
    if (got != sig || seen.si_code != code) {
        printf("# got %d, code %d\n", got, seen.si_code);
    }
    snprintf(name, sizeof(name), "%s: pid and uid", what);
    ok(seen.si_pid == pid && seen.si_uid == getuid(), name);
    got = 0;
    memset(&seen, 0xa5, sizeof(seen));
}

static void
test_senders(void)
{
    pid_t me = getpid();

    act(SIGUSR1, keep, SA_SIGINFO, 0);
    act(SIGPIPE, keep, SA_SIGINFO, 0);
    kill(me, SIGUSR1);
    from("kill", SIGUSR1, SI_USER, me);
    kill(0, SIGUSR1);
    from("kill of the group", SIGUSR1, SI_USER, me);
    raw(NR_tkill, me, SIGUSR1, 0, 0);
    from("tkill", SIGUSR1, SI_TKILL, me);
    raw(NR_tgkill, me, me, SIGUSR1, 0);
    from("tgkill", SIGUSR1, SI_TKILL, me);
    queue(me, SIGUSR1, 77);
    is(seen.si_value.sival_int, 77, "rt_sigqueueinfo: value");
    from("rt_sigqueueinfo", SIGUSR1, SI_QUEUE, me);
    act(SIGUSR1, keep, SA_SIGINFO | SA_RESTART, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        kill(me, SIGUSR1);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    from("kill by a child", SIGUSR1, SI_USER, pid);
    int ends[2];
    pipe(ends);
    close(ends[0]);
    fails(write(ends[1], "x", 1), EPIPE, "a write to a pipe without readers");
    from("SIGPIPE", SIGPIPE, SI_USER, me);
    close(ends[1]);
}

/* The next SIGCHLD, which is blocked: about this child, with this. */
static void
child(pid_t pid, int code, int status, const char *name)
{
    unsigned long set = BIT(SIGCHLD);
    siginfo_t info;

    memset(&info, 0xa5, sizeof(info));
    long sig = raw(NR_rt_sigtimedwait, P(&set), P(&info), 0, SET_SIZE);
    /* Whether Linux writes a core depends on the host. */
    int code_now = info.si_code == CLD_DUMPED ? CLD_KILLED : info.si_code;
    ok(sig == SIGCHLD && info.si_signo == SIGCHLD && info.si_errno == 0
        && code_now == code && info.si_pid == pid && info.si_uid == getuid()
        && info.si_status == status, name);
    if (code_now != code || info.si_status != status) {
        printf("# got code %d, status %d\n", info.si_code, info.si_status);
    }
    ok(info.si_utime >= 0 && info.si_utime < 10000 && info.si_stime >= 0
        && info.si_stime < 10000, "its times are sane");
}

static void
test_children(void)
{
    mask(SIG_BLOCK, BIT(SIGCHLD));
    act(SIGCHLD, keep, SA_SIGINFO, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(0x123);
    }
    child(pid, CLD_EXITED, 0x23, "a child exits");
    waitpid(pid, NULL, 0);
    pid = idle_child();
    kill(pid, SIGSTOP);
    child(pid, CLD_STOPPED, SIGSTOP, "it stops");
    kill(pid, SIGCONT);
    child(pid, CLD_CONTINUED, SIGCONT, "it goes on");
    kill(pid, SIGTSTP);
    child(pid, CLD_STOPPED, SIGTSTP, "it stops again");
    kill(pid, SIGKILL);
    child(pid, CLD_KILLED, SIGKILL, "it is killed");
    waitpid(pid, NULL, 0);
    pid = idle_child();
    kill(pid, SIGTERM);
    child(pid, CLD_KILLED, SIGTERM, "by another signal");
    waitpid(pid, NULL, 0);
    pid = idle_child();
    kill(pid, SIGQUIT);
    child(pid, CLD_KILLED, SIGQUIT, "by one that makes a core");
    waitpid(pid, NULL, 0);
    pid_t first = must_fork();
    if (first == 0) {
        _exit(1);
    }
    waitpid(first, NULL, 0);
    pid = must_fork();
    if (pid == 0) {
        _exit(2);
    }
    waitpid(pid, NULL, 0);
    child(first, CLD_EXITED, 1, "of two, the first one's pends");
    is(take(BIT(SIGCHLD), NULL), -EAGAIN, "alone");
    mask(SIG_UNBLOCK, BIT(SIGCHLD));
    act(SIGCHLD, TO_DEFAULT, 0, 0);
}

static unsigned short control; /* x87's control word */

/* The instruction at which it went wrong has a label, to compare with. */
#define FAULT(label, code) \
    extern char label[]; \
    __attribute__((noipa)) static void run_##label(void *at_address) \
    { \
        __asm__ volatile(code \
                         : \
                         : "D"(at_address), "m"(control) \
                         : "rax", "rcx", "rdx", "memory", "cc", "st"); \
    }

FAULT(f_read, "f_read: movb (%%rdi), %%al")
FAULT(f_write, "f_write: movb $1, (%%rdi)")
FAULT(f_div, "xor %%ecx, %%ecx\n\tmov $1, %%eax\n\tcltd\n"
    "f_div: idiv %%ecx")
FAULT(f_large, "mov $0x80000000, %%eax\n\tcltd\n\tmov $-1, %%ecx\n"
    "f_large: idiv %%ecx")
FAULT(f_ud2, "f_ud2: ud2")
FAULT(f_hlt, "f_hlt: hlt")
FAULT(f_port, "mov $0x60, %%edx\nf_port: inb %%dx, %%al")
FAULT(f_int, "f_int: int $0x30")
FAULT(f_int3, "int3\nf_int3: nop")
FAULT(f_step, "pushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n\tnop\n"
    "f_step: nop\n\tnop")

/* x87's exceptions, unmasked one by one, are raised by the next instruction. */
#define X87(label, code) \
    FAULT(label, "fninit\n\tfldcw %1\n\t" code "\n" #label ": fwait")
X87(f_fltdiv, "fld1\n\tfldz\n\tfdivrp")
X87(f_fltinv, "fldz\n\tfldz\n\tfdivrp")
X87(f_fltovf, "fld1\n\tfldz\n\tfld1\n\tfchs\n\tmovl $16000, -8(%%rsp)\n\t"
    "fildl -8(%%rsp)\n\tfld1\n\tfscale\n\tfmul %%st(0)")
X87(f_fltund, "movl $-16000, -8(%%rsp)\n\tfildl -8(%%rsp)\n\tfld1\n\t"
    "fscale\n\tfmul %%st(0)")
X87(f_fltres, "fld1\n\tfld1\n\tfadd %%st(0)\n\tfld1\n\tfaddp\n\tfdivrp")

struct fault {
    const char *name;
    void (*run)(void *);
    char *label;
    int sig, code;
    int at_address; /* si_addr: 2 the label, 1 the argument, 0 nothing */
    int control;    /* for x87 */
};

static void
test_fault(const struct fault *fault, void *at)
{
    char name[96];

    got = 0;
    memset(&seen, 0xa5, sizeof(seen));
    act(fault->sig, keep_and_jump, SA_SIGINFO | SA_NODEFER, 0);
    control = (unsigned short)fault->control;
    if (__builtin_setjmp(jump_to) == 0) {
        fault->run(at);
    }
    act(fault->sig, TO_DEFAULT, 0, 0);
    ok(got == fault->sig && seen.si_signo == fault->sig
        && seen.si_code == fault->code && seen.si_errno == 0, fault->name);
    if (seen.si_code != fault->code) {
        printf("# got signal %d, code %d\n", got, seen.si_code);
    }
    snprintf(name, sizeof(name), "%s: si_addr", fault->name);
    ok(seen.si_addr == (fault->at_address == 2   ? fault->label
                        : fault->at_address == 1 ? at
                                                 : NULL), name);
    snprintf(name, sizeof(name), "%s: rip", fault->name);
    ok(seen_uc.uc_mcontext.gregs[REG_RIP] == (unsigned long)fault->label,
        name);
}

/* Of a page fault the frame has trap 14, its error code and its address. */
static void
test_page_fault(const struct fault *fault, void *at, int write)
{
    char name[96];

    test_fault(fault, at);
    snprintf(name, sizeof(name), "%s: trap, error code, cr2", fault->name);
    ok(seen_uc.uc_mcontext.gregs[REG_TRAPNO] == 14
        && (seen_uc.uc_mcontext.gregs[REG_ERR] & 6)
               == (unsigned long)(4 | write << 1)
        && seen_uc.uc_mcontext.gregs[REG_CR2] == (unsigned long)at, name);
}

static void
jump_into(void *at)
{
    ((void (*)(void))at)();
}

static void
test_memory(void)
{
    char *page = mmap(NULL, 4 * 4096, RW, ANON, -1, 0);
    char *hole = page + 4096, *locked = page + 2 * 4096;
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    char *map;

    munmap(hole, 4096);
    mprotect(locked, 4096, PROT_NONE);
    page[0] = 1;
    mprotect(page, 4096, PROT_READ);
    ftruncate(fd, 100);
    map = mmap(NULL, 2 * 4096, RW, MAP_SHARED, fd, 0);
    struct fault read = { "a read where nothing is", run_f_read, f_read,
        SIGSEGV, SEGV_MAPERR, 1, 0 };
    struct fault write = { "a write where nothing is", run_f_write, f_write,
        SIGSEGV, SEGV_MAPERR, 1, 0 };
    test_page_fault(&read, hole + 7, 0);
    test_page_fault(&write, hole + 4095, 1);
    read.name = "a read at NULL";
    test_page_fault(&read, NULL, 0);
    read.name = "a read of a page without rights";
    read.code = write.code = SEGV_ACCERR;
    test_page_fault(&read, locked + 5, 0);
    write.name = "a write to a page that may be read";
    test_page_fault(&write, page + 9, 1);
    write.name = "a write to the program's code";
    test_page_fault(&write, f_write, 1);
    read.name = "a read beyond a mapped file";
    write.name = "a write beyond a mapped file";
    read.sig = write.sig = SIGBUS;
    read.code = write.code = BUS_ADRERR;
    test_page_fault(&read, map + 4096 + 3, 0);
    test_page_fault(&write, map + 8191, 1);
    struct fault jump = { "a jump into data", jump_into, page, SIGSEGV,
        SEGV_ACCERR, 1, 0 };
    test_fault(&jump, page);
    jump.name = "a jump to nothing";
    jump.code = SEGV_MAPERR;
    jump.label = hole;
    test_fault(&jump, hole);
    read.sig = SIGSEGV;
    read.code = SI_KERNEL;
    read.at_address = 0;
    read.name = "a read at no address";
    test_fault(&read, (void *)0x0000900000000000);
    is((long)seen_uc.uc_mcontext.gregs[REG_TRAPNO], 13, "is trap 13");
    read.at_address = 1;
    read.code = SEGV_MAPERR;
    read.name = "a read of the kernel";
    test_fault(&read, (void *)0xffffffff80000000);
    munmap(map, 2 * 4096);
    close(fd);
    unlink("file");
}

static void
test_instructions(void)
{
    static const struct fault faults[] = {
        { "division by zero", run_f_div, f_div, SIGFPE, FPE_INTDIV, 2, 0 },
        { "a quotient too large", run_f_large, f_large, SIGFPE, FPE_INTDIV, 2,
            0 },
        { "x87 divides by zero", run_f_fltdiv, f_fltdiv, SIGFPE, FPE_FLTDIV,
            2, 0x37b },
        { "x87 divides zero by zero", run_f_fltinv, f_fltinv, SIGFPE,
            FPE_FLTINV, 2, 0x37e },
        { "x87 overflows", run_f_fltovf, f_fltovf, SIGFPE, FPE_FLTOVF, 2,
            0x377 },
        { "x87 underflows", run_f_fltund, f_fltund, SIGFPE, FPE_FLTUND, 2,
            0x36f },
        { "x87 rounds", run_f_fltres, f_fltres, SIGFPE, FPE_FLTRES, 2,
            0x35f },
        { "ud2", run_f_ud2, f_ud2, SIGILL, ILL_ILLOPN, 2, 0 },
        { "hlt", run_f_hlt, f_hlt, SIGSEGV, SI_KERNEL, 0, 0 },
        { "a port", run_f_port, f_port, SIGSEGV, SI_KERNEL, 0, 0 },
        { "an interrupt", run_f_int, f_int, SIGSEGV, SI_KERNEL, 0, 0 },
        { "int3", run_f_int3, f_int3, SIGTRAP, SI_KERNEL, 0, 0 },
        { "a single step", run_f_step, f_step, SIGTRAP, TRAP_TRACE, 2, 0 },
    };

    for (int i = 0; i < COUNT_OF(faults); i++) {
        test_fault(&faults[i], NULL);
        __asm__ volatile("fninit");
    }
}

/* A fault whose signal is blocked or ignored kills. */
static int
fault_blocked(void *unused)
{
    (void)unused;
    act(SIGSEGV, keep, SA_SIGINFO, 0);
    mask(SIG_BLOCK, BIT(SIGSEGV));
    run_f_read(NULL);
    return 1;
}

static int
fault_ignored(void *unused)
{
    (void)unused;
    act(SIGFPE, TO_IGNORE, 0, 0);
    run_f_div(NULL);
    return 1;
}

/* SIGSEGV is blocked in its own handler. */
static void
faults_again(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    run_f_read(NULL);
}

static int
fault_in_handler(void *unused)
{
    (void)unused;
    act(SIGSEGV, faults_again, SA_SIGINFO, 0);
    run_f_read(NULL);
    return 1;
}

static int
sent_ignored(void *unused)
{
    (void)unused;
    act(SIGSEGV, TO_IGNORE, 0, 0);
    send_self(SIGSEGV);
    return 7;
}

int
main(void)
{
    setpgid(0, 0);
    test_senders();
    test_children();
    test_memory();
    test_instructions();
    killed(in_child(fault_blocked, NULL), SIGSEGV, "a fault that is blocked");
    killed(in_child(fault_ignored, NULL), SIGFPE, "a fault that is ignored");
    killed(in_child(fault_in_handler, NULL), SIGSEGV, "one in its handler");
    exited(in_child(sent_ignored, NULL), 7, "sent, it can be ignored");
    return done();
}
