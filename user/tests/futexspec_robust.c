/*
 * futexspec_robust.c: when a thread ends, in whatever way, each word of its
 * robust list that has its tid gets OWNER_DIED instead, and one that waits for
 * it is woken.
 */
#include "threads.h"

#include <stddef.h>
#include <sys/mman.h>

/* A lock as the list knows it: its place in the ring, then the word. */
struct lock {
    struct robust_list link;
    int word;
    int pad;
};

enum { LOCKS = 4 };

/* In memory that the children share. */
static struct shared {
    struct robust_list_head head;
    struct lock locks[LOCKS];
    struct lock many[ROBUST_LIST_LIMIT + 8];
    int step, go;
    long result, old;
} *shared;

static struct thread thread, second;

static pid_t
self(void)
{
    return (pid_t)raw(NR_getpid, 0, 0, 0, 0);
}

static void
set_head(void)
{
    shared->head.list.next = &shared->head.list;
    shared->head.futex_offset = (long)offsetof(struct lock, word);
    shared->head.list_op_pending = NULL;
    raw(SYS_set_robust_list, P(&shared->head), sizeof(shared->head), 0, 0);
}

static void
add_lock(struct lock *lock, int value)
{
    lock->link.next = shared->head.list.next;
    shared->head.list.next = &lock->link;
    set_word(&lock->word, value);
}

/* Hold two locks, one that has waiters, and one that somebody else has. */
static void
hold(void)
{
    set_head();
    add_lock(&shared->locks[0], tid_now());
    add_lock(&shared->locks[1], (int)(tid_now() | FUTEX_WAITERS));
    add_lock(&shared->locks[2], tid_now() + 1);
    set_word(&shared->locks[3].word, tid_now());
    shared->old = tid_now();
}

static void
check(const char *name)
{
    struct lock *locks = shared->locks;

    ok(locks[0].word == FUTEX_OWNER_DIED
           && locks[1].word == (int)(FUTEX_OWNER_DIED | FUTEX_WAITERS), name);
    if (locks[0].word != FUTEX_OWNER_DIED) {
        printf("# got 0x%x and 0x%x\n", locks[0].word, locks[1].word);
    }
    is(locks[2].word, shared->old + 1, "a lock of another stays");
    is(locks[3].word, shared->old, "one that is not in the list, too");
}

static int
holds(void *arg)
{
    (void)arg;
    hold();
    return 0;
}

static void
test_thread(void)
{
    thread_start(&thread, holds, NULL);
    thread_join(&thread);
    check("the end of a thread: OWNER_DIED, and WAITERS stays");
}

/* All the ways in which a process ends. */
static char *program;

static void
ends_by_exit(void)
{
    hold();
    raw(NR_exit_group, 0, 0, 0, 0);
}

static void
ends_by_kill(void)
{
    hold();
    raw(NR_kill, self(), SIGKILL, 0, 0);
}

static void
ends_by_fault(void)
{
    hold();
    __asm__ volatile("ud2");
}

static void
ends_by_exec(void)
{
    const char *argv[] = { program, "exec", NULL };

    hold();
    raw(NR_execve, P(program), P(argv), P(argv + 2), 0);
}

static int
kills(void *arg)
{
    (void)arg;
    until(&shared->step, 1);
    raw(NR_kill, self(), SIGKILL, 0, 0);
    return 0;
}

static int
executes(void *arg)
{
    const char *argv[] = { program, "exec", NULL };

    (void)arg;
    until(&shared->step, 1);
    raw(NR_execve, P(program), P(argv), P(argv + 2), 0);
    return 0;
}

static void
killed_by_other(void)
{
    thread_start(&thread, kills, NULL);
    hold();
    advance(&shared->step);
    pause_on();
}

static void
other_executes(void)
{
    thread_start(&thread, executes, NULL);
    hold();
    advance(&shared->step);
    pause_on();
}

static void
test_process(void)
{
    static const struct {
        void (*body)(void);
        const char *name;
    } ways[] = {
        { ends_by_exit, "exit_group" }, { ends_by_kill, "SIGKILL" },
        { ends_by_fault, "a fault" }, { ends_by_exec, "execve" },
        { killed_by_other, "SIGKILL by another thread" },
        { other_executes, "execve by another thread" },
    };

    for (int i = 0; i < COUNT_OF(ways); i++) {
        shared->step = 0;
        memset(shared->locks, 0, sizeof(shared->locks));
        in_process(ways[i].body);
        check(ways[i].name);
    }
}

/* One that waits is woken, one of several. */
static int
waits(void *arg)
{
    int *word = &shared->locks[1].word;

    (void)arg;
    int value = word_of(word);
    shared->result = futex_wait(word, value);
    return 0;
}

static int
holds_until(void *arg)
{
    (void)arg;
    hold();
    advance(&shared->step);
    until(&shared->go, 1);
    return 0;
}

