/*
 * The terminal as a file, /dev/console and /dev/tty, and its session: whose
 * controlling terminal it is, and which process group is in the foreground.
 *
 * Essential fact: a process has the terminal of its session, if that has one.
 * family_lock guards which session that is, and the foreground group.  The
 * group is also under the terminal's lock, for a typed ^C.
 *
 * If COM1 carries a program's standard input, as /run/tine/stdio says, that is
 * /dev/run/stdin, a terminal of its own with all modes off.  Byte 0x10 (DLE) is
 * escaped: DLE DLE is a DLE, DLE `E` the end of the input.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/console.h"
#include "core/hostlink.h"

#include "proc/group.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/tty.h"

#define DLE 0x10

/* Linux's modes of a new terminal. */
static struct tty console_tty = {
    .lock = SPINLOCK_INIT(RANK_TTY),
    .termios = {
        .c_iflag = ICRNL,
        .c_oflag = OPOST | ONLCR,
        .c_cflag = B38400 | CS8 | CREAD | HUPCL,
        .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE,
        .c_cc = {
            [VINTR] = 'C' & 0x1f, [VQUIT] = '\\' & 0x1f, [VERASE] = 0x7f,
            [VKILL] = 'U' & 0x1f, [VEOF] = 'D' & 0x1f, [VMIN] = 1,
            [VSUSP] = 'Z' & 0x1f,
        },
    },
};

/* ---- Sessions and groups ---- */

/* => family_lock held */
static struct session *
our_session(void)
{
    return current->process->group->session;
}

/* If a session's leader calls this, a free terminal becomes its session's. */
static long
take_terminal(struct tty *tty)
{
    spin_lock(&family_lock);
    spin_lock(&tty->lock);
    struct session *session = our_session();
    bool leads = current->process->pid == session->sid;
    if (leads && tty->session == NULL) {
        tty->session = session;
        session->terminal = tty;
        session->refs++;
        tty->foreground = current->process->group->pgid;
        pid_get(tty->foreground);
    }
    long result = leads && session->terminal == tty ? 0 : -EPERM;
    spin_unlock(&tty->lock);
    spin_unlock(&family_lock);
    return result;
}

static long
get_foreground(struct tty *tty, vaddr_t arg)
{
    spin_lock(&family_lock);
    pid_t group = tty->foreground;
    bool ours = our_session()->terminal == tty;
    spin_unlock(&family_lock);
    return ours ? copy_to_user(arg, &group, sizeof(group)) : -ENOTTY;
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
    spin_lock(&family_lock); /* the group must not end before it is set */
    const struct pgrp *chosen = group_find(group);
    long result = our_session()->terminal != tty      ? -ENOTTY
                  : chosen == NULL                    ? -ESRCH
                  : chosen->session != our_session()  ? -EPERM
                                                      : 0;
    if (result == 0) {
        spin_lock(&tty->lock);
        pid_get(group);
        pid_put(tty->foreground);
        tty->foreground = group;
        spin_unlock(&tty->lock);
    }
    spin_unlock(&family_lock);
    return result;
}

/* ---- The nodes ---- */

static long
tty_ioctl(struct file *file, u32 request, vaddr_t arg)
{
    static const struct winsize size = {.ws_row = 25, .ws_col = 80}; /* VGA */
    struct tty *tty = file->inode->data;
    struct termios modes;

    switch (request) {
    case TCGETS:
        spin_lock(&tty->lock);
        modes = tty->termios;
        spin_unlock(&tty->lock);
        return copy_to_user(arg, &modes, sizeof(modes));
    case TCSETS:
    case TCSETSW: /* output is never pending: nothing to wait for */
    case TCSETSF:
        return tty_set_modes(tty, arg, request == TCSETSF);
    case TIOCGWINSZ:
        return copy_to_user(arg, &size, sizeof(size));
    case TIOCSCTTY:
        return take_terminal(tty);
    case TIOCGPGRP:
        return get_foreground(tty, arg);
    case TIOCSPGRP:
        return set_foreground(tty, arg);
    default:
        return -ENOTTY;
    }
}

/* /dev/tty is the terminal that controls the caller's session, if any. */
static int
tty_open(struct file *file)
{
    spin_lock(&family_lock);
    bool there = file->inode->rdev == CONSOLE_NUMBER
                 || our_session()->terminal != NULL;
    spin_unlock(&family_lock);
    return there ? 0 : -ENXIO;
}

/* ---- What is typed, and whose it is ---- */

static struct tty run_input = {
    .lock = SPINLOCK_INIT(RANK_TTY),
    .termios = {.c_cc = {[VMIN] = 1}},
};
static struct tty *receiver; /* gets the typed bytes; NULL: not set yet (but
                                another CPU may already poll the devices) */

bool
console_has_room(void)
{
    struct tty *tty = __atomic_load_n(&receiver, __ATOMIC_ACQUIRE);

    return tty != NULL && tty_has_room(tty);
}

void
console_take(char byte)
{
    static bool escaped; /* the byte before was a DLE */
    bool escape = receiver == &run_input && byte == DLE && !escaped;

    if (escaped && byte == 'E') {
        tty_end(receiver);
    } else if (!escape) {
        tty_receive(receiver, byte);
    }
    escaped = escape;
}

/* Whether the run's first program reads from /dev/run/stdin. */
static bool
stdin_is_ours(void)
{
    struct inode *inode;
    char word[4] = "";

    if (path_find(NULL, "/run/tine/stdio", 0, &inode) != 0) {
        return false;
    }
    struct object *object = inode_object(inode);
    bool ours = object != NULL
                && object_read(object, 0, word, sizeof(word)) == sizeof(word)
                && memcmp(word, "pipe", sizeof(word)) == 0;
    inode_put(inode);
    return ours;
}

void
tty_init(void)
{
    static const struct inode_ops ops = {
        .open = tty_open, .read = tty_read, .write = tty_write,
        .ioctl = tty_ioctl,
    };
    static const struct inode_ops stdin_ops = {.read = tty_read};

    waitq_init(&console_tty.input_wait);
    waitq_init(&run_input.input_wait);
    mutex_init(&console_tty.writing, MUTEX_CONTENT);
    device_add("/dev/console", S_IFCHR | 0600, CONSOLE_NUMBER, &ops,
               &console_tty);
    device_add("/dev/tty", S_IFCHR | 0666, makedev(5, 0), &ops, &console_tty);
    if (host_present) {
        device_add("/dev/run/stdin", S_IFIFO | 0600, makedev(RUN_MAJOR, 0),
                   &stdin_ops, &run_input);
    }
    __atomic_store_n(&receiver, host_present && stdin_is_ours()
                                    ? &run_input : &console_tty,
                     __ATOMIC_RELEASE);
    console_poll();
}
