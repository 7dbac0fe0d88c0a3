/*
 * Signals, what only optional files use: the queues, sending to one thread, and
 * waiting for a signal.
 *
 * SG-1  Each entry's bit is in the set; a standard signal has at most one
 *       entry, besides those of timers; process->entries counts all, also those
 *       in `spare`, and one for each timer that timer_create(2) has made.
 */
#pragma once

#include "proc/signal.h"

/* What is known of a pending signal. */
struct sigqueue {
    struct list link;
    bool of_timer;         /* a part of one (itimer.h), which lends it */
    struct sigpending *at; /* where it is pending, or was last */
    siginfo_t info;
};

/* Entries for standard signals, besides SIGQUEUE_MAX. */
#define SIGQUEUE_MORE 64

/* Whether RLIMIT_SIGPENDING allows no more.  => process->lock held */
bool sigqueue_is_full(const struct process *process);

/* tgkill(2), and with pid 0 tkill(2): to one thread.  => as signal_kill */
int signal_kill_thread(pid_t pid, pid_t tid, const siginfo_t *info);

/* Sleep until a signal is to be acted on.  => -ERESTARTNOHAND */
int signal_wait(void);

/* Take a signal of the set that is pending, or comes before the deadline.
 * => its number; -EAGAIN: none came; -EINTR: another has to be acted on */
int signal_take(sigset_t set, u64 deadline, siginfo_t *info);
