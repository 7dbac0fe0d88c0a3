/*
 * nomem_fork.c: each allocation of fork, vfork and clone, in every mode of
 * fork, and of setsid and setpgid fails once; wait and exit allocate nothing;
 * nomem.h says how, and what must hold.
 *
 * seconds: 120
 * modes: eager page table tree
 * expect:
 * ok 1 - fork
 * ok 2 - fork in shared memory
 * ok 3 - fork after forks and writes
 * ok 4 - fork in a child
 * ok 5 - fork of vfork's child
 * ok 6 - fork with memory of every kind
 * ok 7 - clone
 * ok 8 - clone with a stack
 * ok 9 - clone that tells the parent
 * ok 10 - vfork
 * ok 11 - vfork in shared memory
 * ok 12 - vfork of vfork's child
 * ok 13 - vfork that needs a new stack
 * ok 14 - clone as vfork
 * ok 15 - clone of a thread
 * ok 16 - wait needs none
 * ok 17 - exit needs none
 * ok 18 - exit with a child left needs none
 * ok 19 - setsid
 * ok 20 - setpgid to a new group
 * ok 21 - setpgid of a child
 * ok 22 - setpgid to a group that is there needs none
 * 1..22
 */
#include "nomem.h"

#include <sched.h>

static void
do_fork(void)
{
    CALL(SYS_fork, 0);
}

/* Memory of every kind, and holes in it. */
static void
fork_of_much(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

    write(fd, "text", 4);
    char *private = mmap(FRESH, PAGE, RW, MAP_PRIVATE | MAP_FIXED, fd, 0);
    char *shared = mmap(FRESH + TABLE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd,
        0);
    char *memory = mmap(FRESH + 2 * TABLE, TABLE, RW,
        MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    private[0] = shared[1] = memory[0] = memory[5 * PAGE] = 'x';
    munmap(area + TABLE / 2, TABLE);
    mmap(area + TABLE / 2, TABLE, RW, ANON | MAP_FIXED, -1, 0);
    memset(area + TABLE, 'b', 2 * PAGE);
    mprotect(FRESH + 2 * TABLE, PAGE, PROT_NONE);
    CALL(SYS_fork, 0);
}

/* Its tables are shared at other levels each. */
static void
fork_again(void)
{
    area[0] = 'a';
    add_sharer();
    area[TABLE] = 'b';
    add_sharer();
    area[PAGE] = 'a';
    CALL(SYS_fork, 0);
}

static void
do_clone(void)
{
    CALL(SYS_clone, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0,
        P(area));
}

static void
clone_onto_stack(void)
{
    CALL(SYS_clone, CLONE_SETTLS | SIGCHLD, P(area + TABLE / 2), 0, 0,
        P(area));
}

/* The pid is stored in a page that fork has just made shared. */
static void
clone_tells(void)
{
    CALL(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, P(area + 9 * PAGE));
}

static void
do_vfork(void)
{
    CALL(SYS_vfork, 0);
}

#define THREAD (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)

/* With descriptors and a directory of its own. */
static void
clone_thread(void)
{
    CALL(SYS_clone, THREAD | CLONE_CHILD_CLEARTID, P(area + TABLE / 2), 0,
        P(area));
}

/* Wait for its end: nobody else does. It has cleared its word, which was a
 * letter. */
static long
thread_ended(long tid)
{
    while (tid > 0 && raw(SYS_tgkill, getpid(), tid, 0, 0) == 0) {
        nap(1);
    }
    memset(area, 'a', 4);
    return tid > 0 ? 0 : tid;
}

static void
clone_as_vfork(void)
{
    CALL(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0);
}

/* Use up the kernel stacks that the kernel keeps, until a few forks in a row
 * cost it two frames each. (After many processes this takes long: so only for
 * tools/sweep.) */
static void
vfork_new_stack(void)
{
    long now, before = counts_get("kernel");
    char c;

    pipe(hold);
    has_children = counting;
    for (int i = 0, in_a_row = 0; counting && i < 200 && in_a_row < 3; i++) {
        if (must_fork() == 0) {
            close(hold[1]);
            read(hold[0], &c, 1);
            _exit(0);
        }
        now = counts_get("kernel");
        in_a_row = now >= before + 2 ? in_a_row + 1 : 0;
        before = now;
    }
    CALL(SYS_vfork, 0);
}

/* It costs no frame when it fails again; a stack may have been made. */
static int
no_frame_lost(void)
{
    long before = counts_get("kernel");

    for (int i = 0; i < 8; i++) {
        pid_t pid = (pid_t)make_call();
        if (pid > 0) {
            waitpid(pid, NULL, 0);
        }
    }
    return counts_get("kernel") <= before + 3;
}

/* ---- What needs no memory ---- */

static void
do_wait(void)
{
    static int status, usage[64];
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(0);
    }
    status = usage[0] = 1;
    CALL(SYS_wait4, pid, P(&status), 0, P(usage));
}