static void
test_wake(void)
{
    int ended;

    shared->step = shared->go = 0;
    thread_start(&thread, holds_until, NULL);
    until(&shared->step, 1);
    thread_start(&second, waits, NULL);
    until_sleeps(&second);
    pid_t pid = must_fork();
    if (pid == 0) {
        int value = word_of(&shared->locks[1].word);
        _exit(futex_wait(&shared->locks[1].word, value) == 0 ? 0 : 1);
    }
    until_state(pid, 'S');
    advance(&shared->go);
    thread_join(&thread);
    check("with two that wait");
    thread_join(&second);
    is(shared->result, 0, "the one that came first is woken");
    is(raw(NR_wait4, pid, P(&ended), WNOHANG, 0), 0, "the next is not");
    is(futex_wake(&shared->locks[1].word, 9), 1, "it waits on");
    exited(status_of(pid), 0, "until it is woken");
}

/* What the thread was about to lock or unlock. */
static int
about_to(void *arg)
{
    set_head();
    set_word(&shared->locks[0].word, NUMBER(arg) ? tid_now() : 0);
    shared->head.list_op_pending = &shared->locks[0].link;
    if (NUMBER(arg) == 2) {
        shared->head.list.next = &shared->locks[0].link;
        shared->locks[0].link.next = &shared->head.list;
    }
    advance(&shared->step);
    return 0;
}

static void
test_pending(void)
{
    for (int i = 0; i < 3; i++) {
        thread_start(&thread, about_to, ARG(i));
        thread_join(&thread);
        is(shared->locks[0].word, i ? FUTEX_OWNER_DIED : 0,
            i == 0   ? "one about to be locked, that is free, stays"
            : i == 1 ? "one about to be unlocked gets OWNER_DIED"
                     : "though it is in the list, too");
    }
}

/* A free word about to be unlocked: one that waits is woken. */
static int
unlocks_halfway(void *arg)
{
    (void)arg;
    set_head();
    set_word(&shared->locks[1].word, 0);
    shared->head.list_op_pending = &shared->locks[1].link;
    advance(&shared->step);
    until(&shared->go, 1);
    return 0;
}

static void
test_pending_wake(void)
{
    shared->step = shared->go = 0;
    shared->result = 1;
    thread_start(&thread, unlocks_halfway, NULL);
    until(&shared->step, 1);
    thread_start(&second, waits, NULL);
    until_sleeps(&second);
    advance(&shared->go);
    thread_join(&second);
    is(shared->result, 0,
        "a word that is free, but not yet woken for: one is woken");
    is(shared->locks[1].word, 0, "and it stays free");
    thread_join(&thread);
}

/* A list that is not well. */
static int
bad_list(void *arg)
{
    set_head();
    add_lock(&shared->locks[0], tid_now());
    switch (NUMBER(arg)) {
    case 0:
        raw(SYS_set_robust_list, 8, sizeof(shared->head), 0, 0);
        break;
    case 1:
        shared->locks[0].link.next = (void *)16;
        break;
    case 2:
        shared->locks[0].link.next = (void *)-4096L;
        break;
    case 3:
        shared->locks[0].link.next = &shared->locks[0].link;
        break;
    case 4:
        shared->head.list_op_pending = (void *)-4096L;
        break;
    case 5:
        shared->head.futex_offset = 1L << 62;
        break;
    }
    return 0;
}

static void
test_bad(void)
{
    for (int i = 0; i < 6; i++) {
        thread_start(&thread, bad_list, ARG(i));
        until_gone(&thread);
        ok(i == 0 || i == 5
               ? word_of(&shared->locks[0].word) == thread.tid
               : word_of(&shared->locks[0].word) == FUTEX_OWNER_DIED,
            "a list that leads nowhere or never ends ends the thread well");
    }
}

/* So many are looked at, and no more. */
static int
holds_many(void *arg)
{
    (void)arg;
    set_head();
    for (int i = ROBUST_LIST_LIMIT + 7; i >= 0; i--) {
        add_lock(&shared->many[i], tid_now());
    }
    return 0;
}

static void
test_limit(void)
{
    int died = 0;

    thread_start(&thread, holds_many, NULL);
    thread_join(&thread);
    for (int i = 0; i < ROBUST_LIST_LIMIT; i++) {
        died += shared->many[i].word == FUTEX_OWNER_DIED;
    }
    is(died, ROBUST_LIST_LIMIT, "a list as long as may be");
    is(shared->many[ROBUST_LIST_LIMIT].word, thread.tid, "and no longer");
}

/* A fork's child has no list; a thread neither. */
static int
has_list(void *arg)
{
    struct robust_list_head *head = arg;
    long size;

    raw(SYS_get_robust_list, 0, P(&head), P(&size), 0);
    shared->result = head == NULL;
    return 0;
}

static void
test_inherit(void)
{
    hold();
    thread_start(&thread, has_list, &shared->head);
    thread_join(&thread);
    is(shared->result, 1, "a new thread has no robust list");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(0);
    }
    status_of(pid);
    is(shared->locks[0].word, getpid(),
        "nor has a child: its end changes nothing");
    raw(SYS_set_robust_list, 0, sizeof(shared->head), 0, 0);
}

int
main(int argc, char *argv[])
{
    static char path[512];

    if (argc > 1) {
        return strcmp(argv[1], "exec") != 0;
    }
    readlink("/proc/self/exe", path, sizeof(path) - 1);
    program = path;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    test_thread();
    test_process();
    test_wake();
    test_pending();
    test_pending_wake();
    test_bad();
    test_limit();
    test_inherit();
    return done();
}
