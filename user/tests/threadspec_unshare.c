/*
 * threadspec_unshare.c: unshare gives the caller its own directory and umask
 * (FS) or descriptors (FILES), as they are, while the other threads keep
 * theirs. What threads share by being threads it refuses.
 */
#include "threads.h"

#include <sys/stat.h>

static struct thread thread, second;
static long seen[8];
static int step, out;

static long
unshare_flags(long flags)
{
    return raw(SYS_unshare, flags, 0, 0, 0);
}

static void
test_single(void)
{
    returns(unshare_flags(0), 0, "nothing to unshare");
    returns(unshare_flags(CLONE_FS | CLONE_FILES), 0, "what is not shared");
    returns(unshare_flags(CLONE_SYSVSEM), 0, "SYSVSEM");
    returns(unshare_flags(CLONE_VM), 0, "the memory of one thread");
    returns(unshare_flags(CLONE_SIGHAND), 0, "the actions of one");
    returns(unshare_flags(CLONE_THREAD), 0, "one that is alone");
    returns(unshare_flags(CLONE_VFORK), -EINVAL, "a flag that is not for it");
    returns(unshare_flags(CLONE_PARENT), -EINVAL, "another");
    returns(unshare_flags(SIGCHLD), -EINVAL, "a signal");
    returns(unshare_flags(CLONE_SETTLS | CLONE_FS), -EINVAL,
        "one that is and one that is not");
}

static int
refused(void *arg)
{
    (void)arg;
    seen[0] = unshare_flags(CLONE_VM);
    seen[1] = unshare_flags(CLONE_SIGHAND);
    seen[2] = unshare_flags(CLONE_THREAD);
    seen[3] = unshare_flags(CLONE_SYSVSEM);
    return 0;
}

static void
test_refused(void)
{
    thread_start(&thread, refused, NULL);
    thread_join(&thread);
    returns(seen[0], -EINVAL, "a thread cannot unshare the memory");
    returns(seen[1], -EINVAL, "nor the actions");
    returns(seen[2], -EINVAL, "nor itself");
    returns(seen[3], 0, "but SYSVSEM");
}

/* A process that shares the memory is one thread, and has its actions alone. */
static int
alone_but(void *arg)
{
    (void)arg;
    seen[0] = unshare_flags(CLONE_THREAD);
    seen[1] = unshare_flags(CLONE_SIGHAND);
    seen[2] = unshare_flags(CLONE_VM);
    return 0;
}

static void
test_sharer(void)
{
    for (long with = 0; with <= CLONE_SIGHAND; with += CLONE_SIGHAND) {
        status_of((pid_t)clone_on((unsigned long)(CLONE_VM | SIGCHLD | with),
            thread_stack(&thread, alone_but, NULL), NULL, NULL, NULL));
        returns(seen[0], 0, "a process with our memory is one thread");
        returns(seen[1], with ? -EINVAL : 0,
            with ? "and shares the actions" : "and has the actions alone");
        returns(seen[2], -EINVAL, "but not the memory");
    }
    returns(unshare_flags(CLONE_SIGHAND), 0, "they are alone again");
}

static int
own_fs(void *arg)
{
    (void)arg;
    seen[0] = unshare_flags(CLONE_FS);
    seen[1] = raw(SYS_umask, 077, 0, 0, 0);
    raw(NR_chdir, P("sub"), 0, 0, 0);
    seen[2] = raw(NR_open, P("here"), O_CREAT | O_WRONLY, 0666, 0);
    raw(NR_close, seen[2], 0, 0, 0);
    advance(&step);
    until(&out, 1);
    seen[3] = raw(NR_access, P("here"), 0, 0, 0);
    return 0;
}

static void
test_fs(void)
{
    struct stat st;

    mkdir("sub", 0755);
    umask(022);
    thread_start(&thread, own_fs, NULL);
    until(&step, 1);
    returns(seen[0], 0, "a thread unshares FS");
    is(seen[1], 022, "its umask was ours");
    is(umask(022), 022, "and ours has not changed");
    fails(access("here", F_OK), ENOENT, "we are not where it went");
    stat("sub/here", &st);
    is(st.st_mode & 0777, 0600, "its file has its umask");
    chdir("/");
    advance(&out);
    thread_join(&thread);
    returns(seen[3], 0, "nor does it go where we go");
    is(raw(NR_chdir, P("/tmp"), 0, 0, 0), 0, "(leave it)");
}

static int ends[2];

static int
own_files(void *arg)
{
    char byte;

    (void)arg;
    seen[0] = unshare_flags(CLONE_FILES);
    seen[1] = raw(NR_close, ends[1], 0, 0, 0);
    seen[2] = raw(NR_pipe, P(&seen[4]), 0, 0, 0);
    advance(&step);
    seen[3] = raw(NR_read, ends[0], P(&byte), 1, 0);
    advance(&step);
    return 0;
}

static int
stays_with_us(void *arg)
{
    (void)arg;
    until(&step, 1);
    seen[7] = raw(NR_write, ends[1], P("x"), 1, 0);
    return 0;
}

static void
test_files(void)
{
    pipe(ends);
    step = 0;
    thread_start(&second, stays_with_us, NULL);
    thread_start(&thread, own_files, NULL);
    thread_join(&thread);
    thread_join(&second);
    returns(seen[0], 0, "a thread unshares FILES");
    ok(seen[1] == 0 && seen[7] == 1, "what it closes stays open for others");
    int *fds = (int *)&seen[4];
    ok(seen[2] == 0 && fcntl(fds[1], F_GETFD) == -1 && errno == EBADF,
        "what it opens is not open for us");
    is(seen[3], 1, "the open file is the same");
    until_gone(&thread);
    char byte;
    close(ends[1]);
    is(read(ends[0], &byte, 1), 0, "at its end its descriptors are closed");
    close(ends[0]);
}

/* The first thread may leave, too: the others keep what was shared. */
static int
looks(void *arg)
{
    (void)arg;
    until(&step, 1);
    seen[0] = raw(NR_fcntl, ends[0], F_GETFD, 0, 0);
    return 0;
}

static void
test_leader(void)
{
    pipe(ends);
    step = 0;
    thread_start(&thread, looks, NULL);
    is(unshare_flags(CLONE_FILES | CLONE_FS), 0, "so does the first thread");
    close(ends[0]);
    advance(&step);
    thread_join(&thread);
    is(seen[0], 0, "the others keep what it closes");
}

int
main(void)
{
    test_single();
    test_refused();
    test_sharer();
    test_fs();
    test_files();
    test_leader();
    return done();
}
