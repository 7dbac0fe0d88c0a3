/*
 * random_table.h: what random calls are made with.  A call's arguments are a
 * string of letters, one for each, which say what would make sense.
 */
#pragma once

#define SYSCALL(nr, name, count, letters) CALL_##name = nr,
enum {
#include "abi/syscalls.def"
};
#undef SYSCALL

struct call {
    int nr;
    const char *args; /* by the table of system calls, or as below */
};

#define SYSCALL(nr, name, count, letters) { nr, letters },
static const struct call calls[] = {
#include "abi/syscalls.def"
};
#undef SYSCALL

#define CALLS ((int)(sizeof(calls) / sizeof(calls[0])))

/*
 * Better ones, tried as often.  Those of the table are d int, u size, x flags,
 * p pointer, s path. Further ones:
 *   f descriptor   i process or thread  n small number  S signal  c clock
 *   t pointer to a time   v to an iovec   q to a set of signals
 *   w aligned word   m page to be mapped away   l pages   z zero
 *   e epoll  E its event  T timerfd  P terminal  D directory  R file
 *   Q pidfd  k key and id of System V  o timer  r protection  h mapping
 */
static const struct call better[] = {
    { CALL_poll, "wnn" }, { CALL_mmap, "mlrhRl" }, { CALL_mmap, "zlrhdz" },
    { CALL_mprotect, "mlr" }, { CALL_munmap, "ml" }, { CALL_brk, "m" },
    { CALL_rt_sigaction, "Spp8" }, { CALL_rt_sigprocmask, "nqp8" },
    { CALL_ioctl, "PIp" }, { CALL_ioctl, "PIw" }, { CALL_readv, "fvn" },
    { CALL_writev, "fvn" }, { CALL_preadv, "Rvnn" }, { CALL_pwritev, "Rvnn" },
    { CALL_select, "nwwwt" }, { CALL_mremap, "mllhm" }, { CALL_msync, "mln" },
    { CALL_mincore, "mlp" }, { CALL_madvise, "mln" }, { CALL_shmget, "klx" },
    { CALL_shmat, "kmx" }, { CALL_shmat, "kzz" }, { CALL_shmctl, "knp" },
    { CALL_shmdt, "m" }, { CALL_nanosleep, "tp" }, { CALL_getitimer, "np" },
    { CALL_setitimer, "ntp" }, { CALL_clone, "xzwwp" },
    { CALL_clone, "xmwwp" }, { CALL_wait4, "ixxp" }, { CALL_wait4, "ipxp" },
    { CALL_kill, "iS" }, { CALL_semget, "knx" }, { CALL_semop, "kEn" },
    { CALL_semctl, "knnp" }, { CALL_semctl, "knnn" },
    { CALL_semtimedop, "kEnt" }, { CALL_fcntl, "fnn" },
    { CALL_fcntl, "RnE" }, { CALL_fcntl, "fFn" }, { CALL_flock, "Rn" },
    { CALL_ftruncate, "Ru" }, { CALL_fallocate, "Rnuu" },
    { CALL_getdents64, "Dpu" }, { CALL_rt_sigtimedwait, "qpt8" },
    { CALL_rt_sigqueueinfo, "iSp" }, { CALL_rt_sigsuspend, "q8" },
    { CALL_rt_sigpending, "p8" }, { CALL_getpriority, "ni" },
    { CALL_sched_setscheduler, "inw" }, { CALL_sched_setparam, "iw" },
    { CALL_sched_setattr, "iwz" }, { CALL_sched_getattr, "ipuz" },
    { CALL_mlock, "ml" }, { CALL_mlock2, "mln" }, { CALL_munlock, "ml" },
    { CALL_prctl, "nnnnn" }, { CALL_prctl, "npzzz" },
    { CALL_arch_prctl, "Ap" }, { CALL_setrlimit, "nt" },
    { CALL_tkill, "iS" }, { CALL_tgkill, "iiS" },
    { CALL_futex, "wFntww" }, { CALL_futex, "wnntwn" },
    { CALL_futex, "wnnnwn" }, { CALL_sched_setaffinity, "i8w" },
    { CALL_sched_getaffinity, "iup" }, { CALL_timer_create, "cEw" },
    { CALL_timer_create, "czw" }, { CALL_timer_settime, "ontp" },
    { CALL_timer_gettime, "op" }, { CALL_timer_delete, "o" },
    { CALL_timer_getoverrun, "o" }, { CALL_clock_gettime, "cp" },
    { CALL_clock_getres, "cp" }, { CALL_clock_nanosleep, "cntp" },
    { CALL_epoll_ctl, "enfE" }, { CALL_epoll_wait, "epnn" },
    { CALL_epoll_pwait, "epnnq8" }, { CALL_epoll_pwait2, "epntq8" },
    { CALL_waitid, "nipxp" }, { CALL_waitid, "3Qpxp" },
    { CALL_openat, "Dsxx" }, { CALL_openat, "Dsnn" }, { CALL_open, "sFn" },
    { CALL_pselect6, "nwwwtz" }, { CALL_ppoll, "wntq8" },
    { CALL_set_robust_list, "wu" }, { CALL_set_robust_list, "p\030" },
    { CALL_get_robust_list, "ipp" }, { CALL_signalfd4, "fq8x" },
    { CALL_signalfd, "fq8" }, { CALL_timerfd_create, "cx" },
    { CALL_timerfd_settime, "Tntp" }, { CALL_timerfd_gettime, "Tp" },
    { CALL_rt_tgsigqueueinfo, "iiSp" }, { CALL_prlimit64, "intp" },
    { CALL_membarrier, "xzz" }, { CALL_pidfd_send_signal, "QSzz" },
    { CALL_pidfd_open, "ix" }, { CALL_clone3, "wu" }, { CALL_clone3, "p@" },
    { CALL_mshare, "ml" }, { CALL_spawn, "wu" }, { CALL_spawn, "p0" },
    { CALL_setpgid, "ii" }, { CALL_dup3, "ffx" }, { CALL_dup2, "fn" },
    { CALL_utimensat, "Dstx" }, { CALL_execve, "szz" },
    { CALL_execveat, "Dszzx" }, { CALL_renameat2, "DsDsn" },
};

#define BETTER ((int)(sizeof(better) / sizeof(better[0])))
