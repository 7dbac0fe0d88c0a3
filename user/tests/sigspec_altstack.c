/*
 * sigspec_altstack.c: sigaltstack: its errors; handlers on it, nested and too
 * many; what is done when no frame can be written; what fork, vfork, clone and
 * exec do to it.
 */
#include "sigspec.h"

#include "clone.h"
#include <sys/mman.h>

#define SIZE 65536L
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *area; /* the stack; a page without rights is below and above */
static void *jump_to[5];
static volatile unsigned long seen_at[4];
static volatile int calls;
static stack_t seen_stack, seen_saved;
static const char *self;

static long
set_stack(void *at, int flags, size_t size)
{
    stack_t stack = { at, flags, size };

    return raw(NR_sigaltstack, P(&stack), 0, 0, 0);
}

static stack_t
get_stack(void)
{
    stack_t stack;

    memset(&stack, 0xa5, sizeof(stack));
    raw(NR_sigaltstack, 0, P(&stack), 0, 0);
    return stack;
}

static int
on_area(unsigned long at)
{
    return at >= (unsigned long)area && at < (unsigned long)area + SIZE;
}

static void
look(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    (void)sig;
    (void)info;
    seen_at[calls++ & 3] = (unsigned long)context;
    seen_stack = get_stack();
    seen_saved = uc->uc_stack;
}

/* The first call sends the second signal. */
static void
nest(int sig, siginfo_t *info, void *context)
{
    (void)info;
    seen_at[calls++ & 3] = (unsigned long)context;
    if (sig == SIGUSR1) {
        send_self(SIGUSR2);
    }
}

static void
test_errors(void)
{
    stack_t none = get_stack(), odd;

    is(none.ss_flags, SS_DISABLE, "at first there is none");
    ok(none.ss_sp == NULL && none.ss_size == 0, "nowhere, of size 0");
    returns(raw(NR_sigaltstack, 0, 0, 0, 0), 0, "nothing to set or get");
    returns(set_stack(area, 0, MINSIGSTKSZ - 1), -ENOMEM, "one too small");
    returns(set_stack(area, 0, 0), -ENOMEM, "of size 0");
    returns(set_stack(area, 4, SIZE), -EINVAL, "a flag that does not exist");
    returns(set_stack(area, SS_ONSTACK | SS_DISABLE, SIZE), -EINVAL,
        "on and off at once");
    returns(raw(NR_sigaltstack, 1, 0, 0, 0), -EFAULT, "a bad new stack");
    odd.ss_sp = area;
    odd.ss_flags = 0;
    odd.ss_size = SIZE;
    returns(raw(NR_sigaltstack, P(&odd), 1, 0, 0), -EFAULT,
        "a bad place for the old one");
    is(get_stack().ss_size, SIZE, "the new one holds then");
    returns(set_stack(NULL, SS_DISABLE, 0), 0, "off");
    is(get_stack().ss_flags, SS_DISABLE, "is off");
    returns(set_stack(NULL, SS_DISABLE, 77), 0, "its size means nothing then");
    is(get_stack().ss_size, 0, "and is 0");
    returns(set_stack(area, SS_ONSTACK, SIZE), 0, "SS_ONSTACK means on");
    is(get_stack().ss_flags, 0, "it is on, and not in use");
    returns(set_stack((void *)-4096L, 0, SIZE), 0,
        "where it is is not checked");
    returns(set_stack(area, 0, SIZE), 0, "on again");
    ok(get_stack().ss_sp == area && get_stack().ss_size == SIZE, "as it says");
}

static void
change(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    seen_at[0] = (unsigned long)-set_stack(area, 0, SIZE / 2);
    seen_at[1] = (unsigned long)-set_stack(NULL, SS_DISABLE, 0);
}

