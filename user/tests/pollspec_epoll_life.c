/*
 * pollspec_epoll_life.c: an epoll lives beside the descriptors that it
 * watches: what close, dup and fork do to it; what ends a wait; an epoll that
 * watches an epoll, and the loops and depths that are refused.
 */
#include "pollspec_epoll.h"

static int ep;
static int fds[2];
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
begin(void)
{
    ep = epoll_new();
    must_pipe(fds);
}

static void
end(void)
{
    close(ep);
    close_both(fds);
}

static void
test_close(void)
{
    begin();
    watch(ep, fds[0], IN);
    write(fds[1], "x", 1);
    int copy = dup(fds[0]), old = fds[0];
    close(old);
    is(told(ep), IN, "what is closed, but open under another number, is told");
    returns(epoll_change(ep, CTL_DEL, old, 0, 0), -EBADF,
        "its old number cannot remove it");
    returns(epoll_change(ep, CTL_DEL, copy, 0, 0), -ENOENT,
        "the new one was never there");
    returns(watch(ep, copy, IN), 0, "but can be added");
    is(told(ep), -1, "so that both are told");
    close(copy);
    is(told(ep), 0, "with the last number both are gone");
    int other = open("/dev/null", O_RDWR);
    is(other, old, "the old number is free for other things");
    returns(epoll_change(ep, CTL_MOD, other, IN, 0), -EPERM,
        "and means those");
    close(other);
    close(fds[1]);
    must_pipe(fds);
    watch(ep, fds[0], IN);
    watch(ep, fds[1], OUT);
    dup2(fds[1], fds[0]);
    is(told(ep), OUT | ERR, "dup2 closes, too: here the last reader");
    returns(epoll_change(ep, CTL_MOD, fds[0], OUT, 0), -ENOENT,
        "the same number, another open file");
    returns(watch(ep, fds[0], OUT), 0, "can be added");
    end();
    begin();
    watch(ep, fds[0], IN);
    int second = dup(ep);
    write(fds[1], "x", 1);
    close(ep);
    is(told(second), IN, "an epoll has several numbers, as all that is open");
    close(second);
    is(poll_now(fds[0], IN), IN, "its end does nothing to what it watched");
    close_both(fds);
}

/* A child closes what it has, and adds to its parent's epoll. */
static int
child_closes(void *unused)
{
    (void)unused;
    close(fds[0]);
    return told(ep) == IN ? 7 : 1;
}

static int
child_adds(void *unused)
{
    int own[2];
    (void)unused;
    must_pipe(own);
    write(own[1], "x", 1);
    return watch(ep, own[0], IN) == 0 && told(ep) == -1 ? 7 : 1;
}

static int
child_removes(void *unused)
{
    (void)unused;
    return epoll_change(ep, CTL_DEL, fds[0], 0, 0) == 0 ? 7 : 1;
}

static void
test_fork(void)
{
    begin();
    watch(ep, fds[0], IN);
    write(fds[1], "x", 1);
    exited(in_child(child_closes, NULL), 7,
        "a child's epoll still tells of what the child closed");
    is(told(ep), IN, "and so does its parent's, which is the same");
    exited(in_child(child_adds, NULL), 7, "a child adds a pipe of its own");
    is(told(ep), IN, "that is gone with the child");
    exited(in_child(child_removes, NULL), 7, "a child removes one");
    is(told(ep), 0, "so its parent has it no longer");
    end();
}

static int
write_byte(void *fd)
{
    return (int)write(*(int *)fd, "x", 1);
}

static int
close_fd(void *fd)
{
    return close(*(int *)fd);
}

static int
interrupt(void *unused)
{
    (void)unused;
    return kill(getppid(), SIGUSR1);
}

static int
add_ready(void *unused)
{
    (void)unused;
    return watch(ep, fds[1], OUT) == 0;
}

static int
want_more(void *unused)
{
    (void)unused;
    return epoll_change(ep, CTL_MOD, fds[1], OUT, 0) == 0;
}

static void
test_waits(void)
{
    struct event event;
    begin();
    watch(ep, fds[0], IN);
    long before = now_ms();
    is(epoll_list(ep, &event, 1, 40), 0, "a time-out: 0");
    ok(now_ms() - before >= 39, "not before the time");
    pid_t pid = when_asleep(write_byte, &fds[1]);
    is(told_later(ep), IN, "a byte ends a wait");
    waitpid(pid, NULL, 0);
    drain(fds[0], 1);
    act(SIGUSR1, count, SA_RESTART, 0);
    pid = when_asleep(interrupt, NULL);
    is(told_later(ep), -EINTR, "a handler ends it, even with SA_RESTART");
    waitpid(pid, NULL, 0);
    is(calls, 1, "it was called");
    pid = when_asleep(add_ready, NULL);
    is(told_later(ep), OUT, "one that is added and ready ends it");
    waitpid(pid, NULL, 0);
    epoll_change(ep, CTL_MOD, fds[1], 0, 0);
    pid = when_asleep(want_more, NULL);
    is(told_later(ep), OUT, "so does a change that makes one ready");
    waitpid(pid, NULL, 0);
    epoll_change(ep, CTL_DEL, fds[1], 0, 0);
    pid = when_asleep(close_fd, &fds[1]);
    close(fds[1]);
    is(told_later(ep), HUP, "so does the last writer's end");
    waitpid(pid, NULL, 0);
    close(ep);
    close(fds[0]);
    ep = epoll_new();
    before = now_ms();
    is(epoll_list(ep, &event, 1, 40), 0, "an empty epoll is a sleep");
    ok(now_ms() - before >= 39, "of that time");
    close(ep);
}

