/*
 * lockspec_flock.c: flock: locks of open files, which dup and fork share and
 * others do not; what ends a wait; errors; and that they know nothing of the
 * locks of fcntl.
 */
#include "lockspec_partner.h"
#include "names.h"

static int fd, other;

static void
begin(void)
{
    fd = open("file", O_RDWR);
    other = open("file", O_RDWR);
}

static void
end(void)
{
    close(fd);
    close(other);
}

/* What another open file could get now. */
static long
tried(int how)
{
    int third = open("file", O_RDONLY);
    long result = flock_raw(third, how | AT_ONCE);

    close(third);
    return result;
}

static void
test_kinds(void)
{
    begin();
    is(flock_raw(fd, SHARED), 0, "shared");
    is(flock_raw(other, SHARED | AT_ONCE), 0, "by two open files");
    returns(tried(EXCLUSIVE), -EAGAIN, "not exclusive by a third");
    returns(flock_raw(fd, EXCLUSIVE | AT_ONCE), -EAGAIN, "nor by the first");
    is(flock_raw(other, RELEASE), 0, "released");
    is(flock_raw(fd, EXCLUSIVE | AT_ONCE), 0, "exclusive");
    returns(tried(SHARED), -EAGAIN, "no other is shared");
    returns(tried(EXCLUSIVE), -EAGAIN, "nor exclusive");
    is(flock_raw(fd, EXCLUSIVE | AT_ONCE), 0, "the same once more");
    is(flock_raw(fd, SHARED | AT_ONCE), 0, "from exclusive to shared");
    is(tried(SHARED), 0, "a third is shared, too");
    is(flock_raw(fd, RELEASE), 0, "released");
    is(tried(EXCLUSIVE), 0, "free");
    is(flock_raw(fd, RELEASE), 0, "a release of nothing");
    is(flock_raw(fd, RELEASE | AT_ONCE), 0, "at once, too");
    flock_raw(fd, SHARED);
    flock_raw(other, SHARED);
    flock_raw(fd, EXCLUSIVE | AT_ONCE);
    is(flock_raw(other, EXCLUSIVE | AT_ONCE), 0,
        "a change that failed has released what was");
    end();
}

static int
child_releases(void *unused)
{
    (void)unused;
    return flock_raw(fd, RELEASE) == 0 ? 7 : 1;
}

static int
child_changes(void *unused)
{
    (void)unused;
    return flock_raw(fd, EXCLUSIVE | AT_ONCE) == 0 ? 7 : 1;
}

static int
child_closes(void *unused)
{
    (void)unused;
    return close(fd) == 0 ? 7 : 1;
}

static void
test_owners(void)
{
    begin();
    flock_raw(fd, EXCLUSIVE);
    returns(flock_raw(other, EXCLUSIVE | AT_ONCE), -EAGAIN,
        "two open files of one process are strangers");
    int copy = dup(fd);
    is(flock_raw(copy, EXCLUSIVE | AT_ONCE), 0, "a copy has the same lock");
    close(copy);
    returns(tried(SHARED), -EAGAIN, "and its close releases nothing");
    close(open("file", O_RDONLY));
    returns(tried(SHARED), -EAGAIN, "nor that of another open file");
    copy = dup(fd);
    close(fd);
    returns(tried(SHARED), -EAGAIN, "a copy keeps it");
    flock_raw(copy, RELEASE);
    is(tried(EXCLUSIVE), 0, "and releases it");
    flock_raw(copy, EXCLUSIVE);
    close(copy);
    is(tried(EXCLUSIVE), 0, "so does the last close");
    fd = open("file", O_RDWR);
    flock_raw(fd, SHARED);
    exited(in_child(child_changes, NULL), 7, "a child has it, and changes it");
    returns(tried(SHARED), -EAGAIN, "for its parent, too");
    exited(in_child(child_closes, NULL), 7, "a child closes it");
    returns(tried(SHARED), -EAGAIN, "its parent has it still");
    exited(in_child(child_releases, NULL), 7, "a child releases it");
    is(tried(EXCLUSIVE), 0, "for its parent, too");
    flock_raw(fd, EXCLUSIVE);
    pid_t pid = idle_child();
    close(fd);
    returns(tried(SHARED), -EAGAIN, "a child keeps it");
    end_child(pid);
    is(tried(EXCLUSIVE), 0, "until its end");
    close(other);
}

