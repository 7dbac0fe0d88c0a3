/*
 * The terminal and its session: whose controlling terminal it is, and which
 * process group is in the foreground.
 *
 * Essential fact: there is one terminal, so "my controlling terminal" is only
 * the question whether the terminal's session is mine.
 */
#include "abi/errno.h"
#include "abi/signal.h"

#include "mm/usercopy.h"

#include "proc/process.h"
#include "proc/signal.h"

#include "fs/tty.h"

/* Whether it is the controlling terminal of the current process.
 * => lock held */
static bool
controls_us(const struct tty *tty)
{
    return tty->session != 0 && tty->session == current->sid;
}

/* Whether a session has still its leader; a session without one has lost its
 * terminal. */
static bool
session_lives(pid_t session)
{
    spin_lock(&family_lock);
    struct process *leader = proc_find(session);
    bool lives = leader != NULL && leader->state != PROC_ZOMBIE
                 && leader->sid == session;
    spin_unlock(&family_lock);
    return lives;
}

static long
take_terminal(struct tty *tty, u64 steal)
{
    u64 flags = spin_lock_irq(&tty->lock);
    pid_t owner = tty->session;
    spin_unlock_irq(&tty->lock, flags);

    if (current->pid != current->sid) {
        return -EPERM;
    }
    if (owner == current->sid) {
        return 0;
    }
    if (owner != 0 && steal != 1 && session_lives(owner)) {
        return -EPERM;
    }
    flags = spin_lock_irq(&tty->lock);
    tty->session = current->sid;
    tty->foreground = current->pgid;
    spin_unlock_irq(&tty->lock, flags);
    return 0;
}

/* Only a leader can give the terminal up, for its whole session. */
static long
leave_terminal(struct tty *tty)
{
    pid_t foreground = 0;

    u64 flags = spin_lock_irq(&tty->lock);
    bool ours = controls_us(tty);
    if (ours && current->pid == current->sid) {
        foreground = tty->foreground;
        tty->session = tty->foreground = 0;
    }
    spin_unlock_irq(&tty->lock, flags);
    if (foreground > 0) {
        signal_send_group(foreground, SIGHUP);
        signal_send_group(foreground, SIGCONT);
    }
    return ours ? 0 : -ENOTTY;
}

static long
get_id(struct tty *tty, u32 request, vaddr_t arg)
{
    u64 flags = spin_lock_irq(&tty->lock);
    pid_t id = request == TIOCGPGRP ? tty->foreground : tty->session;
    bool ours = controls_us(tty);
    spin_unlock_irq(&tty->lock, flags);
    return ours ? copy_to_user(arg, &id, sizeof(id)) : -ENOTTY;
}

/* The session of a group, or else of a process with that id.
 * => -ESRCH if there is neither */
static pid_t
session_of_group(pid_t group)
{
    pid_t session = -ESRCH;

    spin_lock(&family_lock);
    struct process *process = proc_find(group);
    if (process != NULL) {
        session = process->sid;
    }
    list_for_each(link, &all_processes) {
        process = list_entry(link, struct process, all_link);
        if (process->pgid == group) {
            session = process->sid;
            break;
        }
    }
    spin_unlock(&family_lock);
    return session;
}

static long
set_foreground(struct tty *tty, vaddr_t arg)
{
    pid_t group;

    if (copy_from_user(&group, arg, sizeof(group)) != 0) {
        return -EFAULT;
    }
    if (group < 0) {
        return -EINVAL;
    }
    pid_t session = session_of_group(group);
    u64 flags = spin_lock_irq(&tty->lock);
    long result = 0;
    if (!controls_us(tty)) {
        result = -ENOTTY;
    } else if (session < 0) {
        result = session;
    } else if (session != current->sid) {
        result = -EPERM;
    } else {
        tty->foreground = group;
    }
    spin_unlock_irq(&tty->lock, flags);
    return result;
}

long
tty_job_ioctl(struct tty *tty, u32 request, vaddr_t arg)
{
    switch (request) {
    case TIOCSCTTY:
        return take_terminal(tty, arg);
    case TIOCNOTTY:
        return leave_terminal(tty);
    case TIOCGPGRP:
    case TIOCGSID:
        return get_id(tty, request, arg);
    case TIOCSPGRP:
        return set_foreground(tty, arg);
    default:
        return -ENOTTY;
    }
}
