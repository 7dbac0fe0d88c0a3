#pragma once

/* Policies; SCHED_OTHER and SCHED_BATCH share the CPU by nice values. */

#define SCHED_OTHER 0
#define SCHED_FIFO 1
#define SCHED_RR 2
#define SCHED_BATCH 3
#define SCHED_IDLE 5
#define SCHED_DEADLINE 6
#define SCHED_RESET_ON_FORK 0x40000000

struct sched_param {
    int sched_priority;
};

/* sched_setattr's, with its sizes so far, and its flags. */
struct sched_attr {
    unsigned size, sched_policy;
    unsigned long sched_flags;
    int sched_nice;
    unsigned sched_priority;
    unsigned long sched_runtime, sched_deadline, sched_period;
    unsigned sched_util_min, sched_util_max;
};
#define SCHED_ATTR_SIZE_VER0 48
#define SCHED_ATTR_SIZE_VER1 56

#define SCHED_FLAG_RESET_ON_FORK 0x01
#define SCHED_FLAG_KEEP_POLICY 0x08
#define SCHED_FLAG_KEEP_PARAMS 0x10
#define SCHED_FLAG_UTIL_CLAMP 0x60
#define SCHED_FLAG_ALL 0x7f

/* clone's flags; the low byte is the signal the parent gets at the end. */

#define CSIGNAL 0x000000ff
#define CLONE_VM 0x00000100
#define CLONE_FS 0x00000200
#define CLONE_FILES 0x00000400
#define CLONE_SIGHAND 0x00000800
#define CLONE_PIDFD 0x00001000
#define CLONE_PTRACE 0x00002000
#define CLONE_VFORK 0x00004000
#define CLONE_PARENT 0x00008000
#define CLONE_THREAD 0x00010000
#define CLONE_NEWNS 0x00020000
#define CLONE_SYSVSEM 0x00040000
#define CLONE_SETTLS 0x00080000
#define CLONE_PARENT_SETTID 0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_DETACHED 0x00400000
#define CLONE_UNTRACED 0x00800000
#define CLONE_CHILD_SETTID 0x01000000
#define CLONE_IO 0x80000000
#define CLONE_CLEAR_SIGHAND 0x100000000UL /* clone3 only */

/* clone3's arguments. */
struct clone3_args {
    unsigned long flags, pidfd, child_tid, parent_tid, exit_signal;
    unsigned long stack, stack_size, tls;
    unsigned long set_tid, set_tid_size, cgroup;
};
#define CLONE_ARGS_SIZE_VER0 64
