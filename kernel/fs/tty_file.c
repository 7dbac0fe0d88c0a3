/*
 * The terminal as a file: /dev/console and /dev/tty.
 *
 * Essential fact: user memory is copied through a small buffer, outside the
 * terminal's lock, since that lock is held with interrupts off.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/signal.h"
#include "abi/stat.h"

#include "core/console.h"

#include "mm/usercopy.h"

#include "proc/process.h"
#include "proc/signal.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/tty.h"
#include "fs/uio.h"

#define CHUNK 256

#define CONSOLE_NUMBER device_number(5, 1)
#define TTY_NUMBER     device_number(5, 0)

/* Linux's modes of a new terminal, and its size as VGA text has it. */
struct tty console_tty = {
    .lock = SPINLOCK_INIT(RANK_TTY),
    .termios = {
        .c_iflag = ICRNL | IXON,
        .c_oflag = OPOST | ONLCR,
        .c_cflag = B38400 | CS8 | CREAD | HUPCL,
        .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE
                   | IEXTEN,
        .c_cc = {
            [VINTR] = 'C' & 0x1f, [VQUIT] = '\\' & 0x1f, [VERASE] = 0x7f,
            [VKILL] = 'U' & 0x1f, [VEOF] = 'D' & 0x1f, [VMIN] = 1,
            [VSTART] = 'Q' & 0x1f, [VSTOP] = 'S' & 0x1f,
            [VSUSP] = 'Z' & 0x1f, [VREPRINT] = 'R' & 0x1f,
            [VDISCARD] = 'O' & 0x1f, [VWERASE] = 'W' & 0x1f,
            [VLNEXT] = 'V' & 0x1f,
        },
    },
    .winsize = {.ws_row = 25, .ws_col = 80},
};

/* Sleep until there is something to read.  => 0, -EINTR */
static int
wait_for_input(struct tty *tty)
{
    int error = 0;

    u64 flags = spin_lock_irq(&tty->lock);
    while (tty_empty_locked(tty) && error == 0) {
        error = wait_sleep_irq(&tty->input_wait, &tty->lock, &flags);
    }
    spin_unlock_irq(&tty->lock, flags);
    return error;
}

/* How many bytes a read must have before it may end (VTIME is taken as 0). */
static size_t
least(const struct tty *tty, size_t size)
{
    if (tty->termios.c_lflag & ICANON) {
        return 1;
    }
    return MIN(size, tty->termios.c_cc[VMIN]);
}

static long
tty_read(struct file *file, struct uio *uio)
{
    struct tty *tty = &console_tty;
    char chunk[CHUNK];
    size_t size = uio->left;
    size_t done = 0;

    while (done < size) {
        size_t got;
        int result = tty_take(tty, chunk, MIN(size - done, CHUNK), &got);
        if (result >= 0) {
            if (uio_put(uio, chunk, got) != 0) {
                return done > 0 ? (long)done : -EFAULT;
            }
            done += got;
        }
        if (result == 1) {
            continue;
        }
        if (done >= least(tty, size) || result == 0) {
            break;
        }
        int error = file->flags & O_NONBLOCK ? -EAGAIN : wait_for_input(tty);
        if (error != 0) {
            return done > 0 ? (long)done : error;
        }
    }
    return (long)done;
}

/* Show text, once output is not stopped.  => 0, -EINTR, -EAGAIN */
static int
show(struct tty *tty, const struct file *file, const char *text, size_t size)
{
    int error = 0;

    u64 flags = spin_lock_irq(&tty->lock);
    while (tty->stopped && error == 0) {
        error = file->flags & O_NONBLOCK
                    ? -EAGAIN
                    : wait_sleep_irq(&tty->output_wait, &tty->lock, &flags);
    }
    if (error == 0) {
        tty_show_locked(tty, text, size);
    }
    spin_unlock_irq(&tty->lock, flags);
    return error;
}

static long
tty_write(struct file *file, struct uio *uio)
{
    char chunk[CHUNK];
    size_t done = 0;

    while (uio->left > 0) {
        size_t n = MIN(uio->left, CHUNK);
        size_t failed = uio_take(uio, chunk, n);
        int error = failed == n ? -EFAULT
                                : show(&console_tty, file, chunk, n - failed);
        if (error != 0) {
            return done > 0 ? (long)done : error;
        }
        done += n - failed;
    }
    return (long)done;
}

/* ---- ioctl ---- */

