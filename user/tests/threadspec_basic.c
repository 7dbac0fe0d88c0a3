/*
 * threadspec_basic.c: a thread is another flow of control in the same process:
 * it has a tid of its own and everything else together with the others. Its
 * words are written at its beginning and its end, its TLS base is its own, and
 * nobody waits for it but by its word.
 */
#include "threads.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static struct thread thread, second;
static long seen[8];
static int step, ends[2];

static int
tells(void *arg)
{
    seen[0] = raw(NR_getpid, 0, 0, 0, 0);
    seen[1] = tid_now();
    seen[2] = raw(NR_getppid, 0, 0, 0, 0);
    seen[3] = P(arg);
    seen[4] = word_of(&thread.alive);
    seen[5] = raw(NR_getpgid, 0, 0, 0, 0);
    seen[6] = raw(NR_getsid, 0, 0, 0, 0);
    return 3;
}

static void
test_ids(void)
{
    thread_start(&thread, tells, ARG(42));
    thread_join(&thread);
    is(seen[3], 42, "a thread runs in our memory");
    ok(seen[0] == getpid() && seen[2] == getppid(),
        "it has our pid and our parent");
    ok(seen[1] != getpid() && seen[1] == thread.tid,
        "its tid is its own, and what clone returned");
    is(seen[4], thread.tid, "PARENT_SETTID wrote it before the thread ran");
    ok(seen[5] == getpgid(0) && seen[6] == getsid(0),
        "group and session are ours");
    is(tid_now(), getpid(), "our own tid is the pid");
}

static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
}

static int
changes(void *arg)
{
    static char name[16] = "newname";
    const long map[6] = { 0, 4096, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 };

    (void)arg;
    seen[0] = raw_v(NR_mmap, map);
    *(int *)seen[0] = 77;
    seen[1] = raw(NR_open, P("file"), O_CREAT | O_RDWR, 0600, 0);
    raw(NR_close, ends[0], 0, 0, 0);
    raw(NR_chdir, P("sub"), 0, 0, 0);
    raw(SYS_umask, 027, 0, 0, 0);
    act(SIGUSR1, handler, 0, BIT(SIGUSR2));
    raw(NR_prctl, PR_SET_NAME, P(name), 0, 0);
    mask(SIG_BLOCK, BIT(SIGTERM));
    return 0;
}

static void
test_shared(void)
{
    char where[512], name[16] = "";

    pipe(ends);
    mkdir("sub", 0700);
    prctl(PR_SET_NAME, "first");
    thread_start(&thread, changes, NULL);
    thread_join(&thread);
    is(*(int *)seen[0], 77, "what it maps is mapped for us");
    is(write((int)seen[1], "x", 1), 1, "what it opens is open");
    fails(close(ends[0]), EBADF, "what it closes is closed");
    getcwd(where, sizeof(where));
    is_str(where + strlen(where) - 4, "/sub", "we are where it has gone");
    is(umask(022), 027, "its umask is ours");
    ok(action_of(SIGUSR1).handler == handler
           && action_of(SIGUSR1).mask == BIT(SIGUSR2), "so are actions");
    prctl(PR_GET_NAME, name);
    is_str(name, "first", "but its name is its own");
    is((long)mask_now(), 0, "and so is its mask");
    close(ends[1]);
    close((int)seen[1]);
}

/* The words that clone is told. */
static int
own_word(void *arg)
{
    (void)arg;
    seen[0] = word_of(&second.alive);
    seen[1] = tid_now();
    return 0;
}

static void
test_words(void)
{
    long tid = try_thread(&second, THREAD_SHARES | CLONE_CHILD_SETTID
                          | CLONE_CHILD_CLEARTID, own_word, NULL, NULL);
    until_gone(&second);
    ok(tid > 0 && seen[0] == tid && seen[1] == tid,
        "CHILD_SETTID writes the word before the thread looks");

    second.alive = 5;
    tid = try_thread(&second, THREAD_SHARES | CLONE_PARENT_SETTID, own_word,
        NULL, NULL);
    until_gone(&second);
    is(word_of(&second.alive), tid, "without CHILD_CLEARTID the word stays");

    second.alive = 5;
    tid = try_thread(&second, THREAD_SHARES, own_word, NULL, NULL);
    until_gone(&second);
    is(word_of(&second.alive), 5, "without any of them, as it was");
}

static int
takes_address(void *arg)
{
    seen[0] = raw(NR_set_tid_address, P(arg), 0, 0, 0);
    seen[1] = tid_now();
    return 0;
}

