#pragma once

/* Signal numbers, actions and masks as system calls see them. */

#include "abi/posix.h"

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGSTKFLT 16
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGURG 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGIO 29
#define SIGPWR 30
#define SIGSYS 31
#define SIGNAL_MAX 64 /* signals are 1..64, and from here on real-time: */
#define SIGNAL_REAL_TIME 32

/* A set of signals is 64 bits; signal n is bit n - 1. */
#define SIGNAL_BIT(sig) (1ul << ((sig)-1))

#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int)) - 1)

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001
#define SA_NOCLDWAIT 0x00000002
#define SA_SIGINFO 0x00000004
#define SA_RESTORER 0x04000000
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000
#define SA_KNOWN                                                           \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_RESTORER | SA_ONSTACK   \
     | SA_RESTART | SA_NODEFER | SA_RESETHAND)

/* rt_sigaction's structure; the library's struct sigaction differs. */
struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

/* What is known of a signal. si_signo and si_code say which of the members are
 * set. All are in the first 48 bytes, and the kernel keeps no more. */
#ifndef SIGINFO_SIZE
#define SIGINFO_SIZE 128
#endif

union sigval {
    int sival_int;
    void *sival_ptr;
};

typedef struct siginfo {
    int si_signo;
    int si_errno;
    int si_code;
    int si_pad;
    union {
        struct {
            pid_t si_pid; /* SI_USER, SI_TKILL, SI_QUEUE and SIGCHLD */
            uid_t si_uid;
            union {
                union sigval si_value; /* SI_QUEUE */
                struct { /* SIGCHLD */
                    int si_status;
                    long si_utime; /* in clock ticks */
                    long si_stime;
                };
            };
        };
        struct {
            int si_timerid; /* SI_TIMER, and si_value */
            int si_overrun; /* how often it has expired since, too */
        };
        void *si_addr; /* faults */
        char si_size[SIGINFO_SIZE - 16];
    };
} siginfo_t;

/* Where a signal came from: si_code. */
#define SI_USER 0
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_TKILL (-6)
#define SI_DETHREAD (-7)
#define SI_ASYNCNL (-60)
#define SI_KERNEL 128

#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define SEGV_MAPERR 1 /* no mapping there */
#define SEGV_ACCERR 2 /* a mapping without that right */
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define TRAP_BRKPT 1
#define TRAP_TRACE 2

#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

/* How timer_create(2)'s timer tells that it has expired; 64 bytes. */
typedef struct sigevent {
    union sigval sigev_value;
    int sigev_signo;
    int sigev_notify;
    union {
        pid_t sigev_notify_thread_id;
        char sigev_size[48];
    };
} sigevent_t;

#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD 2 /* for the kernel, as SIGEV_SIGNAL */
#define SIGEV_THREAD_ID 4

/* sigaltstack(2). */
typedef struct {
    void *ss_sp;
    int ss_flags;
    size_t ss_size;
} stack_t;

#define SS_ONSTACK 1
#define SS_DISABLE 2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ 2048
#define SIGSTKSZ 8192