static void
test_use(void)
{
    int local;
    unsigned long here = (unsigned long)&local;

    set_stack(area, 0, SIZE);
    act(SIGUSR1, look, SA_SIGINFO, 0);
    send_self(SIGUSR1);
    ok(!on_area(seen_at[0]) && here - seen_at[0] < 65536,
        "without SA_ONSTACK a handler runs on the usual stack");
    is(seen_stack.ss_flags, 0, "the other is not in use");
    calls = 0;
    act(SIGUSR1, look, SA_SIGINFO | SA_ONSTACK, 0);
    send_self(SIGUSR1);
    ok(on_area(seen_at[0]), "with SA_ONSTACK on the other");
    ok((unsigned long)area + SIZE - seen_at[0] < SIZE / 2, "from its top");
    is(seen_stack.ss_flags, SS_ONSTACK, "which is in use");
    ok(seen_saved.ss_sp == area && seen_saved.ss_size == SIZE
        && seen_saved.ss_flags == 0, "the frame has it");
    is(get_stack().ss_flags, 0, "after it, it is not in use");
    calls = 0;
    act(SIGUSR1, nest, SA_ONSTACK, 0);
    act(SIGUSR2, nest, SA_ONSTACK, 0);
    send_self(SIGUSR1);
    ok(on_area(seen_at[1]) && seen_at[1] < seen_at[0],
        "a second handler: below the first one, not over it");
    calls = 0;
    act(SIGUSR2, nest, 0, 0);
    send_self(SIGUSR1);
    ok(on_area(seen_at[1]) && seen_at[1] < seen_at[0],
        "one without SA_ONSTACK too: where the first one is");
    act(SIGUSR1, change, SA_ONSTACK, 0);
    send_self(SIGUSR1);
    is((long)seen_at[0], EPERM, "in use it cannot be changed");
    is((long)seen_at[1], EPERM, "nor switched off");
    set_stack(NULL, SS_DISABLE, 0);
    calls = 0;
    act(SIGUSR1, look, SA_SIGINFO | SA_ONSTACK, 0);
    send_self(SIGUSR1);
    ok(!on_area(seen_at[0]), "SA_ONSTACK without one: on the usual stack");
}

/* While this runs another one may be set; the frame has the first one. */
static void
disarmed(int sig, siginfo_t *info, void *context)
{
    look(sig, info, context);
    seen_at[1] = (unsigned long)set_stack(area + SIZE / 2, 0, SIZE / 4);
}

static void
swaps(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    (void)sig;
    (void)info;
    uc->uc_stack.ss_size = SIZE / 2;
}

static void
test_return(void)
{
    set_stack(area, (int)SS_AUTODISARM, SIZE);
    is((unsigned)get_stack().ss_flags, SS_AUTODISARM, "SS_AUTODISARM is kept");
    calls = 0;
    act(SIGUSR1, disarmed, SA_SIGINFO | SA_ONSTACK, 0);
    send_self(SIGUSR1);
    ok(on_area(seen_at[0]), "a handler runs on it");
    is(seen_stack.ss_flags, SS_DISABLE, "where there is none any more");
    is((long)seen_at[1], 0, "so another one can be set");
    is((unsigned)seen_saved.ss_flags, SS_AUTODISARM, "the frame has the first");
    ok(get_stack().ss_sp == area && get_stack().ss_size == SIZE
        && (unsigned)get_stack().ss_flags == SS_AUTODISARM,
        "which is set again by the return");
    set_stack(area, 0, SIZE);
    act(SIGUSR1, swaps, SA_SIGINFO, 0);
    send_self(SIGUSR1);
    is(get_stack().ss_size, SIZE / 2, "a return sets the frame's stack");
}

/* Each handler's signal comes again: until the stack is full. */
static void
forever(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    send_self(sig);
}

static int
overflow(void *unused)
{
    (void)unused;
    set_stack(area, 0, SIZE);
    act(SIGUSR1, forever, SA_ONSTACK | SA_NODEFER, 0);
    act(SIGSEGV, look, SA_ONSTACK, 0);
    send_self(SIGUSR1);
    return 1;
}

/* Send a signal to oneself with the stack pointer at a place. */
static void
send_with_stack(int sig, void *at)
{
    long result;

    __asm__ volatile("mov %%rsp, %%rbx\n\tmov %4, %%rsp\n\tsyscall\n\t"
                     "mov %%rbx, %%rsp"
                     : "=a"(result)
                     : "a"(NR_kill), "D"(getpid()), "S"(sig), "r"(at)
                     : "rbx", "rcx", "r11", "memory");
}

static int
no_stack(void *at)
{
    act(SIGUSR1, look, SA_SIGINFO, 0);
    act(SIGSEGV, look, SA_SIGINFO, 0);
    send_with_stack(SIGUSR1, at);
    return 1;
}

static void
reports(int sig, siginfo_t *info, void *context)
{
    (void)context;
    _exit(sig == SIGSEGV && info->si_code == SI_KERNEL
                  && on_area((unsigned long)context)
              ? 7
              : 8);
}

static int
no_stack_handled(void *at)
{
    set_stack(area, 0, SIZE);
    act(SIGUSR1, look, SA_SIGINFO, 0);
    act(SIGSEGV, reports, SA_SIGINFO | SA_ONSTACK, 0);
    send_with_stack(SIGUSR1, at);
    return 1;
}

static int
no_stack_blocked(void *at)
{
    mask(SIG_BLOCK, BIT(SIGSEGV));
    return no_stack_handled(at);
}