static void
do_exit(void)
{
    add_sharer();
    area[0] = 'a';
    CALL(SYS_exit_group, 0);
}

static void
exit_of_parent(void)
{
    if (must_fork() == 0) {
        nap(20);
        _exit(0);
    }
    do_exit();
}

static void
do_setsid(void)
{
    CALL(SYS_setsid, 0);
}

static void
do_setpgid(void)
{
    CALL(SYS_setpgid, 0, 0);
}

static pid_t waiting; /* a child */

static void
setpgid_of_child(void)
{
    char c;

    pipe(hold);
    has_children = 1;
    waiting = must_fork();
    if (waiting == 0) {
        close(hold[1]);
        read(hold[0], &c, 1);
        _exit(0);
    }
    CALL(SYS_setpgid, waiting, 0);
}

static int
child_in_our_group(void)
{
    return getpgid(waiting) == getpgrp();
}

/* The child's group, which we may leave for one that is there. */
static void
setpgid_to_other(void)
{
    setpgid_of_child();
    setpgid(waiting, 0);
    CALL(SYS_setpgid, 0, waiting);
}

#define FORK_MAY .may = { EAGAIN }

static const struct op ops[] = {
    OP("fork", do_fork, EVERY, FORKS, FORK_MAY),
    OP("fork in shared memory", do_fork, COPIES, FORKS | SHARER, FORK_MAY),
    OP("fork after forks and writes", fork_again, COPIES, FORKS, FORK_MAY),
    OP("fork in a child", do_fork, COPIES, FORKS | IN_CHILD, FORK_MAY),
    OP("fork of vfork's child", do_fork, COPIES, FORKS | IN_VFORK, FORK_MAY),
    OP("fork with memory of every kind", fork_of_much, EVERY, FORKS | FILES,
        FORK_MAY),
    OP("clone", do_clone, COPIES, FORKS, FORK_MAY),
    OP("clone with a stack", clone_onto_stack, COPIES, FORKS | SHARER,
        FORK_MAY),
    OP("clone that tells the parent", clone_tells, COPIES, FORKS | FAULTS,
        FORK_MAY),
    OP("vfork", do_vfork, 0, FORKS, FORK_MAY),
    OP("vfork in shared memory", do_vfork, COPIES, FORKS | SHARER, FORK_MAY),
    OP("vfork of vfork's child", do_vfork, 0, FORKS | IN_VFORK, FORK_MAY),
    OP("vfork that needs a new stack", vfork_new_stack, 0, FORKS | GROWS,
        FORK_MAY, .intact = no_frame_lost),
    OP("clone as vfork", clone_as_vfork, 0, FORKS, FORK_MAY),
    OP("clone of a thread", clone_thread, 0, THREADS, FORK_MAY,
        .made = thread_ended),
    OP("wait needs none", do_wait, COPIES, NEVER),
    OP("exit needs none", do_exit, EVERY, NEVER | LEAVES),
    OP("exit with a child left needs none", exit_of_parent, COPIES,
        NEVER | LEAVES),
    OP("setsid", do_setsid, 0, 0),
    OP("setpgid to a new group", do_setpgid, 0, 0),
    OP("setpgid of a child", setpgid_of_child, 0, 0,
        .intact = child_in_our_group),
    OP("setpgid to a group that is there needs none", setpgid_to_other, 0,
        NEVER),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}
