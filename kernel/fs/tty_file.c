/*
 * The terminal as a file, /dev/console and /dev/tty, and its session: whose
 * controlling terminal it is, and which process group is in the foreground.
 *
 * Essential fact: there is one terminal, so "my controlling terminal" is only
 * the question whether the terminal's session is mine.
 *
 * User memory is copied through a small buffer, outside the terminal's lock.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "proc/process.h"
#include "proc/signal.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/tty.h"

#define CHUNK 256

#define CONSOLE_NUMBER device_number(5, 1)
#define TTY_NUMBER     device_number(5, 0)

/* Linux's modes of a new terminal. */
struct tty console_tty = {
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

long
tty_read(struct file *file, struct uio *uio)
{
    struct tty *tty = file->inode->data;
    size_t size = MIN(uio->left, TTY_RING);

    if (size == 0) {
        return 0;
    }
    /* Taken in one piece: two readers never share a line. */
    char *line = kmalloc(size);
    if (line == NULL) {
        return -ENOMEM;
    }
    long got = tty_take(tty, line, size, !(file->flags & O_NONBLOCK));
    if (got > 0 && uio_move(uio, line, (size_t)got) != 0) {
        got = -EFAULT;
    }
    kfree(line);
    return got;
}

static long
tty_write(struct file *file, struct uio *uio)
{
    struct tty *tty = file->inode->data;
    char chunk[CHUNK];
    size_t size = uio->left;
    size_t failed = 0;

    mutex_lock(&tty->writing);
    while (uio->left > 0 && failed == 0 && !signal_fatal_pending()) {
        size_t n = MIN(uio->left, CHUNK);
        failed = uio_move(uio, chunk, n);
        tty_show(tty, chunk, n - failed);
    }
    mutex_unlock(&tty->writing);
    return size == uio->left && size > 0 ? -EFAULT : (long)(size - uio->left);
}

/* ---- Modes ---- */

static long
get_modes(struct tty *tty, vaddr_t arg)
{
    spin_lock(&tty->lock);
    struct termios modes = tty->termios;
    spin_unlock(&tty->lock);
    return copy_to_user(arg, &modes, sizeof(modes));
}

/* Output is shown at once, so TCSETSW has nothing to wait for. */
static long
set_modes(struct tty *tty, u32 request, vaddr_t arg)
{
    struct termios modes;

    if (copy_from_user(&modes, arg, sizeof(modes)) != 0) {
        return -EFAULT;
    }
    tty_set_modes(tty, &modes, request == TCSETSF);
    return 0;
}

/* ---- Sessions and groups ---- */

/* Whether it is the controlling terminal of the current process.
 * => lock held */
static bool
controls_us(const struct tty *tty)
{
    return tty->session != 0 && tty->session == current->process->sid;
}

/* A session's leader makes the terminal the session's, if it is nobody's. */
static long
take_terminal(struct tty *tty)
{
    long result = -EPERM;

    spin_lock(&family_lock);
    spin_lock(&tty->lock);
    bool leads = current->process->pid == current->process->sid;
    if (leads && tty->session == 0) {
        tty->session = current->process->sid;
        tty->foreground = current->process->pgid;
        pid_get(tty->session);
        pid_get(tty->foreground);
    }
    if (leads && controls_us(tty)) {
        result = 0;
    }
    spin_unlock(&tty->lock);
    spin_unlock(&family_lock);
    return result;
}

static long
get_foreground(struct tty *tty, vaddr_t arg)
{
    spin_lock(&tty->lock);
    pid_t group = tty->foreground;
    bool ours = controls_us(tty);
    spin_unlock(&tty->lock);
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
    long result = 0;
    spin_lock(&family_lock); /* the group cannot go before it is ours */
    pid_t session = proc_group_session(group);
    spin_lock(&tty->lock);
    if (!controls_us(tty)) {
        result = -ENOTTY;
    } else if (session != current->process->sid) {
        result = session < 0 ? session : -EPERM;
    } else {
        pid_get(group);
        pid_put(tty->foreground);
        tty->foreground = group;
    }
    spin_unlock(&tty->lock);
    spin_unlock(&family_lock);
    return result;
}

u64
tty_of_session(pid_t session, pid_t *foreground)
{
    struct tty *tty = &console_tty;

    spin_lock(&tty->lock);
    bool has_it = tty->session != 0 && tty->session == session;
    *foreground = has_it ? tty->foreground : -1;
    spin_unlock(&tty->lock);
    return has_it ? CONSOLE_NUMBER : 0;
}

/* ---- The nodes ---- */

static long
tty_ioctl(struct file *file, u32 request, vaddr_t arg)
{
    static const struct winsize size = {.ws_row = 25, .ws_col = 80}; /* VGA */
    struct tty *tty = file->inode->data;

    switch (request) {
    case TCGETS:
        return get_modes(tty, arg);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_modes(tty, request, arg);
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

/* /dev/tty is whatever terminal controls the caller's session. */
static int
open_controlling(struct file *file)
{
    pid_t foreground;

    (void)file;
    return tty_of_session(current->process->sid, &foreground) != 0 ? 0 : -ENXIO;
}

void
tty_init(void)
{
    static const struct inode_ops console_ops = {
        .read = tty_read, .write = tty_write, .ioctl = tty_ioctl,
    };
    static const struct inode_ops tty_ops = {
        .open = open_controlling,
        .read = tty_read, .write = tty_write, .ioctl = tty_ioctl,
    };

    waitq_init(&console_tty.input_wait);
    mutex_init(&console_tty.writing, MUTEX_CONTENT);
    device_add("/dev/console", S_IFCHR | 0600, CONSOLE_NUMBER, &console_ops,
               &console_tty);
    device_add("/dev/tty", S_IFCHR | 0666, TTY_NUMBER, &tty_ops,
               &console_tty);
}