static int
bad_area(void *at)
{
    set_stack(at, 0, SIZE);
    act(SIGUSR1, look, SA_SIGINFO | SA_ONSTACK, 0);
    send_self(SIGUSR1);
    return 1;
}

/* The usual stack is exhausted; its last frame is left by a jump. */
static void
out_of_stack(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    unsigned long rsp = uc->uc_mcontext.gregs[REG_RSP];
    unsigned long at = (unsigned long)info->si_addr;

    calls = sig == SIGSEGV && on_area((unsigned long)context)
            && at + 65536 > rsp && at < rsp + 65536;
    __builtin_longjmp(jump_to, 1);
}

__attribute__((noinline)) static long
recurse(volatile char *above, long more)
{
    volatile char page[4096];

    page[0] = *above;
    return (more > 0 ? recurse(page, more - 1) : 0) + page[0];
}

static int
deep(void *unused)
{
    char byte = 1;

    (void)unused;
    set_stack(area, 0, SIZE);
    act(SIGSEGV, out_of_stack, SA_SIGINFO | SA_ONSTACK | SA_NODEFER, 0);
    for (volatile int i = 0; i < 3; i++) {
        calls = 0;
        if (__builtin_setjmp(jump_to) == 0) {
            recurse(&byte, 1L << 40);
        }
        if (calls != 1 || get_stack().ss_flags != 0) {
            return 8;
        }
    }
    return 7;
}

static void
test_full(void)
{
    killed(in_child(overflow, NULL), SIGSEGV,
        "more handlers than it has room for: killed, whatever SIGSEGV's is");
    killed(in_child(no_stack, area - 4096), SIGSEGV,
        "a frame that cannot be written: killed");
    killed(in_child(no_stack, NULL), SIGSEGV, "with the stack at NULL");
    killed(in_child(no_stack, (void *)0x8000), SIGSEGV, "at nothing");
    killed(in_child(no_stack, (void *)0xffffffff80001000), SIGSEGV,
        "in the kernel");
    killed(in_child(no_stack, (void *)0x0000900000000000), SIGSEGV,
        "at no address");
    exited(in_child(no_stack_handled, area - 4096), 7,
        "a handler of SIGSEGV on the other stack hears of it");
    exited(in_child(no_stack_handled, (void *)0x0000900000000000), 7,
        "at no address, too");
    killed(in_child(no_stack_blocked, area - 4096), SIGSEGV,
        "not if SIGSEGV is blocked");
    killed(in_child(bad_area, area - SIZE), SIGSEGV, "a stack without rights");
    killed(in_child(bad_area, (void *)0xffffffff80001000), SIGSEGV,
        "a stack in the kernel");
    exited(in_child(deep, NULL), 7,
        "the usual stack is exhausted: the handler leaves by a jump, thrice");
}

static int
has_it(void *unused)
{
    stack_t stack = get_stack();
    (void)unused;
    return stack.ss_sp == area && stack.ss_size == SIZE
           && stack.ss_flags == 0 ? 7 : 8;
}

static int
uses_it(void *unused)
{
    (void)unused;
    calls = 0;
    act(SIGUSR1, look, SA_SIGINFO | SA_ONSTACK, 0);
    send_self(SIGUSR1);
    return on_area(seen_at[0]) ? 7 : 8;
}

static int
executes(void *unused)
{
    char *args[] = { (char *)self, "after", NULL };
    (void)unused;
    execv(self, args);
    return 1;
}

static void
test_inheritance(void)
{
    int status = 0;

    set_stack(area, 0, SIZE);
    exited(in_child(has_it, NULL), 7, "a child of fork has it");
    exited(in_child(uses_it, NULL), 7, "and can use it");
    pid_t pid = vfork();
    if (pid == 0) {
        _exit(has_it(NULL));
    }
    waitpid(pid, &status, 0);
    exited(status, 7, "a child of vfork has it");
    is(ended(start(CLONE_VM, has_it, NULL)), 8,
        "a child that shares its memory and runs beside it has it not");
    is(ended(start(CLONE_VM | CLONE_VFORK, has_it, NULL)), 7,
        "if its parent waits, it has");
    exited(in_child(executes, NULL), 7, "exec forgets it");
    exited(in_child(has_it, NULL), 7, "not its parent's");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return get_stack().ss_flags == SS_DISABLE && get_stack().ss_size == 0
                   ? 7 : 8;
    }
    area = mmap(NULL, 3 * SIZE, PROT_READ | PROT_WRITE, ANON, -1, 0);
    mprotect(area, SIZE, PROT_NONE);
    mprotect(area + 2 * SIZE, SIZE, PROT_NONE);
    area += SIZE;
    test_errors();
    test_use();
    test_return();
    test_full();
    test_inheritance();
    return done();
}
