/*
 * Locks of an open file, which fork and dup share: flock, and fcntl's F_OFD_*.
 * seconds: 30
 */
#include "locks.h"

static int
try_shared(void *arg)
{
    return flock(*(int *)arg, LOCK_SH | LOCK_NB) == 0 ? 0 : errno;
}

static int
unlocks(void *arg)
{
    return flock(*(int *)arg, LOCK_UN);
}

static int
closes(void *arg)
{
    return close(*(int *)arg);
}

static void
test_flock(void)
{
    int a = the_file(O_RDONLY), b = the_file(O_WRONLY), copy = dup(a);

    is(flock(a, LOCK_EX), 0, "an exclusive lock, open for reading only");
    fails(flock(b, LOCK_SH | LOCK_NB), EWOULDBLOCK, "another open file");
    fails(flock(b, LOCK_EX | LOCK_NB), EWOULDBLOCK, "either way");
    is(flock(copy, LOCK_EX | LOCK_NB), 0, "a copy has the lock");
    exited(in_child(try_shared, &a), 0, "and a child may change it");
    is(flock(b, LOCK_SH | LOCK_NB), 0, "for all");
    fails(flock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK, "a change that fails");
    is(flock(b, LOCK_EX | LOCK_NB), 0, "loses the lock");
    flock(b, LOCK_UN);
    flock(a, LOCK_EX);
    exited(in_child(closes, &a), 0, "a child's close");
    close(copy);
    fails(flock(b, LOCK_EX | LOCK_NB), EWOULDBLOCK, "leaves it");
    exited(in_child(unlocks, &a), 0, "a child can unlock");
    is(flock(b, LOCK_EX | LOCK_NB), 0, "for its parent");
    close(b);
    is(flock(a, LOCK_EX | LOCK_NB), 0, "the last close unlocks");
    b = the_file(O_RDWR);
    is(set(b, F_WRLCK, 0, 0), 0, "it is not in fcntl's way");
    is(flock(a, LOCK_UN), 0, "unlocked");
    is(flock(a, LOCK_UN), 0, "twice");
    fails(flock(a, 0), EINVAL, "no operation");
    fails(flock(a, LOCK_SH | LOCK_EX), EINVAL, "two of them");
    fails(flock(a, LOCK_NB), EINVAL, "only LOCK_NB");
    fails(flock(99, LOCK_SH), EBADF, "no descriptor");
    close(a);
    close(b);
}

static void
test_flock_waits(void)
{
    int a = the_file(O_RDWR);

    flock(a, LOCK_EX);
    pid_t first = must_fork();
    if (first == 0) {
        int own = the_file(O_RDWR);
        _exit(flock(own, LOCK_SH) == 0 ? 0 : errno);
    }
    pid_t second = must_fork();
    if (second == 0) {
        int own = the_file(O_RDWR);
        _exit(flock(own, LOCK_SH) == 0 ? 0 : errno);
    }
    until_asleep(first);
    until_asleep(second);
    flock(a, LOCK_SH);
    is(ended(first), 0, "a shared lock lets one in that waits");
    is(ended(second), 0, "and the other");
    flock(a, LOCK_EX);
    first = must_fork();
    if (first == 0) {
        int own = the_file(O_RDWR);
        close(a);
        _exit(flock(own, LOCK_EX) == 0 ? 0 : errno);
    }
    until_asleep(first);
    close(a);
    is(ended(first), 0, "so does the last close");
}

static void
test_open_file(void)
{
    int a = the_file(O_RDWR), b = the_file(O_RDWR), copy = dup(a);
    struct flock ask = { F_WRLCK, SEEK_SET, 5, 20, 0 };

    is(lock(a, F_OFD_SETLK, F_WRLCK, SEEK_SET, 0, 10), 0, "one's open file");
    is(lock(b, F_OFD_SETLK, F_RDLCK, SEEK_SET, 5, 1), -EAGAIN,
       "locks out the other");
    is(lock(copy, F_OFD_SETLK, F_RDLCK, SEEK_SET, 5, 1), 0,
       "a copy shares it");
    is_str(mine(), "w0-4 r5-5 w6-9 ", "others see them");
    is(set(a, F_WRLCK, 0, 1), -EAGAIN, "the process's locks are apart");
    is(fcntl(b, F_OFD_GETLK, &ask), 0, "who has it?");
    is(ask.l_pid, -1, "no process");
    is(ask.l_start * 100 + ask.l_len, 501, "which bytes");
    ask = (struct flock){ F_WRLCK, SEEK_SET, 0, 0, 1 };
    fails(fcntl(a, F_OFD_SETLK, &ask), EINVAL, "a pid that is not 0");
    fails(fcntl(a, F_OFD_GETLK, &ask), EINVAL, "to ask, either");
    exited(in_child(closes, &a), 0, "a child's close");
    close(the_file(O_RDWR));
    close(copy);
    is_str(mine(), "w0-4 r5-5 w6-9 ", "and others leave it");
    pid_t pid = must_fork();
    if (pid == 0) {
        close(a);
        _exit((int)-lock(b, F_OFD_SETLKW, F_WRLCK, SEEK_SET, 0, 0));
    }
    until_asleep(pid);
    close(a);
    is(ended(pid), 0, "the last close ends it");
    is_str(mine(), "w0-end ", "now the other has it");
    close(b);
    is_str(mine(), "", "until its last close");
}

int
main(void)
{
    test_flock();
    test_flock_waits();
    test_open_file();
    return done();
}
