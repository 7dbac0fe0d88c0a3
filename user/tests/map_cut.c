/*
 * map_cut.c: a file that several processes map is truncated. Pages behind the
 * new end disappear from all of them, also private copies; other pages stay;
 * and when the file grows again, its new bytes are zero.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE  4096L
#define PAGES 6L
#define RW (PROT_READ | PROT_WRITE)

static int fd;
static char *shared, *private;

static int
touch(void *at)
{
    return *(volatile char *)at;
}

static int
write_to(void *at)
{
    *(volatile char *)at = 1;
    return 0;
}

/* A file of letters, a page each, mapped twice; the last pages of the private
 * mapping are written to. */
static void
begin(void)
{
    static char page[PAGE];

    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (long i = 0; i < PAGES; i++) {
        memset(page, 'a' + (int)i, PAGE);
        write(fd, page, PAGE);
    }
    shared = mmap(NULL, PAGES * PAGE, RW, MAP_SHARED, fd, 0);
    private = mmap(NULL, PAGES * PAGE, RW, MAP_PRIVATE, fd, 0);
    for (long i = 0; i < PAGES; i++) {
        (void)touch(shared + i * PAGE);
        (void)touch(private + i * PAGE);
    }
    private[1 * PAGE] = 'A';
    private[4 * PAGE] = 'B';
}

static void
end(void)
{
    munmap(shared, PAGES * PAGE);
    munmap(private, PAGES * PAGE);
    close(fd);
    unlink("file");
}

/* Where each page of a mapping is: its first byte, or S for a signal. */
static void
look(const char *map, char *out)
{
    for (long i = 0; i < PAGES; i++) {
        int status = in_child(touch, (void *)(map + i * PAGE));
        out[i] = !WIFSIGNALED(status)          ? (char)WEXITSTATUS(status)
                 : WTERMSIG(status) == SIGBUS ? 'S'
                                              : '?';
        out[i] = out[i] == 0 ? '0' : out[i];
    }
    out[PAGES] = '\0';
}

static void
seen(const char *map, const char *want, const char *name)
{
    char got[PAGES + 1];

    look(map, got);
    is_str(got, want, name);
}

/* A child that waits, then checks its own mappings, without a fork between.
 * => exit code: how many of its checks were right */
static pid_t
watcher(int ready, int gate)
{
    pid_t pid = must_fork();
    char byte;

    if (pid == 0) {
        int good = 0;
        private[0] = 'C'; /* its own copy, before the cut */
        private[5 * PAGE] = 'D';
        write(ready, "", 1);
        read(gate, &byte, 1);
        good += shared[1 * PAGE] == 'b' && shared[2 * PAGE] == 'c';
        good += private[0] == 'C' && private[1 * PAGE] == 'A';
        good += shared[2 * PAGE + 99] == 'c' && shared[2 * PAGE + 100] == 0;
        good += WTERMSIG(in_child(touch, shared + 3 * PAGE)) == SIGBUS;
        good += WTERMSIG(in_child(touch, private + 4 * PAGE)) == SIGBUS;
        good += WTERMSIG(in_child(touch, private + 5 * PAGE)) == SIGBUS;
        _exit(good);
    }
    return pid;
}

static void
test_cut(void)
{
    pid_t pid[3];
    int ready[2], gate[2], status;
    char byte;

    begin();
    pipe(ready);
    pipe(gate);
    for (int i = 0; i < 3; i++) {
        pid[i] = watcher(ready[1], gate[0]);
        read(ready[0], &byte, 1); /* it has its copies */
    }
    seen(shared, "abcdef", "all of it is there");
    seen(private, "aAcdBf", "with what was written privately");
    is(ftruncate(fd, 2 * PAGE + 100), 0, "the file is cut");
    seen(shared, "abcSSS", "shared: pages behind its end are SIGBUS");
    seen(private, "aAcSSS", "private: they are, too, and those written to");
    killed(in_child(write_to, private + 4 * PAGE), SIGBUS, "for a write, too");
    is(shared[2 * PAGE + 99], 'c', "the last page is there");
    is(shared[2 * PAGE + 100], 0, "and zero behind the end");
    is(shared[3 * PAGE - 1], 0, "to its own end");
    write(gate[1], "123", 3);
    for (int i = 0; i < 3; i++) {
        waitpid(pid[i], &status, 0);
        exited(status, 6, "another process sees the same");
    }
    is(ftruncate(fd, 5 * PAGE), 0, "the file grows again");
    seen(shared, "abc00S", "shared: by zeros");
    seen(private, "aAc00S", "private: too, what was written is gone");
    end();
}

static void
test_empty(void)
{
    begin();
    close(open("file", O_WRONLY | O_TRUNC));
    seen(shared, "SSSSSS", "O_TRUNC: nothing is left in a shared mapping");
    seen(private, "SSSSSS", "nor in a private one");
    pwrite(fd, "y", 1, 0);
    seen(shared, "ySSSSS", "what is written anew is seen");
    end();
}

static void
test_punch(void)
{
    int how = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

    begin();
    is(fallocate(fd, how, PAGE, 4 * PAGE), 0, "a hole is made");
    seen(shared, "a0000f", "it is seen in a shared mapping");
    seen(private, "aA00Bf", "and in a private one, but where it was written");
    shared[2 * PAGE] = 'x';
    is(pread(fd, shared + 5 * PAGE, 1, 2 * PAGE), 1, "what is written there");
    is(shared[5 * PAGE], 'x', "is the file's");
    end();
}

int
main(void)
{
    test_cut();
    test_empty();
    test_punch();
    return done();
}
