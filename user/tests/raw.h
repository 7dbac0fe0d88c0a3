/*
 * raw.h: system calls without the C library between, for tests of the calls
 * themselves: the result is the kernel's own (-errno on failure), and a bad
 * pointer reaches the kernel as it is.
 */
#pragma once

enum {
    NR_read = 0, NR_write = 1, NR_open = 2, NR_close = 3, NR_stat = 4,
    NR_fstat = 5, NR_lstat = 6, NR_lseek = 8, NR_mmap = 9, NR_mprotect = 10,
    NR_munmap = 11, NR_brk = 12, NR_rt_sigaction = 13, NR_rt_sigprocmask = 14,
    NR_rt_sigreturn = 15, NR_ioctl = 16, NR_pread64 = 17, NR_pwrite64 = 18,
    NR_readv = 19, NR_writev = 20, NR_access = 21, NR_pipe = 22,
    NR_sched_yield = 24, NR_dup2 = 33, NR_pause = 34, NR_nanosleep = 35,
    NR_getitimer = 36, NR_alarm = 37, NR_setitimer = 38,
    NR_getpid = 39, NR_fork = 57, NR_vfork = 58, NR_execve = 59, NR_exit = 60,
    NR_wait4 = 61, NR_kill = 62, NR_uname = 63, NR_fcntl = 72, NR_fsync = 74,
    NR_fdatasync = 75, NR_truncate = 76, NR_ftruncate = 77, NR_getcwd = 79,
    NR_chdir = 80, NR_rename = 82, NR_mkdir = 83, NR_rmdir = 84, NR_creat = 85,
    NR_link = 86, NR_unlink = 87, NR_symlink = 88, NR_readlink = 89,
    NR_chmod = 90, NR_fchmod = 91, NR_chown = 92, NR_fchown = 93,
    NR_lchown = 94, NR_gettimeofday = 96, NR_getrusage = 98, NR_times = 100,
    NR_setpgid = 109, NR_getppid = 110,
    NR_setsid = 112, NR_getpgid = 121, NR_getsid = 124, NR_rt_sigpending = 127,
    NR_rt_sigtimedwait = 128, NR_rt_sigqueueinfo = 129, NR_rt_sigsuspend = 130,
    NR_sigaltstack = 131, NR_mknod = 133, NR_statfs = 137, NR_fstatfs = 138,
    NR_getpriority = 140, NR_setpriority = 141, NR_sched_setparam = 142,
    NR_sched_getparam = 143, NR_sched_setscheduler = 144,
    NR_sched_getscheduler = 145, NR_sched_get_priority_max = 146,
    NR_sched_get_priority_min = 147, NR_sched_rr_get_interval = 148,
    NR_prctl = 157, NR_arch_prctl = 158, NR_sync = 162, NR_gettid = 186,
    NR_tkill = 200, NR_time = 201, NR_getdents64 = 217,
    NR_set_tid_address = 218, NR_timer_create = 222,
    NR_timer_settime = 223, NR_timer_gettime = 224, NR_timer_getoverrun = 225,
    NR_timer_delete = 226, NR_clock_settime = 227, NR_clock_gettime = 228,
    NR_clock_getres = 229, NR_clock_nanosleep = 230, NR_exit_group = 231,
    NR_tgkill = 234, NR_waitid = 247, NR_openat = 257, NR_mkdirat = 258,
    NR_mknodat = 259, NR_fchownat = 260, NR_newfstatat = 262, NR_unlinkat = 263,
    NR_renameat = 264, NR_linkat = 265, NR_symlinkat = 266, NR_readlinkat = 267,
    NR_fchmodat = 268, NR_faccessat = 269, NR_utimensat = 280,
    NR_fallocate = 285, NR_dup3 = 292, NR_pipe2 = 293, NR_preadv = 295,
    NR_pwritev = 296, NR_rt_tgsigqueueinfo = 297, NR_prlimit64 = 302,
    NR_syncfs = 306, NR_renameat2 = 316, NR_statx = 332, NR_faccessat2 = 439,
};

/* A system call with its six arguments in an array. */
static inline long
raw_v(long nr, const long arg[6])
{
    long result;
    register long r10 __asm__("r10") = arg[3];
    register long r8 __asm__("r8") = arg[4];
    register long r9 __asm__("r9") = arg[5];
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(arg[0]), "S"(arg[1]), "d"(arg[2]),
                       "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* A system call of up to four arguments. */
static inline long
raw(long nr, long a, long b, long c, long d)
{
    const long arg[6] = { a, b, c, d, 0, 0 };
    return raw_v(nr, arg);
}

/* The same, for a pointer that is an argument. */
#define P(pointer) ((long)(pointer))
