/*
 * random_calls.c: whatever programs call with whatever arguments, the kernel
 * stays whole: its checkers find nothing, and all that it gave comes back.
 *
 *   random_calls [CALLS [SEED]]    so many, and each call 50 times
 *
 * Each slot has a user of its own and a process at a time, mostly with
 * threads, which calls at random until it has made its calls or a call has
 * ended it; and one slot is root's, without those calls that are meant to harm
 * the machine.  What ends a caller or makes it another program is called by a
 * child.  A caller that no longer comes on is killed, with all of its user.
 *
 * seconds: 60
 * expect:
 * ok 1 - all is well before
 * ok 2 - every system call, many times
 * ok 3 - the kernel wrote only where it was told to
 * ok 4 - all is well
 * ok 5 - all is given back
 * 1..5
 */
#include "random_setup.h"

#include "counts.h"

#include <sys/prctl.h>

enum {
    ROUND = 300,      /* calls of a process's first thread */
    OF_CHILD = 20,    /* of a child */
    EACH = 50,        /* so many of each call */
    THREADS = 2,
    FIRST_UID = 20000,
    STALLED = 8,      /* looks without a call, 4 ms each */
    RETRIES = 50,     /* where allocations fail */
    SPOILED = 77,     /* exit code: memory has changed */
    CANARY = 0x5a,
};

/* Seen by all callers, none of whom has a reason to know its address. */
static struct {
    int made[CALLS];
    int total;
    int steps[SLOTS];
    int pid[SLOTS];
} *common;

static struct thread threads[THREADS];
static unsigned char canary[8192];
static struct caller caller_of[1 + THREADS];
static int my_slot;
static pid_t root_group;
static unsigned long first_seed = 1;

/*
 * A system call.  In a new process or thread, which may have any stack or
 * none, nothing follows but its end: => -ECHILD, if it was fork's child and
 * `goes_on`.
 */
__attribute__((naked, noinline)) static long
call(long nr __attribute__((unused)),
    const long arg[6] __attribute__((unused)),
    bool goes_on __attribute__((unused)))
{
    __asm__("push %rbx\n\t"
            "push %r12\n\t"
            "push %r13\n\t"
            "mov %edx, %ebx\n\t"
            "mov %edi, %r12d\n\t"
            "mov %edi, %eax\n\t"
            "mov %rsi, %r13\n\t"
            "mov 0(%r13), %rdi\n\t"
            "mov 8(%r13), %rsi\n\t"
            "mov 16(%r13), %rdx\n\t"
            "mov 24(%r13), %r10\n\t"
            "mov 32(%r13), %r8\n\t"
            "mov 40(%r13), %r9\n\t"
            "syscall\n\t"
            "test %rax, %rax\n\t"
            "jnz 2f\n\t"
            "cmp $435, %r12d\n\t" /* clone3 */
            "je 1f\n\t"
            "cmp $56, %r12d\n\t" /* clone, fork, vfork */
            "jb 2f\n\t"
            "cmp $58, %r12d\n\t"
            "ja 2f\n\t"
            "test %ebx, %ebx\n\t"
            "jz 1f\n\t"
            "mov $-10, %rax\n\t"
            "jmp 2f\n"
            "1:\tmov $24, %eax\n\t" /* sched_yield, exit */
            "syscall\n\t"
            "xor %edi, %edi\n\t"
            "mov $60, %eax\n\t"
            "syscall\n\t"
            "jmp 1b\n"
            "2:\tpop %r13\n\t"
            "pop %r12\n\t"
            "pop %rbx\n\t"
            "ret");
}

/* Made by a child, who does not survive it or becomes something else. */
static bool
is_last(int nr)
{
    return nr == CALL_exit || nr == CALL_exit_group || nr == CALL_execve
           || nr == CALL_execveat || nr == CALL_rt_sigreturn;
}

