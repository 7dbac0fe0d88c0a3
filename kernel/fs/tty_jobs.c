/*
 * Whose terminal it is: sessions, the group in the foreground, and what happens
 * when the session's leader or the terminal's other end is gone.
 *
 * Essential fact: a terminal belongs to a session, but a process has it only if
 * it has it from its parent, or took it itself.  So a session counts how often
 * it has taken a terminal (`turn`), and a process remembers the turn of its own
 * one.  Then one step takes the terminal from all of them.
 *
 * family_lock guards all this.  The foreground group is also under the
 * terminal's lock, for a typed ^C.
 */
#include "abi/errno.h"
#include "abi/signal.h"

#include "core/panic.h"

#include "mm/usercopy.h"

#include "proc/cred.h"
#include "proc/jobs.h"
#include "proc/pid.h"
#include "proc/signal.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/tty.h"


/* The process's terminal, or NULL.  => family_lock held */
static struct tty *
terminal_of(const struct process *process)
{
    const struct session *session = process->group->session;

    assert(spin_held(&family_lock));
    return process->turn == session->turn ? session->terminal : NULL;
}

static struct tty *
our_terminal(void)
{
    return terminal_of(current->process);
}

long
tty_ask(struct tty *tty, int signal)
{
    spin_lock(&family_lock);
    bool background = our_terminal() == tty && tty->foreground != 0
                      && tty->foreground != current->process->group->pgid;
    long error = background ? job_refuse(signal) : 0;
    spin_unlock(&family_lock);
    return error;
}

/* pgid 0: none.  => family_lock held; the pid is in use */
static void
put_in_foreground(struct tty *tty, pid_t pgid)
{
    pid_t before = tty->foreground;

    if (pgid != 0) {
        pid_get(pgid);
    }
    spin_lock(&tty->lock);
    tty->foreground = pgid;
    spin_unlock(&tty->lock);
    if (before != 0) {
        pid_put(before);
    }
}

/* The terminal's session, if any, has it no more.  => family_lock held */
static void
take_away(struct tty *tty)
{
    if (tty->session != NULL) {
        tty->session->terminal = NULL;
        tty->session = NULL;
        put_in_foreground(tty, 0);
    }
}

bool
tty_is_hung(const struct tty *tty, const struct file *file)
{
    return file->inode->rdev != CONSOLE_NUMBER
           && file->offset != __atomic_load_n(&tty->hang_ups, __ATOMIC_ACQUIRE);
}

/* All files that are open now are dead.  /dev/console's are not, as on Linux:
 * whoever uses it next has them from init.  => family_lock held */
static void
kill_files(struct tty *tty)
{
    spin_lock(&tty->lock);
    tty->hang_ups++;
    tty_forget(tty);
    tty_wake(tty);
    spin_unlock(&tty->lock);
}

/* The session's leader has ended.  As on Linux, only files of a terminal that
 * is no pseudo-terminal are dead then.  => family_lock held */
static void
leader_ended(struct tty *tty)
{
    group_send(tty->foreground, SIGHUP);
    take_away(tty);
    if (tty->driver->close == NULL) {
        kill_files(tty);
    }
}

void
tty_hang_up(struct tty *tty)
{
    spin_lock(&family_lock);
    tty->dead = true;
    kill_files(tty);
    struct session *session = tty->session;
    if (session != NULL) {
        struct process *leader = proc_find(session->sid);
        signal_send(leader, SIGHUP);
        signal_send(leader, SIGCONT);
        session_forget_left(session);
        session->left = tty->foreground;
        pid_get(session->left);
        take_away(tty);
    }
    spin_unlock(&family_lock);
}

/* Make it the terminal of the process's session.  => family_lock held */
static void
give(struct tty *tty, struct process *process)
{
    struct session *session = process->group->session;

    session_forget_left(session);
    session->terminal = tty;
    session->leader_ended = leader_ended;
    process->turn = ++session->turn;
    tty->session = session;
    put_in_foreground(tty, process->group->pgid);
}

static bool
leads(const struct session *session)
{
    return current->process->pid == session->sid;
}

/* TIOCSCTTY: with how 1, root may take the terminal of another session. */
static long
take_terminal(struct tty *tty, vaddr_t how)
{
    long result = 0;

    spin_lock(&family_lock);
    struct session *session = current->process->group->session;
    if (!leads(session)
        || (tty->session != session
            && (our_terminal() != NULL
                || (tty->session != NULL
                    && (how != 1 || !cred_may(RIGHT_TERMINAL)))))) {
        result = -EPERM;
    } else if (tty->session != session) {
        take_away(tty);
        give(tty, current->process);
    }
    spin_unlock(&family_lock);
    return result;
}

/* TIOCNOTTY: if a session's leader gives it up, the whole session does. */
static long
give_up(struct tty *tty)
{
    spin_lock(&family_lock);
    bool ours = our_terminal() == tty;
    if (ours && leads(tty->session)) {
        group_send(tty->foreground, SIGHUP);
        group_send(tty->foreground, SIGCONT);
        take_away(tty);
    } else if (ours) {
        current->process->turn = 0;
    }
    spin_unlock(&family_lock);
    return ours ? 0 : -ENOTTY;
}