static void
test_files(void)
{
    begin();
    link("file", "name");
    int named = open("name", O_RDONLY);
    flock_raw(fd, EXCLUSIVE);
    returns(flock_raw(named, SHARED | AT_ONCE), -EAGAIN,
        "a lock is of the file, whatever its name");
    close(named);
    unlink("name");
    int reader = open("file", O_RDONLY), writer = open("file", O_WRONLY);
    flock_raw(fd, RELEASE);
    is(flock_raw(reader, EXCLUSIVE | AT_ONCE), 0, "exclusive, open to read");
    flock_raw(reader, RELEASE);
    is(flock_raw(writer, SHARED | AT_ONCE), 0, "shared, open to write");
    close(reader);
    close(writer);
    int dir = open(".", O_RDONLY), dir_too = open(".", O_RDONLY);
    is(flock_raw(dir, EXCLUSIVE | AT_ONCE), 0, "a directory has locks");
    returns(flock_raw(dir_too, SHARED | AT_ONCE), -EAGAIN, "for all");
    close(dir);
    is(flock_raw(dir_too, SHARED | AT_ONCE), 0, "until its close");
    close(dir_too);
    int path = open("file", O_PATH);
    returns(flock_raw(path, SHARED), -EBADF, "O_PATH");
    close(path);
    returns(flock_raw(999, SHARED), -EBADF, "what is not open");
    returns(flock_raw(fd, 0), -EINVAL, "no kind");
    returns(flock_raw(fd, AT_ONCE), -EINVAL, "no kind, at once");
    returns(flock_raw(fd, SHARED | EXCLUSIVE), -EINVAL, "two kinds");
    returns(flock_raw(fd, SHARED | RELEASE), -EINVAL, "kind and release");
    end();
}

static void
test_fcntl(void)
{
    struct partner stranger = partner("file");
    begin();
    flock_raw(fd, EXCLUSIVE);
    is(ask(&stranger, 'l', WRITE_LOCK, 0, 0), 0, "fcntl does not see flock");
    is(flock_raw(fd, SHARED | AT_ONCE), 0, "nor flock fcntl");
    is_str(map_of("file"), "????????????????", "only its own kind is told");
    part(&stranger);
    is_str(map_of("file"), "................", "a lock of flock is not");
    end();
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
test_waits(void)
{
    struct partner one = partner("file"), two = partner("file");
    begin();
    flock_raw(fd, EXCLUSIVE);
    tell(&one, 'f', SHARED, 0, 0);
    tell(&two, 'f', SHARED, 0, 0);
    ok(waits(&one), "one waits");
    ok(waits(&two), "two wait");
    flock_raw(fd, SHARED);
    is(result_of(&one), 0, "shared: one goes on");
    is(result_of(&two), 0, "both do");
    flock_raw(fd, RELEASE);
    tell(&one, 'f', EXCLUSIVE, 0, 0);
    ok(waits(&one), "who was shared would be exclusive");
    is(ask(&two, 'f', RELEASE, 0, 0), 0, "the last other");
    is(result_of(&one), 0, "gives way");
    tell(&two, 'f', EXCLUSIVE, 0, 0);
    ok(waits(&two), "one waits");
    part(&one);
    is(result_of(&two), 0, "until the other is killed");
    act(SIGUSR1, count, 0, 0);
    pid_t parent = getpid(), pid = must_fork();
    if (pid == 0) {
        until_state(parent, 'S');
        _exit(kill(parent, SIGUSR1));
    }
    returns(flock_raw(fd, SHARED), -EINTR, "a handler ends a wait");
    is(calls, 1, "it was called");
    waitpid(pid, NULL, 0);
    is(ask(&two, 'f', RELEASE, 0, 0), 0, "released");
    is(tried(EXCLUSIVE), 0, "that wait has left nothing");
    flock_raw(fd, EXCLUSIVE);
    tell(&two, 'f', EXCLUSIVE, 0, 0);
    ok(waits(&two), "one waits");
    close(fd);
    is(result_of(&two), 0, "until a close");
    part(&two);
    is(tried(EXCLUSIVE), 0, "all have ended: free");
    close(other);
}

/* Kept over an exec, by the open file. */
static void
test_exec(void)
{
    int status;
    begin();
    close(other);
    pid_t pid = must_fork();
    if (pid == 0) {
        flock_raw(fd, EXCLUSIVE);
        execl("/proc/self/exe", "self", "exec", NULL);
        _exit(1);
    }
    close(fd);
    waitpid(pid, &status, 0);
    exited(status, 7, "an exec keeps it");
    is(tried(EXCLUSIVE), 0, "until the end");
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "exec") == 0) {
        return tried(SHARED) == -EAGAIN ? 7 : 1;
    }
    put("file", "0123456789");
    test_kinds();
    test_owners();
    test_files();
    test_fcntl();
    test_waits();
    test_exec();
    unlink("file");
    return done();
}
