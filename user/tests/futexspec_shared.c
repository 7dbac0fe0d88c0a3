/*
 * futexspec_shared.c: a word in shared memory is one word for all who map it,
 * at whatever address and after fork; a private one belongs to its space. A
 * fork in the middle of a wait loses no wake.
 */
#include "futexspec.h"

#include <sys/mman.h>

enum { RW = PROT_READ | PROT_WRITE };

static struct thread thread;

static int *
map(int flags, int fd, long offset)
{
    return mmap(NULL, 4096, RW, flags, fd, offset);
}

/* A child that waits on the word with this operation. */
static pid_t
waiting_child(int *word, long op)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        long result = futex(word, op, 0, NULL, NULL, 0);
        _exit(result == 0 ? 0 : (int)-result);
    }
    until_state(pid, 'S');
    return pid;
}

static void
test_anonymous(void)
{
    int *word = map(MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    pid_t one = waiting_child(word, FUTEX_WAIT);
    pid_t two = waiting_child(word + 1, FUTEX_WAIT);
    is(futex_wake(word + 2, EVERYONE), 0, "another word of the page");
    is(futex_wake(word, EVERYONE), 1, "shared memory after fork: wake a child");
    exited(status_of(one), 0, "which goes on");
    is(futex_wake(word + 1, EVERYONE), 1, "and the other one");
    exited(status_of(two), 0, "which goes on, too");

    one = waiting_child(word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG);
    is(futex(word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), 0,
        "a private wait is not found by another process");
    is(futex_wake(word, 1), 0, "nor by a shared wake");
    end_child(one);
    is(futex_wake(word, 1), 0, "one that was killed does not wait");
    munmap(word, 4096);
}

static void
test_file(void)
{
    int fd = open("words", O_CREAT | O_RDWR, 0600);
    int other = open("other", O_CREAT | O_RDWR, 0600);

    ftruncate(fd, 8192);
    ftruncate(other, 8192);
    int *first = map(MAP_SHARED, fd, 0), *again = map(MAP_SHARED, fd, 0);
    int *next = map(MAP_SHARED, fd, 4096), *not = map(MAP_SHARED, other, 0);
    int *copy = map(MAP_PRIVATE, fd, 0);

    pid_t pid = waiting_child(first + 5, FUTEX_WAIT);
    is(futex_wake(next + 5, 1), 0, "another page of the file");
    is(futex_wake(not + 5, 1), 0, "the same offset in another file");
    copy[5] = 0;
    is(futex_wake(copy + 5, 1), 0, "a private copy of the page");
    is(futex_wake(again + 5, 1), 1, "the page at another address");
    exited(status_of(pid), 0, "wakes");

    pid = waiting_child(first + 5, FUTEX_WAIT);
    munmap(first, 4096);
    munmap(again, 4096);
    first = map(MAP_SHARED, open("words", O_RDWR), 0);
    is(futex_wake(first + 5, 1), 1, "mapped anew by another open file");
    exited(status_of(pid), 0, "it is the same word");

    pid = waiting_child(next + 1, FUTEX_WAIT);
    int *moved = map(MAP_SHARED, fd, 4096);
    munmap(next, 4096);
    unlink("words");
    is(futex_wake(moved + 1, 1), 1, "also when the file has no name");
    exited(status_of(pid), 0, "any more");
}

/* A process that shares the memory shares the private words. */
static int word;

static int
waits(void *arg)
{
    return futex(&word, FUTEX_WAIT | (long)arg, 0, NULL, NULL, 0) == 0 ? 3 : 4;
}

static void
test_clone(void)
{
    for (long private = 0; private <= 128; private += 128) {
        long pid = clone_on(CLONE_VM | SIGCHLD,
            thread_stack(&thread, waits, (void *)private), NULL, NULL, NULL);
        until_state((pid_t)pid, 'S');
        is(futex(&word, FUTEX_WAKE | private, 1, NULL, NULL, 0), 1,
            "a process with the same memory has the same words");
        exited(status_of((pid_t)pid), 3, "and goes on");
    }
}

/* A shared wait is another than a private one, on the same word. */
static void
test_kinds(void)
{
    for (long private = 0; private <= 128; private += 128) {
        sleeper_start(&crowd[0], &word, FUTEX_WAIT | private, ~0U);
        is(futex(&word, FUTEX_WAKE | (private ^ 128), 1, NULL, NULL, 0), 0,
            private ? "a shared wake does not find a private wait"
                    : "a private wake does not find a shared wait");
        is(futex(&word, FUTEX_WAKE | private, 1, NULL, NULL, 0), 1,
            "one of its kind does");
        thread_join(&crowd[0].thread);
    }
}

/* After fork a word of private memory is two. */
static void
test_fork(void)
{
    for (long private = 0; private <= 128; private += 128) {
        pid_t pid = waiting_child(&word, FUTEX_WAIT | private);
        is(futex(&word, FUTEX_WAKE | private, 1, NULL, NULL, 0), 0,
            "a word that fork copied is another one");
        end_child(pid);
    }
}

/* A thread waits, another forks: both copies of the page are written, and the
 * one that waits is still found. */
static int
waits_and_tells(void *arg)
{
    crowd[0].result = futex(&word, FUTEX_WAIT | (long)arg, 0, NULL, NULL, 0);
    return 0;
}

static void
test_fork_while_waiting(void)
{
    for (long private = 0; private <= 128; private += 128) {
        int ends[2], right = 0;
        char byte;

        set_word(&word, 0);
        pipe(ends);
        thread_start(&thread, waits_and_tells, (void *)private);
        until_sleeps(&thread);
        pid_t pid = must_fork();
        if (pid == 0) {
            word = 7;
            int none = futex(&word, FUTEX_WAKE | private, 9, NULL, NULL, 0)
                       == 0;
            read(ends[0], &byte, 1);
            _exit(none && word == 7 ? 0 : 1);
        }
        set_word(&word, 1);
        right += futex(&word, FUTEX_WAKE | private, 9, NULL, NULL, 0) == 1;
        thread_join(&thread);
        right += crowd[0].result == 0;
        is(right, 2, "fork does not change where a thread waits");
        write(ends[1], "x", 1);
        exited(status_of(pid), 0, "its copy has nobody who waits");
        close(ends[0]);
        close(ends[1]);
    }
}

/* The same many times while the words change hands. */
enum { TURNS = 200 };

static int ball;

static int
returns_ball(void *arg)
{
    (void)arg;
    for (int i = 0; i < TURNS; i++) {
        while (word_of(&ball) != 1) {
            futex(&ball, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
        }
        set_word(&ball, 0);
        futex(&ball, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
    }
    return 0;
}

static void
test_fork_and_ball(void)
{
    int well = 0;

    thread_start(&thread, returns_ball, NULL);
    for (int i = 0; i < TURNS; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            set_word(&ball, 5);
            _exit(word_of(&ball));
        }
        set_word(&ball, 1);
        futex(&ball, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
        while (word_of(&ball) != 0) {
            futex(&ball, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
        }
        int status = status_of(pid);
        well += WIFEXITED(status) && WEXITSTATUS(status) == 5;
    }
    thread_join(&thread);
    is(well, TURNS, "a fork at each change of hands loses no wake");
}

/* A word whose page is not there yet is read all the same. */
static void
test_absent(void)
{
    struct timespec soon = { 0, 1000000 };
    int fd = open("absent", O_CREAT | O_RDWR, 0600);

    ftruncate(fd, 8192);
    int *anonymous = map(MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int *shared = map(MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int *file = map(MAP_SHARED, fd, 4096);
    returns(futex(anonymous, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, &soon, NULL,
        0), -ETIMEDOUT, "WAIT on a page that is not there yet");
    returns(futex(shared, FUTEX_WAIT, 0, &soon, NULL, 0), -ETIMEDOUT,
        "in shared memory");
    returns(futex(file, FUTEX_WAIT, 1, &soon, NULL, 0), -EAGAIN,
        "in a file, with another value");
    munmap(anonymous, 4096);
    munmap(shared, 4096);
    munmap(file, 4096);
    close(fd);
}

/* A thread may unmap the word on which another waits. */
static int
waits_there(void *arg)
{
    crowd[0].result = futex(arg, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL,
        NULL, 0);
    return 0;
}

static void
test_unmapped(void)
{
    int *at = map(MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    thread_start(&thread, waits_there, at);
    until_sleeps(&thread);
    munmap(at, 4096);
    is(futex(at, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), 1,
        "one that waits where nothing is mapped any more can be woken");
    thread_join(&thread);
    returns(crowd[0].result, 0, "and goes on");
}

int
main(void)
{
    test_anonymous();
    test_file();
    test_clone();
    test_kinds();
    test_fork();
    test_fork_while_waiting();
    test_fork_and_ball();
    test_absent();
    test_unmapped();
    return done();
}