/* TIOCGPGRP, TIOCGSID. */
static long
get_number(struct tty *tty, vaddr_t arg, bool session, bool master)
{
    spin_lock(&family_lock);
    bool may = master || our_terminal() == tty;
    pid_t number = !session               ? tty->foreground
                   : tty->session != NULL ? tty->session->sid
                                          : -1;
    spin_unlock(&family_lock);
    return may && number >= 0 ? copy_to_user(arg, &number, sizeof(number))
                              : -ENOTTY;
}

/* TIOCSPGRP: a group, or the process that will lead one. */
static long
set_foreground(struct tty *tty, vaddr_t arg)
{
    pid_t pgid;
    long error = tty_ask(tty, SIGTTOU);

    if (error != 0) {
        return error == -EIO ? -ENOTTY : error;
    }
    if (copy_from_user(&pgid, arg, sizeof(pgid)) != 0) {
        return -EFAULT;
    }
    if (pgid < 0) {
        return -EINVAL;
    }
    spin_lock(&family_lock); /* the group must not end before it is set */
    const struct pgrp *group = group_find(pgid);
    const struct process *process = proc_find(pgid);
    if (group == NULL && process != NULL && process->pid == pgid) {
        group = process->group;
    }
    long result = our_terminal() != tty                              ? -ENOTTY
                  : group == NULL                                    ? -ESRCH
                  : group->session != current->process->group->session
                      ? -EPERM : 0;
    if (result == 0) {
        put_in_foreground(tty, pgid);
    }
    spin_unlock(&family_lock);
    return result;
}

long
tty_session_ioctl(struct tty *tty, u32 request, vaddr_t arg, bool master)
{
    switch (request) {
    case TIOCSCTTY:
        return take_terminal(tty, arg);
    case TIOCNOTTY:
        return master ? -ENOTTY : give_up(tty);
    case TIOCGPGRP:
    case TIOCGSID:
        return get_number(tty, arg, request == TIOCGSID, master);
    case TIOCSPGRP:
        return set_foreground(tty, arg);
    default:
        return -ENOTTY;
    }
}

/* ---- Open and close ---- */

/* Whether the terminal of this file may become a session's: only a
 * pseudo-terminal, not the console, as on Linux. */
static bool
may_be_taken(const struct tty *tty, const struct file *file, u32 flags)
{
    return tty->driver->open != NULL && (flags & O_NOCTTY) == 0
           && (file_access(file) & FILE_READS) != 0;
}

/* /dev/tty has no terminal of its own: it is the one that the caller has. */
int
tty_open(struct file *file)
{
    struct tty *tty = file->inode->data;
    bool takes = tty != NULL && may_be_taken(tty, file, file->flags);
    int error = 0;

    spin_lock(&family_lock);
    struct session *session = current->process->group->session;
    tty = tty != NULL ? tty : our_terminal();
    if (tty == NULL) {
        error = -ENXIO;
    } else if (tty->driver->open != NULL) {
        error = tty->driver->open(tty);
    }
    if (error == 0) {
        file->data = tty;
        file->offset = tty->hang_ups;
        if (takes && leads(session) && our_terminal() == NULL
            && tty->session == NULL) {
            give(tty, current->process);
        }
    }
    spin_unlock(&family_lock);
    return error;
}

void
tty_close(struct file *file)
{
    struct tty *tty = file->data; /* NULL: tty_open refused it */

    if (tty != NULL && tty->driver->close != NULL) {
        tty->driver->close(tty);
    }
}

/* ---- spawn ---- */

int
tty_opened_for_leader(struct file *file, u32 flags, struct file **takes)
{
    const struct tty *tty = file->inode->data;

    if (file->inode->ops != &tty_ops) {
        return 0;
    }
    if (tty == NULL) {
        return -ENXIO;
    }
    if (may_be_taken(tty, file, flags) && *takes == NULL) {
        file_get(file);
        *takes = file;
    }
    return 0;
}

int
tty_may_foreground(const struct file *file, bool leads,
                   const struct file *takes)
{
    const struct tty *tty = takes != NULL ? takes->data : NULL;

    if (!leads) {
        spin_lock(&family_lock);
        tty = our_terminal();
        spin_unlock(&family_lock);
    }
    return file->inode->ops == &tty_ops && tty != NULL && file->data == tty
               ? 0 : -ENOTTY;
}

int
tty_give(struct process *process, const struct file *takes,
         const struct file *foreground)
{
    struct tty *tty = terminal_of(process);

    if (takes != NULL && ((struct tty *)takes->data)->session == NULL) {
        tty = takes->data;
    }
    if (foreground != NULL
        && (tty == NULL || foreground->data != tty)) {
        return -ENOTTY;
    }
    /* ---- no failure below this line ---- */
    if (tty != NULL && tty->session == NULL) {
        give(tty, process);
    }
    if (foreground != NULL) {
        put_in_foreground(tty, process->group->pgid);
    }
    return 0;
}
