/*
 * memory_owner.c: who is killed when memory ends: who holds most, asleep or
 * not, in pages, pipes or files without a name; not who asks next. Files that
 * stay are limited, also when a mapping makes their pages, and so are names.
 *
 * seconds: 40
 * expect:
 * ok 1 - the counts can be read
 * ok 2 - a sleeper has most pages: it is killed
 * ok 3 - who touched a page goes on
 * ok 4 - all of it is back
 * ok 5 - the pages are in pipes
 * ok 6 - who touched a page goes on
 * ok 7 - all of it is back
 * ok 8 - in a file without a name
 * ok 9 - who touched a page goes on
 * ok 10 - all of it is back
 * ok 11 - root has a reserve
 * ok 12 - fork and exec find memory, too
 * ok 13 - the sleeper is killed
 * ok 14 - all of it is back
 * ok 15 - a fork lacks most of what it needs: the sleeper is killed
 * ok 16 - and it is made again
 * ok 17 - all of it is back
 * ok 18 - a write lacks pages: it writes less, and nobody is killed
 * ok 19 - nor for a later call that is refused
 * ok 20 - all of it is back
 * ok 21 - a mapped file gets pages up to a limit: SIGBUS
 * ok 22 - so does write: ENOSPC
 * ok 23 - much memory is left
 * ok 24 - the file's end gives all of it back
 * ok 25 - names have a limit: ENOSPC
 * ok 26 - a name that goes makes room for another
 * ok 27 - much memory is left
 * ok 28 - all of it is back
 * ok 29 - a user's crowd counts together: one of it is killed
 * ok 30 - and not root's process, which has more than each
 * ok 31 - all of it is back
 * ok 32 - in a file that only its second thread has open
 * ok 33 - who touched a page goes on
 * ok 34 - all of it is back
 * 1..34
 */
#include "../threads.h"
#include "counts.h"

#include "knob.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define PAGE 4096L
#define MORE (1L << 30) /* than the machine has */
#define LEFT 600        /* frames that a hog leaves */
#define ALL  3000       /* more frames than that */

static const char *const kinds[] = { "table", "anon", "cache", "shared",
    "heap", "stacks", "processes", "files" };
#define KINDS 8

static long before[KINDS + 1]; /* and all that is free */
static char block[65536];

static char *
map(long size)
{
    return mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static void
touch(char *p, long pages)
{
    for (long i = 0; i < pages; i++) {
        p[i * PAGE] = 1;
    }
}

/* Three ways to hold all memory but LEFT frames. */
static void
hold_pages(void)
{
    touch(map(MORE), counts_get("free") - LEFT);
}

static void
hold_pipes(void)
{
    int fds[2];

    while (counts_get("free") > LEFT + 300 && pipe2(fds, O_NONBLOCK) == 0) {
        fcntl(fds[1], F_SETPIPE_SZ, 1 << 20);
        while (write(fds[1], block, sizeof(block)) > 0) {
        }
    }
}

/* As large as files may be: about half of it. */
static void
hold_file(void)
{
    int fd = open("hog", O_RDWR | O_CREAT, 0600);

    unlink("hog");
    while (write(fd, block, sizeof(block)) > 0) {
    }
}

static struct thread thread;
static int holds;

static int
holds_apart(void *unused)
{
    (void)unused;
    raw(SYS_unshare, CLONE_FILES, 0, 0, 0);
    hold_file();
    advance(&holds);
    return pause_on();
}

static void
hold_by_thread(void)
{
    holds = 0;
    thread_start(&thread, holds_apart, NULL);
    until(&holds, 1);
}

/* A child that holds memory, and sleeps then. */
static pid_t
hog(void (*hold)(void))
{
    int gate[2];
    char byte;
    pid_t pid;

    pipe(gate);
    pid = must_fork();
    if (pid == 0) {
        hold();
        write(gate[1], "h", 1);
        for (;;) {
            pause();
        }
    }
    close(gate[1]);
    read(gate[0], &byte, 1);
    close(gate[0]);
    return pid;
}

static int
eats(void *unused)
{
    (void)unused;
    touch(map(ALL * PAGE), ALL);
    return 7;
}

static int
was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* => whether it has been killed; ends it */
static int
end_hog(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, WNOHANG) == pid) {
        return was_killed(status);
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return 0;
}