static long
pwait(unsigned long *set, int ms, long size)
{
    struct event event;
    const long arg[6] = { ep, P(&event), 1, ms, P(set), size };
    return raw_v(CALL_epoll_pwait, arg);
}

static void
test_mask(void)
{
    unsigned long none = 0;
    begin();
    watch(ep, fds[0], IN);
    calls = 0;
    mask(SIG_SETMASK, BIT(SIGUSR1));
    send_self(SIGUSR1);
    is(pwait(NULL, 0, SET_SIZE), 0, "epoll_pwait without a mask");
    is(calls, 0, "takes no blocked signal");
    is(pwait(&none, -1, SET_SIZE), -EINTR, "with an empty mask");
    is(calls, 1, "it runs the handler");
    is((long)mask_now(), BIT(SIGUSR1), "the mask is as before");
    write(fds[1], "x", 1);
    is(pwait(&none, -1, SET_SIZE), 1, "a byte");
    returns(pwait(&none, 0, 4), -EINVAL, "a mask of another size");
    returns(pwait((unsigned long *)1, 0, SET_SIZE), -EFAULT, "at a bad place");
    mask(SIG_SETMASK, 0);
    end();
}

static void
test_nested(void)
{
    begin();
    int outer = epoll_new();
    is(poll_now(ep, IN | OUT), 0, "poll of an epoll that has nothing to tell");
    watch(ep, fds[0], IN);
    returns(watch(outer, ep, IN), 0, "an epoll watches an epoll");
    is(told(outer), 0, "the inner one has nothing to tell");
    write(fds[1], "x", 1);
    is(poll_now(ep, IN | OUT), IN, "poll of one that has");
    is(told(outer), IN, "and the outer one tells that");
    is(told(ep), IN, "the inner one tells the rest");
    drain(fds[0], 1);
    is(told(outer), 0, "no longer so: the outer one tells nothing");
    is(poll_now(ep, IN), 0, "poll, neither");
    pid_t pid = when_asleep(write_byte, &fds[1]);
    is(told_later(outer), IN, "a byte wakes who waits for the outer one");
    waitpid(pid, NULL, 0);
    drain(fds[0], 1);
    pid = when_asleep(write_byte, &fds[1]);
    is(poll_until(ep, IN), IN, "and who polls the inner one");
    waitpid(pid, NULL, 0);
    close(ep);
    is(told(outer), 0, "an inner one that is closed is gone");
    close(outer);
    close_both(fds);
}

static void
test_loops(void)
{
    enum { CHAIN = 8 };
    int chain[CHAIN], linked = 0;
    long result = 0;
    for (int i = 0; i < CHAIN; i++) {
        chain[i] = epoll_new();
    }
    returns(watch(chain[0], chain[1], IN), 0, "one watches another");
    returns(watch(chain[1], chain[0], IN), -ELOOP, "but not each the other");
    returns(watch(chain[1], chain[2], IN), 0, "three in a row");
    returns(watch(chain[2], chain[0], IN), -ELOOP, "but not in a ring");
    returns(watch(chain[0], chain[2], IN), 0, "two ways to one are no ring");
    epoll_change(chain[0], CTL_DEL, chain[2], 0, 0);
    linked = 2;
    while (linked < CHAIN - 1 && result == 0) {
        result = watch(chain[linked], chain[linked + 1], IN);
        linked += result == 0;
    }
    returns(result, -ELOOP, "a chain that is too deep");
    is(linked, 4, "has more than five");
    epoll_change(chain[0], CTL_DEL, chain[1], 0, 0);
    returns(watch(chain[2], chain[0], IN), 0,
        "after a removal the ring is none");
    for (int i = 0; i < CHAIN; i++) {
        close(chain[i]);
    }
}

/* Many descriptors in one epoll, all ready, some removed. */
static void
test_many(void)
{
    enum { MANY = 100 };
    static int pipes[MANY][2];
    static struct event list[2 * MANY];
    long sum = 0;
    ep = epoll_new();
    for (int i = 0; i < MANY; i++) {
        must_pipe(pipes[i]);
        epoll_change(ep, CTL_ADD, pipes[i][0], IN, (unsigned long)i);
    }
    for (int i = 0; i < MANY; i++) {
        write(pipes[i][1], "x", 1);
    }
    is(epoll_list(ep, list, 2 * MANY, 0), MANY, "a hundred are ready");
    for (int i = 0; i < MANY; i++) {
        sum += (long)list[i].data;
    }
    is(sum, MANY * (MANY - 1) / 2, "each is told once");
    for (int i = 0; i < MANY; i += 2) {
        epoll_change(ep, CTL_DEL, pipes[i][0], 0, 0);
    }
    is(epoll_list(ep, list, 2 * MANY, 0), MANY / 2, "half of them removed");
    for (int i = 1; i < MANY; i += 4) {
        drain(pipes[i][0], 1);
    }
    is(epoll_list(ep, list, 2 * MANY, 0), MANY / 4, "half of the rest read");
    for (int i = 0; i < MANY; i++) {
        close_both(pipes[i]);
    }
    is(epoll_list(ep, list, 2 * MANY, 0), 0, "all closed");
    close(ep);
}

int
main(void)
{
    test_close();
    test_fork();
    test_waits();
    test_mask();
    test_nested();
    test_loops();
    test_many();
    return done();
}
