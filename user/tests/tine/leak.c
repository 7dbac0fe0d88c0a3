/*
 * leak.c: no work leaves anything behind: each kind of work is done once to
 * warm up, and then again; after that the counts are as before.
 *
 * seconds: 30
 * expect:
 * ok 1 - children
 * ok 2 - a family of three generations
 * ok 3 - children that are killed
 * ok 4 - children that fault
 * ok 5 - vfork
 * ok 6 - exec
 * ok 7 - exec that fails
 * ok 8 - memory
 * ok 9 - memory in a child
 * ok 10 - pipes
 * ok 11 - files
 * ok 12 - directories
 * ok 13 - a deep stack
 * ok 14 - all is well
 * 1..14
 */
#include "counts.h"

#include <sys/mman.h>
#include <sys/stat.h>

static const char *self;
static char block[65536];

static int
nothing(void *unused)
{
    (void)unused;
    memset(block, 'c', sizeof(block));
    return 0;
}

static void
children(void)
{
    for (int i = 0; i < 50; i++) {
        in_child(nothing, NULL);
    }
}

static int
generations(void *depth)
{
    int n = *(int *)depth - 1;
    memset(block, n, sizeof(block));
    for (int i = 0; i < 3 && n >= 0; i++) {
        in_child(generations, &n);
    }
    return 0;
}

static void
family(void)
{
    int depth = 3;
    in_child(generations, &depth);
}

static int
die(void *sig)
{
    kill(getpid(), *(int *)sig);
    return 1;
}

static void
killings(void)
{
    int sig = SIGKILL;
    for (int i = 0; i < 20; i++) {
        in_child(die, &sig);
    }
}

static int
fault(void *where)
{
    *(volatile char *)where = 1;
    return 1;
}

static void
faults(void)
{
    for (int i = 0; i < 20; i++) {
        in_child(fault, NULL);
    }
}

static void
vforks(void)
{
    for (int i = 0; i < 50; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
}

static int
execute(void *path)
{
    char *args[] = { "leak", "child", NULL };
    execv(path, args);
    return 1;
}

static void
execs(void)
{
    for (int i = 0; i < 20; i++) {
        in_child(execute, (void *)self);
    }
}

static void
failed_execs(void)
{
    char *args[] = { "none", NULL };
    for (int i = 0; i < 50; i++) {
        execv("/dev", args);
        execv("none", args);
    }
}

static void
memory(void)
{
    for (int i = 0; i < 3; i++) {
        char *p = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (long at = 0; at < 8 << 20; at += 4096) {
            p[at] = 1;
        }
        munmap(p, 8 << 20);
    }
}

static int
use_memory(void *unused)
{
    (void)unused;
    memory();
    char *p = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(p, 1, 8 << 20);
    return 0;
}

static void
memory_in_child(void)
{
    in_child(use_memory, NULL);
}

static void
pipes(void)
{
    int p[2];
    for (int i = 0; i < 20; i++) {
        pipe(p);
        write(p[1], block, sizeof(block));
        close(p[0]);
        close(p[1]);
    }
}

static void
files(void)
{
    for (int i = 0; i < 10; i++) {
        int fd = open("file", O_RDWR | O_CREAT, 0644);
        for (int n = 0; n < 16; n++) {
            write(fd, block, sizeof(block));
        }
        close(fd);
        unlink("file");
    }
}

static void
directories(void)
{
    for (int i = 0; i < 20; i++) {
        mkdir("dir", 0755);
        close(open("dir/file", O_RDWR | O_CREAT, 0644));
        unlink("dir/file");
        rmdir("dir");
    }
}

static int
deep(void *unused)
{
    volatile char frame[2 << 20];
    (void)unused;
    for (long i = 0; i < (long)sizeof(frame); i += 4096) {
        frame[i] = 1;
    }
    return frame[0] - 1;
}

static void
stacks(void)
{
    for (int i = 0; i < 5; i++) {
        in_child(deep, NULL);
    }
}

static void
test(void (*work)(void), const char *name)
{
    static const char *const kinds[] = { "table", "anon", "cache", "shared",
        "kernel", "heap", "stacks", "processes", "files" };
    long before[9];
    int same = 1;

    work();
    for (int i = 0; i < 9; i++) {
        before[i] = counts_get(kinds[i]);
    }
    work();
    for (int i = 0; i < 9; i++) {
        same &= counts_get(kinds[i]) == before[i];
    }
    ok(same, name);
    for (int i = 0; i < 9 && !same; i++) {
        printf("# %s: %ld, before %ld\n", kinds[i], counts_get(kinds[i]),
            before[i]);
    }
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        return 0;
    }
    self = argv[0];
    test(children, "children");
    test(family, "a family of three generations");
    test(killings, "children that are killed");
    test(faults, "children that fault");
    test(vforks, "vfork");
    test(execs, "exec");
    test(failed_execs, "exec that fails");
    test(memory, "memory");
    test(memory_in_child, "memory in a child");
    test(pipes, "pipes");
    test(files, "files");
    test(directories, "directories");
    test(stacks, "a deep stack");
    ok(counts_well(), "all is well");
    return done();
}