/* What root would do to the others, or to what is left of the machine. */
static bool
is_roots(int nr)
{
    static const int harmful[] = {
        CALL_reboot, CALL_kill, CALL_tkill, CALL_tgkill, CALL_rt_sigqueueinfo,
        CALL_rt_tgsigqueueinfo, CALL_pidfd_send_signal, CALL_settimeofday,
        CALL_clock_settime, CALL_prlimit64, CALL_setpriority,
        CALL_sched_setparam, CALL_sched_setscheduler, CALL_sched_setattr,
        CALL_sched_setaffinity, CALL_fchmod, CALL_fchown, CALL_fchownat,
        CALL_utimensat, CALL_ioctl, CALL_setsid, CALL_setpgid, CALL_fcntl,
        CALL_spawn, CALL_setuid, CALL_setreuid, CALL_setresuid, CALL_fchdir,
        CALL_openat, CALL_renameat, CALL_renameat2, CALL_linkat,
    };

    for (size_t i = 0; i < sizeof(harmful) / sizeof(int); i++) {
        if (nr == harmful[i]) {
            return true;
        }
    }
    return false;
}

/* Something interrupts each call that waits. */
static void
be_interrupted(void)
{
    static const long often[4] = { 0, 2000, 0, 2000 };

    raw(NR_setitimer, 0, P(often), 0, 0);
}

static void
make_calls(struct caller *caller, int count)
{
    long arg[6] = { 0 };

    for (int i = 0; i < count; i++) {
        int which = (int)below(caller, CALLS), nr = calls[which].nr;
        bool last = is_last(nr);
        if (i % 16 == 0) {
            be_interrupted();
        }
        if (caller->root && is_roots(nr)) {
            continue;
        }
        if (last && call(NR_fork, arg, true) != -ECHILD) {
            continue;
        }
        choose_args(caller, which, arg);
        __atomic_add_fetch(&common->made[which], 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&common->total, 1, __ATOMIC_RELAXED);
        __atomic_add_fetch(&common->steps[my_slot], 1, __ATOMIC_RELAXED);
        long result = call(nr, arg, nr == CALL_fork);
        if (last) {
            raw(NR_exit_group, 0, 0, 0, 0);
        }
        if (nr == CALL_fork && result == -ECHILD) {
            count = i + 1 < count - OF_CHILD ? i + 1 + OF_CHILD : count;
            caller->seed ^= 0x5555;
        }
    }
}

static int
in_thread(void *arg)
{
    make_calls(arg, ROUND);
    return 0;
}

static bool
is_spoiled(void)
{
    for (size_t i = 0; i < sizeof(canary); i++) {
        if (canary[i] != CANARY) {
            return true;
        }
    }
    return false;
}

static void
nothing(int signal)
{
    (void)signal;
}

/* One life of a slot's process. */
static void
live(int slot, int round)
{
    struct sigaction action = { .sa_handler = nothing };
    char name[16];
    uid_t uid = slot == 0 ? 0 : FIRST_UID + (uid_t)slot;

    my_slot = slot;
    snprintf(name, sizeof(name), "slot%d", slot);
    chdir(name);
    setsid();
    if (uid == 0) {
        raw(CALL_unshare, CLONE_NEWNS, 0, 0, 0);
    }
    set_limits(uid);
    if (uid != 0) {
        kill(-1, SIGKILL); /* what its last life has left */
    }
    open_descriptors();
    ftruncate(FD_FILE, 5000);
    ftruncate(FD_MEM, 8192);
    map_area();
    mkdir("d", 0777);
    mkdir("d/e", 0777);
    mkfifo("fifo", 0666);
    symlink("a", "link");
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    memset(canary, CANARY, sizeof(canary));
    for (int i = 0; i <= THREADS; i++) {
        caller_of[i] = (struct caller){
            .seed = (first_seed * 1000003 + (unsigned long)round) * SLOTS
                    + (unsigned long)slot + (unsigned long)i * 7777777,
            .root = uid == 0, .pid = common->pid,
        };
    }
    be_interrupted();
    for (int i = 0; i < round % (THREADS + 1); i++) {
        try_thread(&threads[i], THREAD_FLAGS, in_thread, &caller_of[1 + i],
                   NULL);
    }
    make_calls(&caller_of[0], ROUND);
    raw(NR_exit_group, is_spoiled() ? SPOILED : 0, 0, 0, 0);
}

/* End all that a slot has: a user's processes, root's group. */
static void
end_slot(int slot)
{
    if (slot == 0) {
        if (root_group > 0) {
            kill(-root_group, SIGKILL);
        }
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        setuid(FIRST_UID + (uid_t)slot);
        kill(-1, SIGKILL);
        _exit(0);
    }
    if (pid > 0) {
        waitpid(pid, NULL, 0);
    }
}

