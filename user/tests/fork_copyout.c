/*
 * fork_copyout.c: the kernel writes into a page that is shared since fork.
 * It must make the writer's own copy first, as a store by the program would.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096
#define FILL 0x5a

static char page[2 * PAGE] __attribute__((aligned(PAGE)));
static volatile int beside; /* the page */
static int zero_fd, pipe_ends[2];

static long
do_read(long p)
{
    return raw(NR_read, zero_fd, p, PAGE, 0);
}

static long
do_pipe_read(long p)
{
    write(pipe_ends[1], "hello", 5);
    return raw(NR_read, pipe_ends[0], p, 5, 0);
}

static long
do_readv(long p)
{
    long vec[4] = { p, 100, p + 200, 100 };
    return raw(NR_readv, zero_fd, P(vec), 2, 0);
}

static long
do_pipe(long p)
{
    return raw(NR_pipe, p, 0, 0, 0);
}

static long
do_getcwd(long p)
{
    return raw(NR_getcwd, p, PAGE, 0, 0);
}

static long
do_fstat(long p)
{
    return raw(NR_fstat, zero_fd, p, 0, 0);
}

static long
do_wait(long p)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(1);
    }
    return raw(NR_wait4, pid, p, 0, 0);
}

static long
do_rusage(long p)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(1);
    }
    return raw(NR_wait4, pid, 0, 0, p);
}

static long
do_uname(long p)
{
    return raw(NR_uname, p, 0, 0, 0);
}

static long
do_clock(long p)
{
    return raw(NR_clock_gettime, 1, p, 0, 0);
}

static long
do_timeofday(long p)
{
    return raw(NR_gettimeofday, p, 0, 0, 0);
}

static long
do_sigprocmask(long p)
{
    return raw(NR_rt_sigprocmask, 0, 0, p, 8);
}

static long
do_sigaction(long p)
{
    return raw(NR_rt_sigaction, SIGTERM, 0, p, 8);
}

static long
do_rlimit(long p)
{
    return raw(NR_prlimit64, 0, 3, 0, p);
}

static long
do_getdents(long p)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY);
    long n = raw(NR_getdents64, fd, p, PAGE, 0);
    close(fd);
    return n;
}

static const struct {
    const char *name;
    long (*call)(long where);
} calls[] = {
    { "read of a device", do_read }, { "read of a pipe", do_pipe_read },
    { "readv", do_readv }, { "pipe", do_pipe }, { "getcwd", do_getcwd },
    { "fstat", do_fstat }, { "wait status", do_wait },
    { "wait rusage", do_rusage }, { "uname", do_uname },
    { "clock_gettime", do_clock }, { "gettimeofday", do_timeofday },
    { "rt_sigprocmask", do_sigprocmask },
    { "rt_sigaction", do_sigaction }, { "prlimit64", do_rlimit },
    { "getdents64", do_getdents },
};

static int
untouched(void)
{
    for (int i = 0; i < 2 * PAGE; i++) {
        if (page[i] != FILL) {
            return 0;
        }
    }
    return 1;
}

/* The page is read first, so that the TLB may have it. Every second time this
 * process already owns the tables on the way to the page.
 * => the call worked and changed the page */
static int
call_changes(int which)
{
    if (which % 2 != 0) {
        beside = which;
    }
    return untouched() && calls[which].call(P(page + 64)) >= 0 && !untouched();
}

static void
child_calls(int which)
{
    char name[96];
    int status = 0;

    memset(page, FILL, sizeof(page));
    pid_t pid = fork();
    if (pid == 0) {
        _exit(call_changes(which) ? 3 : 4);
    }
    waitpid(pid, &status, 0);
    snprintf(name, sizeof(name), "%s in the child stays there",
        calls[which].name);
    ok(status == 0x300 && untouched(), name);
}

static void
parent_calls(int which)
{
    char name[96], c;
    int gate[2], status = 0, changed;

    memset(page, FILL, sizeof(page));
    pipe(gate);
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        _exit(untouched() ? 3 : 4);
    }
    changed = call_changes(which);
    close(gate[0]);
    close(gate[1]);
    waitpid(pid, &status, 0);
    snprintf(name, sizeof(name), "%s in the parent stays there",
        calls[which].name);
    ok(status == 0x300 && changed, name);
}

/* Memory that was only read is the zero frame: the kernel must not write it. */
static void
test_zero_page(void)
{
    char *fresh = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int zeros = 1;

    for (int i = 0; i < 4; i++) {
        zeros &= ((volatile char *)fresh)[i * PAGE] == 0;
    }
    write(pipe_ends[1], "hello", 5);
    is(read(pipe_ends[0], fresh + 2 * PAGE, 5), 5, "read into fresh memory");
    for (int i = 0; i < 4 * PAGE; i++) {
        zeros &= fresh[i] == 0 || i / PAGE == 2;
    }
    ok(zeros, "the other fresh pages are still zero");
    munmap(fresh, 4 * PAGE);
}

int
main(void)
{
    zero_fd = open("/dev/zero", O_RDONLY);
    ok(zero_fd >= 0, "open /dev/zero");
    pipe(pipe_ends);
    for (int i = 0; i < (int)(sizeof(calls) / sizeof(calls[0])); i++) {
        child_calls(i);
        parent_calls(i);
    }
    test_zero_page();
    return done();
}
