/*
 * The choice of who is killed when memory ends.  The essential fact: all other
 * CPUs are parked while we look, so nothing changes, and a crowd that runs out
 * of memory at once kills one process, not many.
 */
#include "abi/errno.h"
#include "abi/sched.h"

#include "core/config.h"
#include "core/optional.h"
#include "core/printk.h"

#include "arch/clock.h"
#include "arch/smp.h"
#include "arch/trap.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/kept.h"

#include "proc/cred.h"
#include "proc/oom.h"
#include "proc/process.h"
#include "proc/shares.h"
#include "proc/signal.h"

#define STACK_FRAMES   3 /* of a thread: kernel stack, a part of tables */
#define ROOM_PART      16 /* so much of memory must come back, or one hog's */
#define STEP_NS        5000000UL   /* between looks at a victim that ends */
#define PATIENCE_NS    1000000000UL /* then another is chosen */
#define ENOUGH         32 /* free frames with which to try again, once: */
#define AGAIN_NS       50000000UL /* who lacks more so soon needs more */

OPTIONAL(share_set)

u64 (*oom_files_hold)(struct files *files);

static struct {
    pid_t pid;
    u64 since;
} victim; /* the last one; changed while all others are parked */

static u32 choices; /* how many have been made; changed likewise */

static bool
is_trusted(const struct process *process)
{
    return process->has_place && process->cred != NULL
           && process->cred->uid == 0;
}

static bool
is_ending(const struct process *process)
{
    return process->ending
           || (process->pending.set & SIGNAL_BIT(SIGKILL)) != 0;
}

static int
keeps(void)
{
    const struct process *process = current->process;

    current->lacks = true;
    if (init_process == NULL || is_trusted(process) || is_ending(process)) {
        return 0;
    }
    return cred_place(process->cred) == 0 ? FRAMES_KEPT / 2 : FRAMES_KEPT;
}

/* Whether the process can end soon.  Not if it waits for a mutex, and we hold
 * one: it may be that, unless we are to end ourselves.  (If we hold none, who
 * does goes on before long: a hog could hide behind two threads that contend.)
 * Not an embryo: it cannot run before its parent, maybe us, goes on. */
static bool
can_make_room(struct process *process)
{
    bool can = process != init_process && !proc_is_zombie(process)
               && !is_ending(process);
    bool holds = current->mutex_rank != 0 && process != current->process;

    for_each_thread(thread, process) {
        can &= thread->state != THREAD_EMBRYO
               && !(holds && thread->state == THREAD_SLEEPING
                    && thread->wait_mode == WAIT_UNINTERRUPTIBLE);
    }
    return can;
}

/* The memory of its threads.  => NULL: it has left that already */
static struct as *
space_of(const struct process *process)
{
    for_each_thread(thread, process) {
        if (thread->as != NULL) {
            return thread->as;
        }
    }
    return NULL;
}

/* Its threads share the memory, but each may have its own descriptors.
 * => also *part: of memory that other processes share, only its part */
static u64
weight_of(struct process *process, u64 *shared, u64 *part)
{
    struct as *as = space_of(process);
    const struct files *files = NULL;
    u64 weight = 0, threads = 0;

    if (as != NULL && as->weighed != choices) { /* not again for a sharer */
        as->weighed = choices;
        as->weight = (u32)kept_weigh(as, shared);
    }
    u64 memory = as != NULL ? as->weight : 0;
    for_each_thread(thread, process) {
        weight += STACK_FRAMES;
        threads++;
        if (thread->files != NULL && thread->files != files
            && oom_files_hold != NULL) {
            files = thread->files;
            weight += oom_files_hold(thread->files);
        }
    }
    *part = weight;
    if (memory != 0) {
        *part += memory * threads / MAX((u64)as->refs, threads);
    }
    return weight + memory;
}

/* What all of a user's processes hold counts together, so that nobody hides in
 * a crowd; but each of root's alone.  => its user's place in `users` */
static u64 *
account_of(const struct process *process)
{
    static u64 users[USER_PLACES];
    u32 place = cred_place(process->cred);

    return place != 0 ? &users[place] : NULL;
}

static u64
total_of(const struct process *process)
{
    const u64 *account = account_of(process);

    return account != NULL ? *account : process->weight;
}

/* Who holds most, of the user who does; of those that hold the same, the
 * youngest.  What is trusted, only if there is nobody else. */
static struct process *
choose(void)
{
    struct process *chosen = NULL;
    /* All stand still meanwhile: so we look at each table about twice at most,
     * however many share it. */
    u64 shared = frame_count(FRAME_TABLE);

    choices++;
    for_each_process(process) {
        if (account_of(process) != NULL) {
            *account_of(process) = 0;
        }
    }
    for_each_process(process) {
        u64 part = 0;
        process->weight = can_make_room(process)
                              ? weight_of(process, &shared, &part) : 0;
        if (account_of(process) != NULL) {
            *account_of(process) += part;
        }
    }
    for_each_process(process) {
        bool more = chosen == NULL || is_trusted(chosen) > is_trusted(process);
        if (!more && is_trusted(chosen) == is_trusted(process)) {
            more = total_of(process) > total_of(chosen)
                   || (total_of(process) == total_of(chosen)
                       && process->weight >= chosen->weight);
        }
        if (process->weight != 0 && more) {
            chosen = process;
        }
    }
    return chosen;
}

