/*
 * irix_sproc.c: share groups: what a process that sproc has made shares with
 * its maker, its stack, its PRDA, and blocking.
 */
#include "names.h"

#include <irix.h>
#include <sys/resource.h>
#include <sys/stat.h>

static int *volatile there;     /* on the child's stack */
static volatile int shared;
static volatile unsigned long stack_size;
static int file;

static int
ended(pid_t pid)
{
    int status = -1;

    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status) : -1;
}

static void
writes(void *arg)
{
    shared = *(int *)arg;
}

static void
changes_all(void *unused)
{
    (void)unused;
    shared = 30;
    close(file);
    chdir("sub");
    umask(077);
}

/* Whether each is as changes_all leaves it. */
static int
changed(int memory, int fds, int dir)
{
    struct stat st;
    mode_t mask = umask(022);
    int same = (shared == 30) == memory
               && (fcntl(file, F_GETFD) < 0) == fds
               && (stat("sub", &st) < 0) == dir && (mask == 077) == dir;

    if (dir) {
        chdir("..");
    }
    close(file);
    file = open("f", O_RDONLY);
    shared = 0;
    return same;
}

static void
test_masks(void)
{
    int value = 11;

    mkdir("sub", 0755);
    put("f", "");
    file = open("f", O_RDONLY);
    is(ended(sproc(writes, PR_SADDR, &value)), 0, "a process that returns");
    is(shared, 11, "has written to our memory");
    value = 12;
    is(ended(sproc(writes, 0, &value)), 0, "without PR_SADDR");
    is(shared, 11, "it has a copy");
    ended(sproc(changes_all, 0));
    ok(changed(0, 0, 0), "nothing shared");
    ended(sproc(changes_all, PR_SADDR));
    ok(changed(1, 0, 0), "PR_SADDR");
    ended(sproc(changes_all, PR_SFDS));
    ok(changed(0, 1, 0), "PR_SFDS");
    ended(sproc(changes_all, PR_SDIR));
    ok(changed(0, 0, 1), "PR_SDIR, and the umask with it");
    ended(sproc(changes_all, PR_SUMASK));
    ok(changed(0, 0, 1), "PR_SUMASK, and the directory");
    ended(sproc(changes_all, PR_SALL));
    ok(changed(1, 1, 1), "PR_SALL");
    ended(sproc(changes_all, PR_SALL | PR_NOLIBC));
    ok(changed(1, 1, 1), "PR_NOLIBC has no effect");
}

static void
shows_stack(void *arg)
{
    int on_stack = 40;

    (void)arg;
    there = &on_stack;
    unblockproc(getppid());
    while (*(volatile int *)&on_stack == 40) {
        usleep(1000);
    }
    shared = on_stack;
}

static void
fills_stack(void *arg, size_t len)
{
    char *low = (char *)__builtin_frame_address(0) - len / 2;

    stack_size = len;
    low[0] = 1;
    there = arg;
}

static void
test_stacks(void)
{
    static char mine[65536];
    struct rlimit limit;
    pid_t pid = sproc(shows_stack, PR_SADDR | PR_BLOCK, NULL);

    is(*there, 40, "its stack is ours to see");
    *there = 41;
    is(ended(pid), 0, "and to write to");
    is(shared, 41, "as it finds");
    is(ended(sprocsp(fills_stack, PR_SADDR, mine, NULL, 1 << 20)), 0,
        "sprocsp: a stack of this size");
    is((long)stack_size, 1 << 20, "which the entry is told");
    is((char *)there == mine, 1, "beside its argument");
    is(ended(sprocsp(fills_stack, PR_SADDR, NULL, mine + sizeof(mine),
        sizeof(mine))), 0, "on a stack of our own");
    getrlimit(RLIMIT_STACK, &limit);
    limit.rlim_cur = 256 << 10;
    setrlimit(RLIMIT_STACK, &limit);
    is(ended(sproc(writes, PR_SADDR, &limit)), 0, "the limit's size");
}

static volatile int prda_ok, together;

static void
has_prda(void *arg)
{
    struct prda *mine = PRDA;

    mine->usr_prda[0] = *(char *)arg;
    __atomic_fetch_add(&together, 1, __ATOMIC_RELAXED);
    while (together < 2) {
        usleep(1000);
    }
    if (mine == PRDA && PRDA->t_sys.t_pid == getpid()
        && mine->usr_prda[0] == *(char *)arg) {
        __atomic_fetch_add(&prda_ok, 1, __ATOMIC_RELAXED);
    }
}

static void
test_prda(void)
{
    char names[] = "ab";
    PRDA->usr_prda[0] = 'p';
    pid_t a = sproc(has_prda, PR_SALL, &names[0]);
    pid_t b = sproc(has_prda, PR_SALL, &names[1]);

    ended(a);
    ended(b);
    is(prda_ok, 2, "each has a PRDA with its own pid and words");
    ok(PRDA->t_sys.t_pid == getpid() && PRDA->usr_prda[0] == 'p',
        "as the first process");
}

static void
unblocks(void *arg)
{
    shared = 50;
    if (arg != NULL) {
        unblockproc(getppid());
        while (shared != 51) {
            usleep(1000);
        }
    }
}

static void
makes_another(void *arg)
{
    shared = ended(sproc(writes, PR_SADDR, arg)) == 0 ? shared + 1 : -1;
}

static void
test_blocking(void)
{
    int value = 60;
    pid_t pid = sproc(unblocks, PR_SADDR | PR_BLOCK, &value);

    is(shared, 50, "PR_BLOCK: the child runs first");
    shared = 51;
    is(ended(pid), 0, "until it unblocks us");
    pid = sproc(unblocks, PR_SADDR | PR_BLOCK, NULL);
    is(shared, 50, "or has ended");
    ended(pid);
    unblockproc(getpid());
    is(blockproc(getpid()), 0, "an unblockproc that came before counts");
    fails(unblockproc(1), ESRCH, "a process of no group");
    fails(blockproc(1), ESRCH, "neither");
    is(ended(sproc(makes_another, PR_SADDR, &value)), 0, "a member's child");
    is(shared, 61, "is a member");
}

static void
test_errors(void)
{
    fails(sproc(writes, 0x80, NULL), EINVAL, "an unknown bit");
    fails(sproc(NULL, PR_SADDR, NULL), EINVAL, "no entry");
    fails(sprocsp(fills_stack, PR_SADDR, NULL, NULL, 0), EINVAL, "no stack");
    fails(sprocsp(fills_stack, PR_SADDR, NULL, NULL, 1UL << 47), ENOMEM,
        "no such stack");
    fails(wait(NULL), ECHILD, "no process was made");
}

int
main(void)
{
    test_masks();
    test_stacks();
    test_prda();
    test_blocking();
    test_errors();
    return done();
}