static long
get_modes(struct tty *tty, vaddr_t arg)
{
    u64 flags = spin_lock_irq(&tty->lock);
    struct termios modes = tty->termios;
    spin_unlock_irq(&tty->lock, flags);
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

static long
get_size(struct tty *tty, vaddr_t arg)
{
    u64 flags = spin_lock_irq(&tty->lock);
    struct winsize size = tty->winsize;
    spin_unlock_irq(&tty->lock, flags);
    return copy_to_user(arg, &size, sizeof(size));
}

static long
set_size(struct tty *tty, vaddr_t arg)
{
    struct winsize size;

    if (copy_from_user(&size, arg, sizeof(size)) != 0) {
        return -EFAULT;
    }
    u64 flags = spin_lock_irq(&tty->lock);
    bool changed = size.ws_row != tty->winsize.ws_row
                   || size.ws_col != tty->winsize.ws_col;
    pid_t foreground = tty->foreground;
    tty->winsize = size;
    spin_unlock_irq(&tty->lock, flags);
    if (changed && foreground > 0) {
        signal_send_group(foreground, SIGWINCH);
    }
    return 0;
}

/* Bytes that a read would give now, all lines together. */
static long
count_input(struct tty *tty, vaddr_t arg)
{
    u64 flags = spin_lock_irq(&tty->lock);
    int count = (int)(tty->edit - tty->tail);
    spin_unlock_irq(&tty->lock, flags);
    return copy_to_user(arg, &count, sizeof(count));
}

static long
flush_input(struct tty *tty, u64 which)
{
    if (which > 2) { /* TCIFLUSH, TCOFLUSH, TCIOFLUSH */
        return -EINVAL;
    }
    u64 flags = spin_lock_irq(&tty->lock);
    if (which != 1) {
        tty->tail = tty->edit = tty->head;
    }
    spin_unlock_irq(&tty->lock, flags);
    console_input_ready();
    return 0;
}

static long
tty_ioctl(struct file *file, u32 request, vaddr_t arg)
{
    struct tty *tty = &console_tty;

    (void)file;
    switch (request) {
    case TCGETS:
        return get_modes(tty, arg);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_modes(tty, request, arg);
    case TCSBRK: /* tcdrain: output is shown at once; no line to break */
        return 0;
    case TCFLSH:
        return flush_input(tty, arg);
    case TIOCGWINSZ:
        return get_size(tty, arg);
    case TIOCSWINSZ:
        return set_size(tty, arg);
    case FIONREAD:
        return count_input(tty, arg);
    default:
        return tty_job_ioctl(tty, request, arg);
    }
}

static const struct file_ops tty_ops = {
    .read = tty_read,
    .write = tty_write,
    .ioctl = tty_ioctl,
};

/* /dev/tty is whatever terminal controls the caller's session. */
static int
open_controlling(struct file *file)
{
    pid_t foreground;

    (void)file;
    return tty_of_session(current->sid, &foreground) != 0 ? 0 : -ENXIO;
}

u64
tty_of_session(pid_t session, pid_t *foreground)
{
    struct tty *tty = &console_tty;

    u64 flags = spin_lock_irq(&tty->lock);
    bool has_it = tty->session != 0 && tty->session == session;
    *foreground = has_it ? tty->foreground : -1;
    spin_unlock_irq(&tty->lock, flags);
    return has_it ? CONSOLE_NUMBER : 0;
}

/* Send the signals that were noted in tty_receive. */
static void
send_signals(void)
{
    struct tty *tty = &console_tty;

    u64 flags = spin_lock_irq(&tty->lock);
    u64 signals = tty->signals;
    pid_t foreground = tty->foreground;
    tty->signals = 0;
    spin_unlock_irq(&tty->lock, flags);
    for (int signal = 1; signals != 0 && foreground > 0; signal++) {
        if (signals & SIGNAL_BIT(signal)) {
            signals &= ~SIGNAL_BIT(signal);
            signal_send_group(foreground, signal);
        }
    }
}

void
tty_init(void)
{
    static const struct device consoles[] = {
        {"console", S_IFCHR | 0600, CONSOLE_NUMBER, &tty_ops, NULL},
        {"tty", S_IFCHR | 0666, TTY_NUMBER, &tty_ops, open_controlling},
    };

    waitq_init(&console_tty.input_wait);
    waitq_init(&console_tty.output_wait);
    console_tty.send.run = send_signals;
    device_add(&consoles[0]);
    device_add(&consoles[1]);
}
