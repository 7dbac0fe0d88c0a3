/*
 * tty_min_time.c: VMIN and VTIME, in all four combinations (termios(3)), and in
 * a file that does not block.
 */
#include "terminal.h"

#include <time.h>

static char text[300];

static long
tenths_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return ((now.tv_sec - start->tv_sec) * 1000
            + (now.tv_nsec - start->tv_nsec) / 1000000) / 100;
}

/* A child types each of these after a while. */
static pid_t
type_later(const char *keys, long ms)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        for (; *keys != '\0'; keys++) {
            nap(ms);
            write(master, keys, 1);
        }
        _exit(0);
    }
    return pid;
}

static void
test_polling(void)
{
    make_raw(0, 0);
    is(read(slave, text, 10), 0, "MIN 0, TIME 0: nothing there");
    type("abc");
    await_input(3);
    is(read(slave, text, 10), 3, "what is there");
    type("abc");
    await_input(3);
    is(read(slave, text, 2), 2, "as much as asked for");
    is(read(slave, text, 2), 1, "and the rest");
}

static void
test_min(void)
{
    pid_t pid;

    make_raw(3, 0);
    pid = type_later("abcd", 20);
    is(read(slave, text, 10), 3, "MIN 3, TIME 0: wait for three bytes");
    waitpid(pid, NULL, 0);
    await_input(1);
    pid = type_later("e", 20);
    is(read(slave, text, 2), 2, "or for what is asked for");
    ok(text[0] == 'd' && text[1] == 'e', "in order");
    waitpid(pid, NULL, 0);
    type("abcdef");
    await_input(6);
    is(read(slave, text, 10), 6, "but get what is there");
}

static void
test_time(void)
{
    struct timespec start;
    pid_t pid;

    make_raw(0, 3);
    clock_gettime(CLOCK_MONOTONIC, &start);
    is(read(slave, text, 10), 0, "MIN 0, TIME 3: nothing comes");
    ok(tenths_since(&start) >= 3, "for three tenths of a second");
    make_raw(0, 100);
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid = type_later("a", 50);
    is(read(slave, text, 10), 1, "a byte comes");
    ok(tenths_since(&start) < 50, "and ends the wait");
    waitpid(pid, NULL, 0);
}

static void
test_between(void)
{
    struct timespec start;
    pid_t pid;

    make_raw(3, 2);
    pid = type_later("a", 400);
    clock_gettime(CLOCK_MONOTONIC, &start);
    is(read(slave, text, 10), 1, "MIN 3, TIME 2: the first byte may take long");
    ok(tenths_since(&start) >= 6, "then there are two tenths of a second");
    waitpid(pid, NULL, 0);
    make_raw(3, 100);
    pid = type_later("abc", 20);
    is(read(slave, text, 10), 3, "three bytes end the wait");
    waitpid(pid, NULL, 0);
}

static void
test_nonblocking(void)
{
    set_nonblocking(slave, 1);
    make_raw(0, 0);
    is(read(slave, text, 10), 0, "O_NONBLOCK, MIN 0, TIME 0: nothing there");
    make_raw(0, 1);
    fails(read(slave, text, 10), EAGAIN, "MIN 0, TIME 1");
    make_raw(3, 0);
    fails(read(slave, text, 10), EAGAIN, "MIN 3");
    type("a");
    await_input(1);
    is(read(slave, text, 10), 1, "gets what is there");
    type("ab\n");
    await_input(3);
    change_local(ICANON, 0);
    is(read(slave, text, 10), 3, "what was typed becomes a line");
    type("c");
    fails(read(slave, text, 10), EAGAIN, "a line that has not ended");
    set_nonblocking(slave, 0);
}

/* Bytes that are there when ICANON changes. */
static void
test_switch(void)
{
    tcflush(slave, TCIFLUSH);
    change_local(ICANON, 0);
    type("a\nb\4c");
    await_input(3);
    make_raw(1, 0);
    is(await_input(5), 5, "without ICANON, all can be read");
    is(read(slave, text, 10), 5, "and is");
    ok(memcmp(text, "a\nb\0c", 5) == 0, "^D is a NUL then");
    type("d\ne");
    await_input(3);
    change_local(ICANON, 0);
    is(read(slave, text, 10), 3, "with it, all is one line");
}

int
main(void)
{
    open_terminal();
    test_polling();
    test_min();
    test_time();
    test_between();
    test_nonblocking();
    test_switch();
    return done();
}