static void
test_set_tid_address(void)
{
    static int word = 9;

    thread_start(&thread, takes_address, &word);
    while (word_of(&word) != 0) {
        futex_wait(&word, 9);
    }
    ok(seen[0] == seen[1], "set_tid_address returns the tid");
    is(word_of(&word), 0, "the word that it named is 0 at the end");
    is(word_of(&thread.alive), thread.tid, "and the one before stays");
    is(raw(NR_set_tid_address, 8, 0, 0, 0), getpid(),
        "a bad address is taken");
}

/* A word that cannot be written does not disturb the end of a thread. */
static int
bad_address(void *arg)
{
    raw(NR_set_tid_address, P(arg), 0, 0, 0);
    advance(&step);
    return 0;
}

static void
test_bad_words(void)
{
    step = 0;
    thread_start(&thread, bad_address, (void *)16);
    until_gone(&thread);
    thread_start(&thread, bad_address, (void *)-4096L);
    until_gone(&thread);
    is(step, 2, "a thread ends whose word is nowhere");
    long tid = clone_on(THREAD_SHARES | CLONE_CHILD_CLEARTID
                        | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
        thread_stack(&second, own_word, NULL), (int *)8, (int *)8, NULL);
    second.tid = (pid_t)tid;
    ok(tid > 0, "clone does not mind such a word");
    until_gone(&second);
}

/* Each thread's TLS base: where fs:0 reads. */
static int
reads_tls(void *arg)
{
    long value, base = 0;

    (void)arg;
    __asm__ volatile("mov %%fs:0, %0" : "=r"(value));
    raw(NR_arch_prctl, 0x1003, P(&base), 0, 0);
    seen[NUMBER(arg)] = value;
    seen[NUMBER(arg) + 1] = base;
    return 0;
}

static void
test_tls(void)
{
    static long one[2] = { 11 }, two[2] = { 22 };
    long before = 0, after = 0;

    raw(NR_arch_prctl, 0x1003, P(&before), 0, 0);
    try_thread(&thread, THREAD_FLAGS | CLONE_SETTLS, reads_tls, ARG(0), one);
    try_thread(&second, THREAD_FLAGS | CLONE_SETTLS, reads_tls, ARG(2), two);
    thread_join(&thread);
    thread_join(&second);
    ok(seen[0] == 11 && seen[2] == 22, "each thread reads its own TLS");
    ok(seen[1] == P(one) && seen[3] == P(two), "SETTLS is its fs base");
    raw(NR_arch_prctl, 0x1003, P(&after), 0, 0);
    is(after, before, "ours stays");
}

/* A thread is nobody's child. */
static void
test_not_a_child(void)
{
    act(SIGCHLD, handler, 0, 0);
    mask(SIG_BLOCK, BIT(SIGCHLD));
    thread_start(&thread, tells, NULL);
    is(raw(NR_wait4, thread.tid, 0, __WALL | WNOHANG, 0), -ECHILD,
        "a thread cannot be waited for");
    is(raw(NR_wait4, -1, 0, __WALL | WNOHANG, 0), -ECHILD,
        "and is not among the children");
    until_gone(&thread);
    is(raw(NR_wait4, -1, 0, __WALL | WNOHANG, 0), -ECHILD,
        "nor when it has ended");
    is((long)(pending_now() & BIT(SIGCHLD)), 0, "and no SIGCHLD came");
}

enum { MANY = 40 };

static int
counts(void *arg)
{
    (void)arg;
    for (int i = 0; i < 100; i++) {
        __atomic_add_fetch(&step, 1, __ATOMIC_SEQ_CST);
    }
    return 0;
}

static void
test_many(void)
{
    static struct thread many[MANY];

    step = 0;
    for (int i = 0; i < MANY; i++) {
        thread_start(&many[i], counts, NULL);
    }
    for (int i = 0; i < MANY; i++) {
        thread_join(&many[i]);
    }
    is(step, MANY * 100, "forty threads add to one number");
    for (int i = 0; i < 200; i++) {
        thread_start(&thread, counts, NULL);
        thread_join(&thread);
    }
    is(step, (MANY + 200) * 100, "two hundred on one stack, one by one");
}

static int
waits_for(void *go)
{
    until(go, 1);
    return 0;
}

/* A tid is no pid to setpgid, but getpgid and getsid take it. */
static void
test_group(void)
{
    static int go;

    thread_start(&thread, waits_for, &go);
    fails(setpgid(thread.tid, 0), EINVAL, "setpgid of a thread");
    fails(setpgid(thread.tid, getpgrp()), EINVAL, "into its own group");
    is(getpgid(thread.tid), getpgrp(), "getpgid of a thread");
    is(getsid(thread.tid), getsid(0), "and getsid");
    advance(&go);
    thread_join(&thread);
}

int
main(void)
{
    test_ids();
    test_shared();
    test_words();
    test_set_tid_address();
    test_bad_words();
    test_tls();
    test_not_a_child();
    test_many();
    test_group();
    return done();
}
