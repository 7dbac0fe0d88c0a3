/*
 * lockspec_life.c: how long record locks live: until any descriptor of the
 * file is closed by their process, or it ends; a child has none of them, an
 * exec keeps them.
 */
#include "lockspec_partner.h"
#include "names.h"

static int fd;

/* What it is after an exec: with a lock by this descriptor, or, if that is
 * negative, without one. => the exit code */
static int
after_exec(int kept)
{
    struct lock found = { WRITE_LOCK, SEEK_SET, 0, 0, 0 };

    if (kept < 0) {
        return strcmp(map_of("file"), "................") == 0 ? 8 : 1;
    }
    lock_raw(kept, F_GETLK, &found);
    return strcmp(map_of("file"), "wwww............") == 0
        && found.type == NO_LOCK ? 7 : 1;
}

static void
test_close(void)
{
    int other = open("file", O_RDONLY);
    lock(fd, WRITE_LOCK, 0, 4);
    is_str(map_of("file"), "wwww............", "locked");
    close(other);
    is_str(map_of("file"), "................",
        "the close of another descriptor of the file releases it");
    lock(fd, WRITE_LOCK, 0, 4);
    other = dup(fd);
    close(other);
    is_str(map_of("file"), "................", "the close of a copy, too");
    lock(fd, WRITE_LOCK, 0, 4);
    other = open("/dev/null", O_RDONLY);
    int copy = dup(fd);
    lock(fd, WRITE_LOCK, 0, 4);
    is(dup2(other, copy), copy, "dup2 over a copy");
    is_str(map_of("file"), "................", "closes it");
    close(other);
    close(copy);
    link("file", "name");
    lock(fd, WRITE_LOCK, 0, 4);
    is_str(map_of("name"), "wwww............", "a lock is of the file");
    other = open("name", O_RDONLY);
    close(other);
    is_str(map_of("file"), "................", "whatever its name");
    unlink("name");
    put("other", "");
    lock(fd, WRITE_LOCK, 0, 4);
    other = open("other", O_RDWR);
    is(lock(other, WRITE_LOCK, 0, 9), 0, "another file is another matter");
    close(other);
    is_str(map_of("file"), "wwww............", "for its close, too");
    unlink("other");
    other = open("file", O_WRONLY | O_TRUNC);
    is_str(map_of("file"), "wwww............", "O_TRUNC releases nothing");
    rename("file", "name");
    is_str(map_of("name"), "wwww............", "nor does a new name");
    rename("name", "file");
    close(other);
}

static int
child_looks(void *unused)
{
    struct lock found = { WRITE_LOCK, SEEK_SET, 0, 4, 0 };
    (void)unused;
    lock_raw(fd, F_GETLK, &found);
    return found.type == WRITE_LOCK && found.pid == getppid()
        && lock(fd, READ_LOCK, 3, 1) == -EAGAIN ? 7 : 1;
}

static int
child_releases(void *unused)
{
    (void)unused;
    return lock(fd, NO_LOCK, 0, 0) == 0 && close(fd) == 0 ? 7 : 1;
}

static int
child_locks(void *unused)
{
    (void)unused;
    return lock(fd, WRITE_LOCK, 8, 2) == 0 ? 7 : 1;
}

static void
test_fork(void)
{
    lock(fd, WRITE_LOCK, 0, 4);
    exited(in_child(child_looks, NULL), 7, "a child has no such lock");
    exited(in_child(child_releases, NULL), 7, "it may release all it has");
    is_str(map_of("file"), "wwww............", "which is nothing");
    exited(in_child(child_locks, NULL), 7, "it may have its own");
    is_str(map_of("file"), "wwww............", "until it ends");
    struct partner other = partner("file");
    is(ask(&other, 'l', WRITE_LOCK, 8, 2), 0, "another has one");
    is_str(map_of("file"), "wwww....??......", "while it lives");
    close(fd);
    is_str(map_of("file"), "........??......", "a close is for one's own");
    fd = open("file", O_RDWR);
    returns(lock(fd, READ_LOCK, 8, 1), -EAGAIN, "the other's is there");
    is(ask(&other, 'c', 0, 0, 0), 0, "the other closes");
    is(lock(fd, READ_LOCK, 8, 1), 0, "now it is free");
    lock(fd, NO_LOCK, 0, 0);
    part(&other);
    other = partner("file");
    ask(&other, 'l', WRITE_LOCK, 0, 0);
    returns(lock(fd, READ_LOCK, 8, 1), -EAGAIN, "another's");
    part(&other);
    is(lock(fd, READ_LOCK, 8, 1), 0, "is free when it is killed");
    lock(fd, NO_LOCK, 0, 0);
}

/* The parent's part of an exec: its child locks, and becomes a program. */
static void
test_exec(const char *program)
{
    char number[16];
    for (int cloexec = 0; cloexec < 2; cloexec++) {
        int status;
        pid_t pid = must_fork();
        if (pid == 0) {
            int other = open("file", O_RDWR | (cloexec ? O_CLOEXEC : 0));
            lock(other, WRITE_LOCK, 0, 4);
            snprintf(number, sizeof(number), "%d", cloexec ? -1 : other);
            execl(program, program, "exec", number, NULL);
            _exit(1);
        }
        waitpid(pid, &status, 0);
        exited(status, cloexec ? 8 : 7, cloexec
            ? "if an exec closes the file, its locks are gone"
            : "an exec keeps locks, which are still one's own");
    }
    is_str(map_of("file"), "................", "both have ended");
}

/* A descriptor that was sent away by fork keeps the file open, not locks. */
static void
test_last_close(void)
{
    struct partner other = partner("file");
    unlink("file");
    is(lock(fd, WRITE_LOCK, 0, 4), 0, "a file without a name has locks");
    returns(ask(&other, 'l', READ_LOCK, 0, 1), -EAGAIN, "for all who have it");
    put("file", "new");
    int fresh = open("file", O_RDWR);
    is(lock(fresh, WRITE_LOCK, 0, 4), 0, "a new one of its name is another");
    close(fresh);
    returns(ask(&other, 'l', READ_LOCK, 0, 1), -EAGAIN, "the old one's stay");
    close(fd);
    is(ask(&other, 'l', READ_LOCK, 0, 1), 0, "until it is closed");
    part(&other);
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "exec") == 0) {
        return after_exec(atoi(argv[2]));
    }
    put("file", "0123456789");
    fd = open("file", O_RDWR);
    test_close();
    test_fork();
    test_exec("/proc/self/exe");
    test_last_close();
    unlink("file");
    return done();
}
