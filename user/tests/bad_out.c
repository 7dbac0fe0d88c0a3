/*
 * bad_out.c: calls that write to the caller's memory get addresses that they
 * cannot write.
 */
#include "badptr.h"

#include <fcntl.h>
#include <sys/stat.h>

#define F (-EFAULT)

/* 5 is a file of 4096 bytes, 6 a directory, 7 /dev/zero, 8 a pipe's end. */
static const struct bad_call calls[] = {
    { "read a file", NR_read, { 5, 0, 64 }, 1, F, F, 4 },
    { "pread64", NR_pread64, { 5, 0, 64, 8 }, 1, F, F, 4 },
    { "read a device", NR_read, { 7, 0, 64 }, 1, F, F, 4 },
    { "read a pipe", NR_read, { 8, 0, 64 }, 1, F, F, F },
    { "stat", NR_stat, { P("/"), 0 }, 1, F, F, F },
    { "lstat", NR_lstat, { P("/"), 0 }, 1, F, F, F },
    { "fstat", NR_fstat, { 5, 0 }, 1, F, F, F },
    { "newfstatat", NR_newfstatat, { 6, P("file"), 0, 0 }, 2, F, F, F },
    { "statx", NR_statx, { 6, P("file"), 0, 0x7ff, 0 }, 4, F, F, F },
    { "statfs", NR_statfs, { P("/"), 0 }, 1, F, F, F },
    { "fstatfs", NR_fstatfs, { 5, 0 }, 1, F, F, F },
    { "readlink", NR_readlink, { P("link"), 0, 64 }, 1, F, F, F },
    { "readlinkat", NR_readlinkat, { 6, P("link"), 0, 64 }, 2, F, F, F },
    { "pipe", NR_pipe, { 0 }, 0, F, F, F },
    { "pipe2", NR_pipe2, { 0, 0 }, 0, F, F, F },
    { "getcwd", NR_getcwd, { 0, 4000 }, 0, F, F, F },
    { "uname", NR_uname, { 0 }, 0, F, F, F },
    { "gettimeofday", NR_gettimeofday, { 0, 0 }, 0, 0, F, F },
    { "its zone", NR_gettimeofday, { 0, 0 }, 1, 0, F, F },
    { "clock_gettime", NR_clock_gettime, { 1, 0 }, 1, F, F, F },
    { "getdents64", NR_getdents64, { 6, 0, 4000 }, 1, F, F, F },
    { "the old mask", NR_rt_sigprocmask, { 0, 0, 0, 8 }, 2, 0, F, F },
    { "the old action", NR_rt_sigaction, { 15, 0, 0, 8 }, 2, 0, F, F },
    { "prlimit64", NR_prlimit64, { 0, 3, 0, 0 }, 3, 0, F, F },
    { "rt_sigpending", NR_rt_sigpending, { 0, 8 }, 0, F, F, F },
    { "sigaltstack", NR_sigaltstack, { 0, 0 }, 1, 0, F, F },
    { "the signal at a parent's end", NR_prctl, { 2, 0 }, 1, F, F, 0 },
    { "whether it is a subreaper", NR_prctl, { 37, 0 }, 1, F, F, 0 },
    { "a thread's name", NR_prctl, { 16, 0 }, 1, F, F, F },
    { "siginfo for no child", NR_waitid, { 0, 0, 0, 5 }, 2, -ECHILD, F, F },
};

/* Each wait takes a child, even if the status cannot be stored. */
static long
wait_into(int which, long pointer)
{
    long arg[6] = { -1, 0, 0, 0, 0, 0 };
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    arg[which] = pointer;
    long r = raw_v(NR_wait4, arg);
    return r == pid ? 0 : r;
}

static void
test_wait(void)
{
    is(wait_into(1, 0), 0, "wait4 without a status");
    is(wait_into(1, 1), F, "status to address 1: EFAULT");
    is(wait_into(1, P(bad_read_only)), F, "to a read-only page: EFAULT");
    is(wait_into(1, P(bad_edge)), F, "to PROT_NONE: EFAULT");
    is(wait_into(1, P(bad_edge - 4)), 0, "just before it: taken");
    is(wait_into(1, P(bad_edge - 2)), F, "half in it: EFAULT");
    is(wait_into(1, 0xffff800000000000L), F, "to the kernel: EFAULT");
    is(wait_into(3, P(bad_edge - 8)), F, "rusage half in it: EFAULT");
    is(wait_into(3, 1L << 63), F, "to no address: EFAULT");
    fails(wait(NULL), ECHILD, "each of them took its child");
}

int
main(void)
{
    int p[2], file, next;
    char buf[8192];

    bad_init();
    mkdir("longer", 0755);
    chdir("longer");
    file = open("file", O_RDWR | O_CREAT, 0644);
    symlink("../longer/file", "link");
    memset(buf, 'f', sizeof(buf));
    write(file, buf, 4096);
    dup2(file, 5);
    dup2(open(".", O_RDONLY), 6);
    dup2(open("/dev/zero", O_RDONLY), 7);
    pipe(p);
    write(p[1], buf, 1000);
    dup2(p[0], 8);
    next = dup(0);
    close(next);
    for (int i = 0; i < COUNT(calls); i++) {
        lseek(5, 0, SEEK_SET);
        lseek(6, 0, SEEK_SET);
        bad_test(&calls[i]);
    }
    test_wait();
    is(dup(0), next, "no pipe that failed left a descriptor");
    is(read(8, buf, sizeof(buf)), 1000, "nothing left the pipe");
    is(lseek(5, 0, SEEK_CUR), 0, "the file's offset did not move");
    is(raw(NR_read, 5, P(bad_read_only), 0, 0), 0, "a read of nothing");
    is(raw(NR_clock_gettime, 1, 0x7fffffffeff8, 0, 0), F,
        "half behind the end of all addresses");
    unlink("file");
    unlink("link");
    chdir("..");
    rmdir("longer");
    return done();
}
