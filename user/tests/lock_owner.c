/*
 * Whose a lock by fcntl is: the process's, and not its child's; a program that
 * it executes has it; any close of the file by the process ends it.
 * seconds: 30
 */
#include "locks.h"

static int
try_it(void *arg)
{
    return (int)-set(*(int *)arg, F_WRLCK, 0, 10);
}

static int
closes_it(void *arg)
{
    return close(*(int *)arg);
}

static int
shares_it(void *arg)
{
    return (int)-(set(*(int *)arg, F_WRLCK, 0, 10)
                  | set(*(int *)arg, F_WRLCK, 20, 10));
}

/* A new program of a process that has locked bytes 0 to 9; fd -1: through a
 * descriptor that exec has closed. */
static int
after_exec(int fd)
{
    if (fd < 0) {
        return strcmp(mine(), "") != 0;
    }
    if (strcmp(mine(), "w0-9 ") != 0) {
        return 1;
    }
    close(fd);
    return strcmp(mine(), "") != 0;
}

/* The exit status of that program, if a copy of the descriptor is closed. */
static int
executes(int fd, int copy_closes)
{
    char text[16];
    int status;
    pid_t pid = must_fork();

    if (pid == 0) {
        set(fd, F_WRLCK, 0, 10);
        fcntl(fcntl(fd, F_DUPFD, 20), F_SETFD, copy_closes ? FD_CLOEXEC : 0);
        snprintf(text, sizeof(text), "%d", copy_closes ? -1 : fd);
        execl("/proc/self/exe", "lock_owner", text, (char *)NULL);
        _exit(99);
    }
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void
test_closes(int fd)
{
    int copy = dup(fd), again = open(THE_FILE, O_RDONLY), other = open(".", 0);

    is(set(fd, F_WRLCK, 0, 10), 0, "locked");
    close(other);
    is_str(mine(), "w0-9 ", "closing another file does nothing");
    close(copy);
    is_str(mine(), "", "closing a copy of the descriptor ends it");
    set(fd, F_WRLCK, 0, 10);
    close(again);
    is_str(mine(), "", "so does closing the file opened another time");
    set(fd, F_WRLCK, 0, 10);
    again = open(THE_FILE, O_RDONLY);
    dup2(fd, again);
    is_str(mine(), "", "or putting another there");
    set(fd, F_WRLCK, 0, 10);
    dup2(fd, fd);
    fails(dup2(fd, -1), EBADF, "a dup2 that fails");
    is_str(mine(), "w0-9 ", "does not, nor one that changes nothing");
    close(again);
    set(fd, F_UNLCK, 0, 0);
}

/* What F_GETLK tells another process. */
static int
asks(void *arg)
{
    struct flock flock = { F_RDLCK, SEEK_SET, 5, 10, 77 };
    int fd = *(int *)arg;

    if (fcntl(fd, F_GETLK, &flock) < 0 || flock.l_type != F_WRLCK
        || flock.l_whence != SEEK_SET || flock.l_start != 0
        || flock.l_len != 10 || flock.l_pid != getppid()) {
        return 1;
    }
    flock = (struct flock){ F_RDLCK, SEEK_CUR, 10, 3, 77 };
    return fcntl(fd, F_GETLK, &flock) < 0 || flock.l_type != F_UNLCK
           || flock.l_whence != SEEK_CUR || flock.l_start != 10
           || flock.l_len != 3 || flock.l_pid != 77;
}

/* Read locks of two; a write lock is only for one. */
static int
reads(void *arg)
{
    int fd = *(int *)arg;

    return set(fd, F_RDLCK, 15, 10) != 0 || set(fd, F_WRLCK, 22, 1) != -EAGAIN
           || set(fd, F_WRLCK, 16, 1) != 0 || set(fd, F_UNLCK, 0, 0) != 0;
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        return after_exec(atoi(argv[1]));
    }
    int fd = the_file(O_RDWR);

    is(set(fd, F_WRLCK, 0, 10), 0, "a write lock");
    exited(in_child(try_it, &fd), EAGAIN, "is not the child's");
    exited(in_child(closes_it, &fd), 0, "whose close");
    is_str(mine(), "w0-9 ", "and end leave it alone");
    exited(in_child(asks, &fd), 0, "F_GETLK tells whose it is");
    set(fd, F_RDLCK, 20, 10);
    exited(in_child(reads, &fd), 0, "two may have read locks");
    is_str(mine(), "w0-9 r20-29 ", "and they end with their process");
    set(fd, F_UNLCK, 0, 0);

    is(ended(start(CLONE_FILES, shares_it, &fd)), 0,
       "one that shares the descriptors");
    is(set(fd, F_WRLCK, 0, 30), 0, "shares the locks");
    is(ended(start(CLONE_FILES, closes_it, &fd)), 0, "and closes the file");
    fd = the_file(O_RDWR);
    is_str(mine(), "", "which ends them");

    test_closes(fd);
    exited(executes(fd, 0), 0, "a new program keeps the lock, and can end it");
    exited(executes(fd, 1), 0, "a copy that exec closes ends it");
    is_str(mine(), "", "no lock is left");
    return done();
}
