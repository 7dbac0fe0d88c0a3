/*
 * lockspec_wait.c: who waits for a record lock, what ends a wait, that many who
 * wait all go on, and waits that would never end: EDEADLK.
 * seconds: 25
 */
#include "lockspec_partner.h"
#include "names.h"

static int fd;

static void
test_ends_of_waits(void)
{
    struct partner other = partner("file");
    lock(fd, WRITE_LOCK, 0, 4);
    tell(&other, 'w', WRITE_LOCK, 2, 4);
    ok(waits(&other), "one waits for another's lock");
    lock(fd, NO_LOCK, 0, 2);
    ok(waits(&other), "that a part is released is not enough");
    lock(fd, READ_LOCK, 2, 2);
    ok(waits(&other), "nor that it is read only");
    lock(fd, NO_LOCK, 2, 2);
    is(result_of(&other), 0, "all of it is");
    returns(lock(fd, READ_LOCK, 5, 1), -EAGAIN, "then it is the other's");
    ask(&other, 'l', NO_LOCK, 0, 0);
    lock(fd, WRITE_LOCK, 0, 4);
    tell(&other, 'w', READ_LOCK, 0, 1);
    ok(waits(&other), "to read one waits for who writes");
    lock(fd, READ_LOCK, 0, 4);
    is(result_of(&other), 0, "until that is read only");
    tell(&other, 'w', WRITE_LOCK, 0, 1);
    ok(waits(&other), "to write, for who reads");
    close(open("file", O_RDONLY));
    is(result_of(&other), 0, "until a close releases it");
    ask(&other, 'l', NO_LOCK, 0, 0);
    struct partner third = partner("file");
    ask(&third, 'l', WRITE_LOCK, 0, 0);
    tell(&other, 'w', WRITE_LOCK, 0, 0);
    ok(waits(&other), "one waits for a third");
    part(&third);
    is(result_of(&other), 0, "until that is killed");
    is(ask(&other, 'w', READ_LOCK, 3, 9), 0, "no wait for one's own");
    part(&other);
}

/* Send a signal to the parent when it sleeps. */
static void
interrupt_wait(void)
{
    until_state(getppid(), 'S');
    kill(getppid(), SIGUSR1);
}

static volatile int calls;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    calls++;
}

static void
test_signals(void)
{
    struct partner other = partner("file");
    ask(&other, 'l', WRITE_LOCK, 0, 4);
    act(SIGUSR1, count, 0, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        interrupt_wait();
        _exit(0);
    }
    returns(lock_wait(fd, WRITE_LOCK, 0, 0), -EINTR, "a handler ends a wait");
    is(calls, 1, "it was called");
    waitpid(pid, NULL, 0);
    is_str(map_of("file"), "????............", "nothing is locked by that");
    act(SIGUSR1, count, SA_RESTART, 0);
    pid = must_fork();
    if (pid == 0) {
        interrupt_wait();
        until_state(getppid(), 'S');
        tell(&other, 'l', NO_LOCK, 0, 0);
        _exit(0);
    }
    is(lock_wait(fd, WRITE_LOCK, 0, 4), 0, "with SA_RESTART it goes on");
    is(calls, 2, "after the handler");
    waitpid(pid, NULL, 0);
    is(result_of(&other), 0, "when the other released");
    tell(&other, 'w', WRITE_LOCK, 0, 0);
    ok(waits(&other), "the other waits");
    part(&other);
    lock(fd, NO_LOCK, 0, 0);
    other = partner("file");
    is(ask(&other, 'l', WRITE_LOCK, 0, 0), 0, "one killed in a wait is gone");
    part(&other);
}

/* Several wait for one lock: all who fit together go on, the others later. */
static void
test_crowd(void)
{
    enum { CROWD = 4 };
    struct partner crowd[CROWD];
    int waiting = 0, went = 0;
    lock(fd, WRITE_LOCK, 0, 4);
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = partner("file");
        tell(&crowd[i], 'w', READ_LOCK, 0, 4);
        waiting += waits(&crowd[i]);
    }
    is(waiting, CROWD, "four wait to read");
    lock(fd, NO_LOCK, 0, 0);
    for (int i = 0; i < CROWD; i++) {
        went += result_of(&crowd[i]) == 0;
    }
    is(went, CROWD, "all of them go on at once");
    for (int i = 0; i < CROWD; i++) {
        ask(&crowd[i], 'l', NO_LOCK, 0, 0);
    }
    lock(fd, WRITE_LOCK, 0, CROWD);
    waiting = 0;
    for (int i = 0; i < CROWD; i++) {
        tell(&crowd[i], 'w', WRITE_LOCK, i, 1);
        waiting += waits(&crowd[i]);
    }
    is(waiting, CROWD, "four wait to write, each its own byte");
    for (int i = CROWD - 1; i >= 0; i--) {
        lock(fd, NO_LOCK, i, 1);
        is(result_of(&crowd[i]), 0, "one goes on when its byte is free");
    }
    for (int i = 0; i < CROWD; i++) {
        ask(&crowd[i], 'l', NO_LOCK, 0, 0);
    }
    lock(fd, WRITE_LOCK, 0, 1);
    for (int i = 0; i < CROWD; i++) {
        tell(&crowd[i], 'w', WRITE_LOCK, 0, 1);
        waits(&crowd[i]);
    }
    lock(fd, NO_LOCK, 0, 1);
    for (int turn = 0; turn < CROWD; turn++) {
        int holder = 0, others = 0;
        while (!answered(&crowd[holder])) {
            holder = (holder + 1) % CROWD;
            nap(1);
        }
        result_of(&crowd[holder]);
        for (int i = 0; i < CROWD; i++) {
            others += answered(&crowd[i]);
        }
        is(others, 0, "of four who want the same, one after the other");
        ask(&crowd[holder], 'l', NO_LOCK, 0, 0);
    }
    for (int i = 0; i < CROWD; i++) {
        part(&crowd[i]);
    }
}