static int
is_back(void)
{
    int same = 0;

    for (int n = 0; n < 500 && !same; n++) {
        same = counts_well();
        for (int i = 0; i < KINDS; i++) {
            same &= counts_find(kinds[i]) == before[i];
        }
        nap(same ? 0 : 2);
    }
    return same;
}

static void
test_victim(void (*hold)(void), void (*also)(void), const char *name)
{
    pid_t first = hog(hold), second = also ? hog(also) : 0;
    int status = in_child(eats, NULL);

    ok(end_hog(first), name);
    is(status, 7 << 8, "who touched a page goes on");
    if (second) {
        end_hog(second);
    }
    ok(is_back(), "all of it is back");
}

/* Too little is left for a fork: the last frames are in pipes. */
static void
hold_all(void)
{
    int fds[2];

    hold_pages();
    while (counts_get("free") > 8 && pipe2(fds, O_NONBLOCK) == 0) {
        for (int i = 0; i < 16 && counts_get("free") > 8; i++) {
            write(fds[1], block, 4096);
        }
    }
}

static int
executes(void *user)
{
    char *args[] = { "true", NULL };

    if (user != NULL) { /* also the fork is the user's */
        setresuid(1000, 1000, 1000);
        return in_child(executes, NULL) != 0;
    }
    execv("/bin/true", args);
    return 1;
}

static void
test_calls(void)
{
    pid_t pid = hog(hold_all);
    int well = in_child(executes, NULL) == 0;

    ok(well && waitpid(pid, NULL, WNOHANG) == 0, "root has a reserve");
    for (int i = 0; i < 20; i++) {
        well &= in_child(executes, block) == 0;
    }
    ok(well, "fork and exec find memory, too");
    ok(end_hog(pid), "the sleeper is killed");
    ok(is_back(), "all of it is back");
}

static int
ends(void *unused)
{
    (void)unused;
    return 7;
}

/* A fork that copies more than is left: there is always some memory to begin
 * with, and never enough. */
static void
test_large_fork(void)
{
    char mode[16], *memory = map(ALL / 2 * PAGE);

    snprintf(mode, sizeof(mode), "%s", knob_get(FORK_KNOB));
    knob_set(FORK_KNOB, "eager");
    touch(memory, ALL / 2);
    pid_t pid = hog(hold_pages);
    int status = in_child(ends, NULL);
    knob_set(FORK_KNOB, mode);
    munmap(memory, ALL / 2 * PAGE);
    ok(end_hog(pid),
        "a fork lacks most of what it needs: the sleeper is killed");
    is(status, 7 << 8, "and it is made again");
    ok(is_back(), "all of it is back");
}

/* => bits: a write got some pages, but not all; the next call is refused */
static int
write_less(int fd)
{
    const struct rlimit none = { PAGE, PAGE };
    long size = write(fd, block, sizeof(block));
    int less = size > 0 && size < (long)sizeof(block);

    setrlimit(RLIMIT_AS, &none);
    return less | (map(MORE) == MAP_FAILED && errno == ENOMEM) << 1;
}

/* Once before memory ends, so that all that it needs besides is there. */
static void
writes_less(int ready, int gate)
{
    int fds[2], first[2];
    char byte = 'b';

    setresuid(1000, 1000, 1000);
    pipe(first);
    write_less(first[1]);
    pipe(fds);
    write(ready, &byte, 1);
    read(gate, &byte, 1);
    _exit(write_less(fds[1]));
}

