/*
 * thread_basic.c: a process made with CLONE_VM, FS and FILES shares what it
 * writes, maps and opens, and its directory; its pid, its children and its end
 * are its own.
 *
 * seconds: 30
 */
#include "thread.h"

#include <sys/stat.h>

static volatile int word;
static int ends[2];
static volatile long mapped, descriptor;
static volatile pid_t thread_pid, thread_parent, its_child;
static char directory[512];

static int
shares(void *arg)
{
    thread_pid = (pid_t)raw(NR_getpid, 0, 0, 0, 0);
    thread_parent = (pid_t)raw(NR_getppid, 0, 0, 0, 0);
    word = NUMBER(arg);
    const long map[6] = { 0, 8 * PAGE, RW, ANON, -1, 0 };
    mapped = raw_v(NR_mmap, map);
    *(int *)mapped = 77;
    descriptor = raw(NR_open, P("file"), O_CREAT | O_RDWR, 0644, 0);
    raw(NR_chdir, P("sub"), 0, 0, 0);
    return 5;
}

static int
has_child(void *arg)
{
    (void)arg;
    its_child = thread_fork();
    if (its_child == 0) {
        word = 1000;
        raw(NR_exit, 3, 0, 0, 0);
    }
    int code = code_of(its_child);
    return code == 3 && no_child() && word == 9;
}

/* When its maker is gone, its memory is still there. */
static int
lives_on(void *maker)
{
    for (unsigned n = 0;
         raw(NR_getppid, 0, 0, 0, 0) == NUMBER(maker); n++) {
        relax(n);
    }
    word += 4;
    raw(NR_write, ends[1], P(word == 14 ? "y" : "n"), 1, 0);
    return 0;
}

static int
dies(void *arg)
{
    *(volatile int *)arg = 1;
    return 0;
}

int
main(void)
{
    int status = 0;
    char c = 0;

    pipe(ends);
    mkdir("sub", 0755);
    pid_t pid = thread_start(0, shares, ARG(42));
    is(code_of(pid), 5, "a thread ends with a code");
    ok(thread_pid == pid && thread_parent == getpid(), "its pid is its own");
    is(word, 42, "its memory is ours");
    is(mapped > 0 ? *(int *)mapped : -1, 77, "what it maps is there for us");
    is(write((int)descriptor, "x", 1), 1, "what it opens too");
    getcwd(directory, sizeof(directory));
    size_t length = strlen(directory);
    ok(length >= 4 && strcmp(directory + length - 4, "/sub") == 0,
        "we are where it has gone");

    word = 9;
    is(code_of(thread_start(1, has_child, NULL)), 1,
        "its child is its own, with a copy of memory");

    pid = must_fork();
    if (pid == 0) {
        word = 10;
        thread_start(0, lives_on, ARG(getpid()));
        _exit(1);
    }
    is(code_of(pid), 1, "the maker of a thread may exit before it");
    read(ends[0], &c, 1);
    is(c, 'y', "it lives on, with the memory");

    pid = thread_start(2, dies, (void *)8);
    is(waitpid(pid, &status, 0), pid, "a thread that faults");
    killed(status, SIGSEGV, "dies of SIGSEGV");
    is(word, 9, "alone");
    return done();
}
