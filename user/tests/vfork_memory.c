/*
 * vfork_memory.c: the child of vfork shares its parent's memory, so it maps and
 * unmaps for both. A parent that is killed while it waits ends at once, and the
 * child keeps the memory.
 *
 * except: vfork=fork
 */
#include "tap.h"

#include "raw.h"
#include <sys/mman.h>

#define PAGE 4096

static char *volatile mapped;
static volatile long brk_end;
static volatile int value;

static int
touch(void *p)
{
    return *(volatile char *)p & 1;
}

static void
test_maps(void)
{
    char *own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    pid_t pid = vfork();
    if (pid == 0) {
        mapped = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mapped[0] = 'm';
        munmap(own, PAGE);
        brk_end = raw(NR_brk, 0, 0, 0, 0) + 3 * PAGE;
        raw(NR_brk, brk_end, 0, 0, 0);
        *(char *)(brk_end - 1) = 'b';
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    ok(mapped[0] == 'm', "the child's mapping is the parent's");
    killed(in_child(touch, own), SIGSEGV, "so is what it unmapped");
    is(raw(NR_brk, 0, 0, 0, 0), brk_end, "and its break");
    ok(*(char *)(brk_end - 1) == 'b', "with what it wrote there");
    munmap(mapped, PAGE);
}

/* fork, vfork, fork: each level sees what it should. */
static int
mixed(void *unused)
{
    (void)unused;
    value = 1;
    pid_t pid = vfork();
    if (pid == 0) {
        value++;
        pid_t inner = must_fork();
        if (inner == 0) {
            value += 10;
            _exit(value);
        }
        waitpid(inner, (int *)&brk_end, 0);
        value++;
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return value == 3 && WEXITSTATUS((int)brk_end) == 12 ? 3 : 4;
}

/* The middle process waits in vfork; it is killed; its child answers. */
static void
test_parent_killed(int sig, const char *name)
{
    int ends[2], go[2], status = 0;
    char c = 0;

    pipe(ends);
    pipe(go);
    pid_t middle = must_fork();
    if (middle == 0) {
        pid_t pid = vfork();
        if (pid == 0) {
            write(ends[1], "1", 1);
            read(go[0], (char *)&value, 1);
            write(ends[1], (char *)&value, 1);
            _exit(0);
        }
        _exit(0);
    }
    read(ends[0], &c, 1);
    kill(middle, sig);
    is(waitpid(middle, &status, 0), middle, name);
    killed(status, sig, "while its child lives");
    write(go[1], "2", 1);
    close(ends[1]);
    c = 0;
    is(read(ends[0], &c, 1), 1, "the child goes on");
    ok(c == '2', "in the memory of the dead");
    is(read(ends[0], &c, 1), 0, "and ends");
    close(ends[0]);
    close(go[0]);
    close(go[1]);
}

/* A signal that is ignored does not wake a parent that waits in vfork. */
static void
test_ignored(void)
{
    int status = 0;
    pid_t self = getpid();

    signal(SIGUSR1, SIG_IGN);
    value = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        kill(self, SIGUSR1);
        kill(self, SIGCHLD);
        nap(20);
        value = 5;
        _exit(0);
    }
    is(value, 5, "ignored signals do not end the waiting");
    waitpid(pid, &status, 0);
    signal(SIGUSR1, SIG_DFL);
}

static int
stopped_by_child(void)
{
    pid_t self = getpid();
    pid_t pid = vfork();

    if (pid == 0) {
        kill(self, SIGSTOP);
        nap(20);
        kill(self, SIGCONT);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return 3;
}

/* Nor does a stop; if SIGCONT comes before the child ends, it has no effect. */
static void
test_stopped(void)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(stopped_by_child());
    }
    waitpid(pid, &status, WUNTRACED);
    ok(!WIFSTOPPED(status), "who waits in vfork does not stop");
    if (WIFSTOPPED(status)) {
        waitpid(pid, &status, 0);
    }
    exited(status, 3, "and goes on at its end");
}

int
main(void)
{
    test_maps();
    exited(in_child(mixed, NULL), 3, "fork in vfork in fork");
    test_parent_killed(SIGKILL, "a parent is killed in vfork");
    test_parent_killed(SIGTERM, "or terminated");
    test_ignored();
    test_stopped();
    return done();
}