static void
test_less(void)
{
    int ready[2], gate[2], status = 0;
    char byte;

    pipe(ready);
    pipe(gate);
    pid_t writer = must_fork();
    if (writer == 0) {
        writes_less(ready[1], gate[0]);
    }
    read(ready[0], &byte, 1);
    pid_t pid = hog(hold_all);
    write(gate[1], "g", 1);
    waitpid(writer, &status, 0);
    int lives = waitpid(pid, NULL, WNOHANG) == 0;
    end_hog(pid);
    close(ready[0]);
    close(ready[1]);
    close(gate[0]);
    close(gate[1]);
    is(status >> 8 & 1, 1,
        "a write lacks pages: it writes less, and nobody is killed");
    ok(status >> 8 == 3 && lives, "nor for a later call that is refused");
    ok(is_back(), "all of it is back");
}

static int
maps_file(void *unused)
{
    int fd = open("big", O_RDWR | O_CREAT, 0600);

    (void)unused;
    ftruncate(fd, MORE);
    touch(mmap(NULL, MORE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
        MORE / PAGE);
    return 0;
}

static void
test_files(void)
{
    int status = in_child(maps_file, NULL);
    int fd = open("more", O_RDWR | O_CREAT, 0600);

    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
        "a mapped file gets pages up to a limit: SIGBUS");
    ok(write(fd, block, 4096) == -1 && errno == ENOSPC,
        "so does write: ENOSPC");
    ok(counts_get("free") > before[KINDS] / 3, "much memory is left");
    close(fd);
    unlink("more");
    unlink("big");
    ok(is_back(), "the file's end gives all of it back");
}

static void
test_names(void)
{
    char name[64];
    int count = 0;

    mkdir("names", 0700);
    while (sprintf(name, "names/%d", count), symlink(".", name) == 0) {
        count++;
    }
    ok(errno == ENOSPC, "names have a limit: ENOSPC");
    ok(unlink("names/0") == 0 && symlink(".", "names/0") == 0,
        "a name that goes makes room for another");
    ok(counts_get("free") > before[KINDS] / 3, "much memory is left");
    while (count-- > 0) {
        sprintf(name, "names/%d", count);
        unlink(name);
    }
    rmdir("names");
    ok(is_back(), "all of it is back");
}

static void
hold_quarter(void)
{
    touch(map(MORE), before[KINDS] / 4);
}

/* One of ten, who have nearly all the rest together. */
static void
hold_part(void)
{
    setresuid(1000, 1000, 1000);
    touch(map(MORE), before[KINDS] * 7 / 100);
}

static void
test_crowd(void)
{
    pid_t first = hog(hold_quarter), crowd[10];
    int killed = 0;

    for (int i = 0; i < 10; i++) {
        crowd[i] = hog(hold_part);
    }
    in_child(eats, NULL);
    for (int i = 0; i < 10; i++) {
        killed += end_hog(crowd[i]);
    }
    ok(killed > 0, "a user's crowd counts together: one of it is killed");
    ok(!end_hog(first), "and not root's process, which has more than each");
    ok(is_back(), "all of it is back");
}

int
main(void)
{
    counts_fd = open(COUNTS_FILE, O_RDONLY);
    ok(counts_well(), "the counts can be read"); /* and warms up printf */
    in_child(eats, NULL); /* now all of our own pages have been written */
    for (int i = 0; i < KINDS; i++) {
        before[i] = counts_get(kinds[i]);
    }
    before[KINDS] = counts_get("free");
    test_victim(hold_pages, NULL, "a sleeper has most pages: it is killed");
    test_victim(hold_pipes, NULL, "the pages are in pipes");
    test_victim(hold_file, hold_pages, "in a file without a name");
    test_calls();
    test_large_fork();
    test_less();
    test_files();
    test_names();
    test_crowd();
    test_victim(hold_by_thread, hold_pages,
        "in a file that only its second thread has open");
    return done();
}
