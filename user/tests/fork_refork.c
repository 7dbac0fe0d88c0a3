/*
 * fork_refork.c: errors that other kernels had. A shared page is shared again
 * before a process wrote to it; hundreds share one page; a page that may only
 * be read does not become writable by a copy on write.
 */
#include "tap.h"

#include <sys/mman.h>

#define PAGE 4096
#define CROWD 300

static volatile int value[1024];

static int
write_and_check(void *number)
{
    int mine = *(int *)number;
    int old = value[0];
    value[0] = mine;
    return old == 1 && value[0] == mine ? 0 : 1;
}

static int
fork_first_then_write(void *unused)
{
    int nine = 9, eight = 8;
    (void)unused;
    int below = in_child(write_and_check, &nine);
    return below == 0 && write_and_check(&eight) == 0 ? 0 : 1;
}

static int
fork_twice_then_write(void *unused)
{
    int seven = 7;
    int below = in_child(fork_first_then_write, unused);
    return below == 0 && write_and_check(&seven) == 0 ? 0 : 1;
}

static void
test_refork(void)
{
    int six = 6;

    value[0] = 1;
    exited(in_child(fork_first_then_write, NULL), 0,
        "a child forks before it writes: both write");
    exited(in_child(fork_twice_then_write, NULL), 0,
        "a grandchild forks before it writes: all write");
    is(value[0], 1, "the parent still has its own");
    exited(in_child(write_and_check, &six), 0, "fork again after they died");
    value[0] = 2;
    is(value[0], 2, "the last owner writes too");
}

/* A page shared by this and CROWD others, then written by all. */
static void
test_crowd(void)
{
    static pid_t pids[CROWD];
    int gate[2], made = 0, good = 0, status;
    char c;

    pipe(gate);
    value[0] = 1;
    for (int i = 0; i < CROWD; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            close(gate[1]);
            read(gate[0], &c, 1);
            _exit(write_and_check(&i));
        }
        made += pids[i] > 0;
    }
    is(made, CROWD, "three hundred processes share a page");
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < CROWD; i++) {
        good += waitpid(pids[i], &status, 0) == pids[i] && status == 0;
    }
    is(good, CROWD, "each of them found the old value and wrote its own");
    is(value[0], 1, "and the parent's page is as it was");
}

static int
write_page(void *page)
{
    *(volatile char *)page = 'x';
    return 0;
}

static int
refork_write_page(void *page)
{
    int status = in_child(write_page, page);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 3 : 4;
}

static int
open_and_write_page(void *page)
{
    volatile char *p = page;
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    p[0]++;
    return p[0] == 'b' && p[1] == 'a' ? 0 : 1;
}

static void
test_read_only(int prot, const char *kind)
{
    char name[96];
    char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(page, 'a', PAGE);
    mprotect(page, PAGE, prot);
    snprintf(name, sizeof(name), "%s: the child's write is fatal", kind);
    killed(in_child(write_page, page), SIGSEGV, name);
    snprintf(name, sizeof(name), "%s: the grandchild's too", kind);
    exited(in_child(refork_write_page, page), 3, name);
    snprintf(name, sizeof(name), "%s: made writable in the child", kind);
    exited(in_child(open_and_write_page, page), 0, name);
    snprintf(name, sizeof(name), "%s: that changes nothing here", kind);
    killed(in_child(write_page, page), SIGSEGV, name);
    mprotect(page, PAGE, PROT_READ);
    snprintf(name, sizeof(name), "%s: the content is kept", kind);
    ok(page[0] == 'a' && page[PAGE - 1] == 'a', name);
    munmap(page, PAGE);
}

/* The parent is gone when the child writes: the last reference. */
static void
test_parent_gone(void)
{
    int ends[2];
    char c = 0;

    pipe(ends);
    value[0] = 1;
    pid_t middle = fork();
    if (middle == 0) {
        pid_t before = getpid();
        pid_t pid = fork();
        if (pid == 0) {
            int five = 5;
            while (getppid() == before) {
                nap(1);
            }
            write(ends[1], write_and_check(&five) == 0 ? "y" : "n", 1);
        }
        _exit(0);
    }
    close(ends[1]);
    waitpid(middle, NULL, 0);
    read(ends[0], &c, 1);
    ok(c == 'y', "a child writes after its parent died");
    is(value[0], 1, "the grandparent's page is as it was");
    close(ends[0]);
}

int
main(void)
{
    test_refork();
    test_read_only(PROT_READ, "read-only");
    test_read_only(PROT_NONE, "PROT_NONE");
    test_parent_gone();
    test_crowd();
    return done();
}