/* Take who has ended. => whether none had seen what is its alone change */
static bool
reap(void)
{
    bool well = true;
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < SLOTS; i++) {
            if (common->pid[i] == pid) {
                common->pid[i] = 0;
                well = well && status != SPOILED << 8;
            }
        }
    }
    return well;
}

static bool
enough(int all, int each)
{
    for (int i = 0; i < CALLS; i++) {
        if (common->made[i] < each) {
            return false;
        }
    }
    return common->total >= all;
}

static void
begin(int slot, int round)
{
    if (slot == 0) {
        end_slot(0);
    }
    pid_t pid = fork();
    if (pid == 0) {
        live(slot, round);
    }
    common->pid[slot] = pid > 0 ? pid : 0;
    root_group = slot == 0 ? pid : root_group;
}

/* Begin, watch and end the slots' processes. => as reap */
static bool
run(int all, int each)
{
    int seen[SLOTS] = { 0 }, stalled[SLOTS] = { 0 }, round = 0;
    bool well = true;

    while (!enough(all, each)) {
        for (int i = 0; i < SLOTS; i++) {
            bool moves = common->steps[i] != seen[i];
            stalled[i] = moves ? 0 : stalled[i] + 1;
            seen[i] = common->steps[i];
            if (stalled[i] >= STALLED) {
                end_slot(i);
                stalled[i] = 0;
            }
            if (common->pid[i] == 0) {
                begin(i, round++);
            }
        }
        nap(4);
        well = reap() && well;
    }
    do { /* until there are no orphans, either */
        for (int i = 0; i < SLOTS; i++) {
            end_slot(i);
        }
        nap(4);
        well = reap() && well;
    } while (waitid(P_ALL, 0, NULL, WEXITED | WNOHANG | WNOWAIT) == 0);
    return well;
}

static const char *const kinds[] = {
    "table", "anon", "shared", "heap", "stacks", "processes", "files",
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void
look(long count[KINDS])
{
    counts_read();
    for (int i = 0; i < KINDS; i++) {
        count[i] = counts_find(kinds[i]);
    }
}

/* The stacks of those who have ended are free a little later. */
static bool
is_back(const long before[KINDS])
{
    long now[KINDS];

    look(now);
    for (int i = 0; i < 200 && memcmp(now, before, sizeof(now)) != 0; i++) {
        nap(10);
        look(now);
    }
    for (int i = 0; i < KINDS; i++) {
        if (now[i] != before[i]) {
            printf("# %s: %ld -> %ld\n", kinds[i], before[i], now[i]);
        }
    }
    return memcmp(now, before, sizeof(now)) == 0;
}

/* => whether no caller's memory has changed */
static bool
make_calls_in_place(int all, int each)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    make_places(false);
    bool well = run(all, each);
    make_places(true);
    remove_ipc();
    return well;
}

static int
make_some(void *unused)
{
    (void)unused;
    return !make_calls_in_place(1, 0);
}

static int
make_all(void *all)
{
    for (int i = 0; i < SLOTS; i++) { /* of one that was killed */
        end_slot(i);
        common->pid[i] = 0;
    }
    return !make_calls_in_place(*(int *)all, EACH);
}

int
main(int argc, char **argv)
{
    int all = argc > 1 ? atoi(argv[1]) : 0, least;
    long before[KINDS];

    first_seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(common, 0, sizeof(*common));
    ok(counts_well(), "all is well before");
    in_child(make_some, NULL); /* touches what is touched once */
    look(before);
    int status = in_child(make_all, &all);
    for (int i = 0; i < RETRIES && !WIFEXITED(status); i++) {
        status = in_child(make_all, &all); /* it had no memory */
    }
    least = common->made[0];
    for (int i = 0; i < CALLS; i++) {
        least = common->made[i] < least ? common->made[i] : least;
    }
    if (argc > 1) {
        printf("# %d calls, seed %lu, each at least %d times\n", common->total,
               first_seed, least);
    }
    ok(least >= EACH, "every system call, many times");
    exited(status, 0, "the kernel wrote only where it was told to");
    ok(counts_well(), "all is well");
    ok(is_back(before), "all is given back");
    return done();
}
