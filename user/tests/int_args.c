/*
 * int_args.c: an argument that is an int has 32 bits. The upper half of its
 * register is undefined in C, so the kernel must ignore it.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/stat.h>

#define HIGH (0x5aL << 40)

static int
exit_high(void *unused)
{
    (void)unused;
    raw(NR_exit_group, HIGH | 3, 0, 0, 0);
    return 1;
}

static void
test_files(void)
{
    char buf[16];
    struct stat st;
    int fd = raw(NR_open, P("file"), HIGH | O_RDWR | O_CREAT, HIGH | 0640, 0);

    ok(fd >= 3, "open: flags and mode");
    is(raw(NR_write, HIGH | fd, P("text"), 4, 0), 4, "write: a descriptor");
    is(raw(8, HIGH | fd, 1, HIGH | SEEK_SET, 0), 1, "lseek: whence");
    is(raw(NR_read, HIGH | fd, P(buf), 4, 0), 3, "read");
    is(raw(NR_fstat, HIGH | fd, P(&st), 0, 0), 0, "fstat");
    is(st.st_mode & 07777, 0640, "the mode was taken");
    is(raw(NR_fcntl, HIGH | fd, HIGH | F_SETFD, 1, 0), 0, "fcntl");
    is(raw(NR_fcntl, fd, F_GETFD, 0, 0), 1, "did it");
    is(raw(33, HIGH | fd, HIGH | 40, 0, 0), 40, "dup2: both");
    is(raw(NR_close, HIGH | 40, 0, 0, 0), 0, "close");
    is(raw(NR_close, 0xffffffffL, 0, 0, 0), -EBADF, "close of -1 in 32 bits");
    is(raw(NR_openat, 0xffffff9cL, P("file"), 0, 0), fd + 1,
        "AT_FDCWD in 32 bits");
    is(raw(NR_access, P("file"), HIGH | R_OK, 0, 0), 0, "access: a mode");
    is(raw(NR_mkdir, P("dir"), HIGH | 0700, 0, 0), 0, "mkdir: a mode");
    stat("dir", &st);
    is(st.st_mode & 07777, 0700, "was taken");
    is(raw(95, HIGH | 022, 0, 0, 0), 022, "umask");
    rmdir("dir");
    unlink("file");
}

static void
test_attributes(void)
{
    char buf[16];
    struct stat st;
    int fd = open("file", O_RDWR | O_CREAT, 0644);

    is(raw(NR_fchmod, HIGH | fd, HIGH | 0604, 0, 0), 0, "fchmod: both");
    is(raw(NR_fchown, HIGH | fd, HIGH | 5, 0xffffffffL, 0), 0,
        "fchown: an owner, and -1 in 32 bits");
    fstat(fd, &st);
    is(st.st_mode & 07777, 0604, "the mode was taken");
    ok(st.st_uid == 5 && st.st_gid == 0, "and the owner");
    is(raw(NR_pwrite64, HIGH | fd, P("text"), 4, 0), 4, "pwrite64");
    is(raw(NR_pread64, HIGH | fd, P(buf), 4, 0), 4, "pread64");
    is(raw(NR_ftruncate, HIGH | fd, 2, 0, 0), 0, "ftruncate");
    is(raw(NR_fallocate, HIGH | fd, HIGH, 0, 4), 0, "fallocate: a mode");
    is(raw(NR_fsync, HIGH | fd, 0, 0, 0), 0, "fsync");
    is(raw(NR_faccessat2, 0xffffff9cL, P("file"), HIGH | R_OK, HIGH), 0,
        "faccessat2: mode and flags");
    is(raw(NR_utimensat, HIGH | fd, 0, 0, HIGH), 0, "utimensat: flags");
    is(raw(NR_mknod, P("fifo"), HIGH | S_IFIFO | 0600, HIGH, 0), 0,
        "mknod: a mode");
    is(raw(NR_symlink, P("file"), P("link"), 0, 0), 0, "symlink");
    is(raw(NR_readlink, P("link"), P(buf), HIGH | 3, 0), 3,
        "readlink: a size, which is an int there");
    const long arg[6] = { 0xffffff9cL, P("link"), 0xffffff9cL, P("fifo"),
        HIGH | RENAME_NOREPLACE, 0 };
    is(raw_v(NR_renameat2, arg), -EEXIST, "renameat2: flags");
    close(fd);
    unlink("link");
    unlink("fifo");
    unlink("file");
}

static void
test_processes(void)
{
    int status = 0, p[2];
    sigset_t mask;

    is(raw(NR_kill, HIGH | getpid(), HIGH, 0, 0), 0, "kill: both");
    is(raw(NR_getpgid, HIGH, 0, 0, 0), getpgrp(), "getpgid 0");
    is(raw(NR_getsid, HIGH | getpid(), 0, 0, 0), getsid(0), "getsid");
    is(raw(NR_rt_sigprocmask, HIGH | SIG_BLOCK, 0, P(&mask), 8), 0,
        "rt_sigprocmask: how");
    is(raw(NR_clock_gettime, HIGH | 1, P(&mask), 0, 0), 0, "clock_gettime");
    is(raw(NR_pipe2, P(p), HIGH | O_CLOEXEC, 0, 0), 0, "pipe2: flags");
    exited(in_child(exit_high, NULL), 3, "exit_group: a code");
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    is(raw(NR_wait4, HIGH | pid, P(&status), HIGH, 0), pid, "wait4");
    is(raw(NR_wait4, 0xffffffffL, P(&status), 1, 0), -ECHILD,
        "wait4 for -1 in 32 bits");
    const long waits[6] = { HIGH, HIGH | 7, 0, HIGH | WEXITED, 0, 0 };
    is(raw_v(NR_waitid, waits), -ECHILD, "waitid: kind, id and options");
    siginfo_t info = { .si_code = SI_QUEUE };
    is(raw(NR_rt_sigqueueinfo, HIGH | getpid(), HIGH, P(&info), 0), 0,
        "rt_sigqueueinfo: both");
    const long queues[6] = { HIGH | getpid(), HIGH | getpid(), HIGH, P(&info),
        0, 0 };
    is(raw_v(NR_rt_tgsigqueueinfo, queues), 0, "rt_tgsigqueueinfo: all three");
    char name[16];
    is(raw(NR_prctl, HIGH | 16, P(name), 0, 0), 0, "prctl: what to do");
}

int
main(void)
{
    test_files();
    test_attributes();
    test_processes();
    return done();
}