/* Whether memory is there, or a victim has still to give it back.
 * => family_lock held */
static bool
is_awaited(void)
{
    struct process *process = victim.pid != 0 ? proc_find(victim.pid) : NULL;

    return (frame_count(FRAME_FREE) > ENOUGH
            && clock_ns() > current->retried + AGAIN_NS)
           || (process != NULL && process != current->process
               && !proc_is_zombie(process) && is_ending(process)
               && clock_ns() < victim.since + PATIENCE_NS);
}

/* It dies, and before anything else runs: a turn among a thousand threads would
 * come too late. */
static void
end_soon(struct process *process)
{
    victim.pid = process->pid;
    victim.since = clock_ns();
    process->weight = 0;
    signal_send(process, SIGKILL);
    spin_lock(&process->lock);
    for_each_thread(thread, process) {
        struct share share = thread->share;
        share.policy = SCHED_FIFO;
        share.priority = PRIORITY_LAST;
        share_set(thread, share);
    }
    spin_unlock(&process->lock);
}

/* Who shares its memory ends, too, as on Linux: else none comes back.
 * => how many */
static int
end_sharers(const struct process *ended)
{
    const struct as *as = space_of(ended);
    int count = 0;

    if (as == NULL || as->refs == 1) {
        return 0;
    }
    for_each_process(process) {
        if (process != ended && process != init_process
            && space_of(process) == as && process != current->process
            && !is_ending(process)) {
            end_soon(process);
            count++;
        }
    }
    return count;
}

/* A crowd in which each holds little would be back before the first is gone: so
 * as many of the user's who hold as much, about, end as have a part of memory
 * that can be felt: the youngest. */
static void
end_crowd(struct process *chosen)
{
    u32 uid = chosen->cred->uid;
    u64 weight = chosen->weight, sum = weight;
    struct list *at = all_processes.prev;

    end_soon(chosen);
    int others = end_sharers(chosen);
    for (; at != &all_processes && uid != 0
           && sum < frames_count / ROOM_PART; at = at->prev) {
        struct process *like = list_entry(at, struct process, all_link);
        if (like->weight >= weight / 2 + 1 && like != current->process
            && like->cred->uid == uid) {
            sum += like->weight;
            end_soon(like);
            others += 1 + end_sharers(like);
        }
    }
    warn("out of memory: killed process %d (%s), which holds %lu pages: "
         "process %d (%s) lacks one\n", chosen->pid, chosen->comm, weight,
         current->process->pid, current->process->comm);
    if (others > 0) {
        warn("out of memory: and %d others of user %u: %lu pages\n", others,
             uid, sum);
    }
}

/* Kill who holds most, unless that is the current process.
 * => whether memory will come; *said: a victim of ours */
static bool
kill_heaviest(pid_t *said)
{
    spin_lock(&family_lock);
    bool comes = is_awaited(); /* mostly: so a thousand do not park all CPUs */
    spin_unlock(&family_lock);
    if (comes) {
        return true;
    }
    park_others();
    spin_lock(&family_lock);
    comes = is_awaited();
    struct process *chosen = comes || is_ending(current->process) ? NULL
                                                                  : choose();
    if (chosen != NULL && chosen != current->process) {
        end_crowd(chosen);
        *said = victim.pid;
        comes = true;
    } else if (chosen != NULL) { /* it will end itself: others wait for that */
        victim.pid = chosen->pid;
        victim.since = clock_ns();
    }
    spin_unlock(&family_lock);
    park_release();
    (void)cond_resched();
    return comes;
}

static bool
victim_ends(pid_t pid)
{
    spin_lock(&family_lock);
    struct process *process = proc_find(pid);
    bool ends = process != NULL && !proc_is_zombie(process)
                && is_ending(process)
                && clock_ns() < victim.since + PATIENCE_NS;
    spin_unlock(&family_lock);
    return ends;
}

bool
oom_make_room(void)
{
    u64 before = frame_count(FRAME_FREE);
    pid_t said = 0;

    if (is_ending(current->process) || !kill_heaviest(&said)) {
        return false;
    }
    do {
        (void)sleep_until(clock_ns() + STEP_NS);
        kept_fill();
    } while (victim_ends(said != 0 ? said : victim.pid)
             && !is_ending(current->process));
    if (said != 0) {
        u64 after = frame_count(FRAME_FREE);
        warn("out of memory: %lu pages came back\n",
             after - MIN(before, after));
    }
    current->retried = clock_ns();
    return !is_ending(current->process);
}

void
oom_settle_call(struct trapframe *frame)
{
    bool lacks = current->lacks; /* not: who ran here before */

    current->lacks = false;
    if (lacks && frame->vector == VECTOR_SYSCALL && (long)frame->rax == -ENOMEM
        && oom_make_room()) {
        frame->rax = frame->error; /* the call's number */
        frame->rip -= SYSCALL_LENGTH;
        frame->vector = VECTOR_CHANGED;
    }
}

void
oom_init(void)
{
    kept_for_others = keeps;
    kept_fill();
}