static void
test_turns(void)
{
    struct partner writer = partner("file"), reader = partner("file");
    lock(fd, READ_LOCK, 0, 4);
    tell(&writer, 'w', WRITE_LOCK, 0, 4);
    ok(waits(&writer), "who would write waits for who reads");
    is(ask(&reader, 'w', READ_LOCK, 0, 4), 0, "one more may read");
    lock(fd, NO_LOCK, 0, 0);
    ok(waits(&writer), "so it waits for both");
    is_str(map_of("file"), "????............", "of which one is left");
    ask(&reader, 'l', NO_LOCK, 0, 0);
    is(result_of(&writer), 0, "then it writes");
    part(&writer);
    part(&reader);
}

static void
test_deadlock(void)
{
    struct partner one = partner("file"), two = partner("file");
    struct partner three = partner("file");
    ask(&one, 'l', WRITE_LOCK, 1, 1);
    ask(&two, 'l', WRITE_LOCK, 2, 1);
    tell(&one, 'w', WRITE_LOCK, 2, 1);
    ok(waits(&one), "the first waits for the second");
    returns(ask(&two, 'w', WRITE_LOCK, 1, 1), -EDEADLK,
        "the second must not wait for the first");
    returns(ask(&two, 'w', READ_LOCK, 0, 0), -EDEADLK,
        "not even to read all of it");
    returns(ask(&two, 'l', WRITE_LOCK, 1, 1), -EAGAIN,
        "that it does not wait is another matter");
    ok(waits(&one), "the first waits still");
    ask(&three, 'l', WRITE_LOCK, 3, 1);
    tell(&two, 'w', WRITE_LOCK, 3, 1);
    ok(waits(&two), "the second waits for a third");
    returns(ask(&three, 'w', WRITE_LOCK, 1, 1), -EDEADLK,
        "who must not wait for the first");
    returns(ask(&three, 'w', WRITE_LOCK, 2, 1), -EDEADLK,
        "nor for the second");
    lock(fd, WRITE_LOCK, 4, 1);
    tell(&three, 'w', WRITE_LOCK, 4, 1);
    ok(waits(&three), "but for one who waits for nothing");
    returns(lock_wait(fd, WRITE_LOCK, 1, 1), -EDEADLK,
        "and now that one must not wait");
    lock(fd, NO_LOCK, 0, 0);
    is(result_of(&three), 0, "it releases: the third goes on");
    ask(&three, 'l', NO_LOCK, 3, 1);
    is(result_of(&two), 0, "then the second");
    ask(&two, 'l', NO_LOCK, 2, 1);
    is(result_of(&one), 0, "then the first");
    ask(&two, 'l', NO_LOCK, 0, 0);
    tell(&two, 'w', WRITE_LOCK, 1, 1);
    ok(waits(&two), "a wait that is no ring is allowed");
    part(&one);
    is(result_of(&two), 0, "and ends with who is waited for");
    part(&two);
    part(&three);
}

/* Two readers who both would write wait for each other. */
static void
test_upgrade(void)
{
    struct partner one = partner("file"), two = partner("file");
    ask(&one, 'l', READ_LOCK, 0, 1);
    ask(&two, 'l', READ_LOCK, 0, 1);
    tell(&one, 'w', WRITE_LOCK, 0, 1);
    ok(waits(&one), "a reader would write, and waits for the other");
    returns(ask(&two, 'w', WRITE_LOCK, 0, 1), -EDEADLK,
        "who would write, too: not both");
    is(ask(&two, 'l', NO_LOCK, 0, 1), 0, "one gives way");
    is(result_of(&one), 0, "the other writes");
    part(&one);
    part(&two);
}

int
main(void)
{
    put("file", "0123456789");
    fd = open("file", O_RDWR);
    test_ends_of_waits();
    test_signals();
    test_crowd();
    test_turns();
    test_deadlock();
    test_upgrade();
    close(fd);
    unlink("file");
    return done();
}
