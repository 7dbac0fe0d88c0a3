/*
 * A terminal's modes and its other requests: ioctl(2).
 *
 * Bits that ask for what we do not have are kept, as Linux keeps them for its
 * pseudo-terminals: speeds, parity and other properties of a line, delays and
 * fill characters, IXOFF (a full queue makes the writer wait), IMAXBEL, VTIME
 * in canonical mode.  Only 8 bits are possible: CS5 to CS7 and PARENB are off.
 * ^S does not hold back the echo.  VDISCARD and VSWTC do nothing.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "common/string.h"

#include "core/panic.h"

#include "mm/usercopy.h"

#include "proc/jobs.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/tty.h"

#define CONTROL(letter) ((letter) & 0x1f)

void
tty_setup(struct tty *tty, const struct tty_driver *driver, dev_t number)
{
    static const struct termios modes = {
        .c_iflag = ICRNL | IXON,
        .c_oflag = OPOST | ONLCR,
        .c_cflag = B38400 | CS8 | CREAD,
        .c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL
                   | ECHOKE,
        .c_cc = {
            [VINTR] = CONTROL('C'), [VQUIT] = CONTROL('\\'), [VERASE] = 0x7f,
            [VKILL] = CONTROL('U'), [VEOF] = CONTROL('D'), [VMIN] = 1,
            [VSTART] = CONTROL('Q'), [VSTOP] = CONTROL('S'),
            [VSUSP] = CONTROL('Z'), [VREPRINT] = CONTROL('R'),
            [VDISCARD] = CONTROL('O'), [VWERASE] = CONTROL('W'),
            [VLNEXT] = CONTROL('V'),
        },
    };

    tty->driver = driver;
    tty->number = number;
    tty->termios = modes;
    spin_init(&tty->lock, RANK_TTY, "tty");
    waitq_init(&tty->input_wait);
    waitq_init(&tty->output_wait);
    list_init(&tty->writers);
}

/* Switching ICANON: pending bytes become one line, or are no lines any more; a
 * typed ^D becomes a NUL.  => lock held */
static void
join_lines(struct tty *tty)
{
    for (u32 at = tty->tail; at != tty->head; at++) {
        tty->ring[at % TTY_RING] &= TTY_LINE_END - 1;
    }
    if (tty_has(tty, ICANON) && tty->tail != tty->head) {
        tty->ring[(tty->head - 1) % TTY_RING] |= TTY_LINE_END;
    }
    tty->literal = tty->erasing = false;
    tty_hand_over(tty);
}

/* The user gets one of the terminal's fields. */
static long
get_field(struct tty *tty, vaddr_t arg, const void *field, size_t size)
{
    char copy[sizeof(tty->termios)];

    assert(size <= sizeof(copy));
    spin_lock(&tty->lock);
    memcpy(copy, field, size);
    spin_unlock(&tty->lock);
    return copy_to_user(arg, copy, size);
}

static long
set_modes(struct tty *tty, vaddr_t arg, bool forget)
{
    struct termios modes;

    if (copy_from_user(&modes, arg, sizeof(modes)) != 0) {
        return -EFAULT;
    }
    modes.c_cflag = (modes.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8 | CREAD;
    spin_lock(&tty->lock);
    tcflag_t changed = tty->termios.c_lflag ^ modes.c_lflag;
    if (tty->termios.c_iflag & ~modes.c_iflag & IXON) {
        tty->stopped &= (u8)~TTY_STOP_TYPED; /* nobody could type ^Q */
    }
    tty->termios = modes;
    if (forget) {
        tty_forget(tty);
    }
    if (changed & ICANON) {
        join_lines(tty);
    }
    tty_wake(tty);
    spin_unlock(&tty->lock);
    tty_resume(tty);
    return 0;
}

/* tcflush(3).  Output is never pending: it waits in the programs. */
static long
flush_queue(struct tty *tty, vaddr_t queue)
{
    if (queue > TCIOFLUSH) {
        return -EINVAL;
    }
    if (queue != TCOFLUSH) {
        spin_lock(&tty->lock);
        tty_forget(tty);
        spin_unlock(&tty->lock);
        tty_resume(tty);
    }
    return 0;
}

/* tcflow(3). */
static long
control_flow(struct tty *tty, vaddr_t action)
{
    char key;

    if (action > TCION) {
        return -EINVAL;
    }
    spin_lock(&tty->lock);
    switch (action) {
    case TCOOFF:
        tty->stopped |= TTY_STOP_ASKED;
        break;
    case TCOON:
        tty->stopped = tty->stopped & TTY_STOP_ASKED ? 0 : tty->stopped;
        break;
    default: /* ask the other end to stop typing, or to go on */
        key = (char)tty->termios.c_cc[action == TCION ? VSTART : VSTOP];
        if (key != 0 && (tty->driver->room == NULL
                         || tty->driver->room(tty) > 0)) {
            tty->driver->show(tty, &key, 1);
        }
    }
    tty_wake(tty);
    spin_unlock(&tty->lock);
    return 0;
}

/* How many bytes a read could have now; in canonical mode, without ^D. */
static long
count_input(struct tty *tty, vaddr_t arg)
{
    int count = 0;

    spin_lock(&tty->lock);
    for (u32 at = tty->tail; at != tty->edit; at++) {
        count += !(tty->ring[at % TTY_RING] & TTY_EOF);
    }
    spin_unlock(&tty->lock);
    return copy_to_user(arg, &count, sizeof(count));
}

/* A new size is a signal for the foreground. */
static long
set_size(struct tty *tty, vaddr_t arg)
{
    struct winsize size;

    if (copy_from_user(&size, arg, sizeof(size)) != 0) {
        return -EFAULT;
    }
    spin_lock(&tty->lock);
    bool changed = memcmp(&size, &tty->size, sizeof(size)) != 0;
    tty->size = size;
    pid_t foreground = tty->foreground;
    spin_unlock(&tty->lock);
    if (changed && foreground > 0) {
        signal_send_group(foreground, SIGWINCH);
    }
    return 0;
}

long
tty_ioctl(struct tty *tty, struct file *file, u32 request, vaddr_t arg)
{
    bool master = file->data != tty;
    bool changes = (request >= TCSETS && request <= TCSETSF)
                   || request == TCXONC || request == TCFLSH
                   || request == TCSBRK || request == TCSBRKP;
    int none = 0;

    if (!master && (tty->dead || tty_is_hung(tty, file))) {
        return request == TIOCSPGRP ? -ENOTTY : -EIO;
    }
    /* A process in the background may not change the terminal. */
    long error = changes && !master ? tty_ask(tty, SIGTTOU) : 0;
    if (error != 0) {
        return error;
    }
    switch (request) {
    case TCGETS:
        return get_field(tty, arg, &tty->termios, sizeof(tty->termios));
    case TCSETS:
    case TCSETSW: /* output is never pending: nothing to wait for */
    case TCSETSF:
        return set_modes(tty, arg, request == TCSETSF);
    case TCFLSH:
        return flush_queue(tty, arg);
    case TCXONC:
        return control_flow(tty, arg);
    case TCSBRK: /* a break has no meaning here, as on Linux's ptys */
    case TCSBRKP:
        return 0;
    case FIONREAD:
        return count_input(tty, arg);
    case TIOCOUTQ:
        return copy_to_user(arg, &none, sizeof(none));
    case TIOCGWINSZ:
        return get_field(tty, arg, &tty->size, sizeof(tty->size));
    case TIOCSWINSZ:
        return set_size(tty, arg);
    default:
        return tty_session_ioctl(tty, request, arg, master);
    }
}

static long
file_ioctl(struct file *file, u32 request, vaddr_t arg)
{
    return tty_ioctl(file->data, file, request, arg);
}

const struct inode_ops tty_ops = {
    .open = tty_open, .read = tty_read, .write = tty_write,
    .ioctl = file_ioctl, .poll = tty_poll, .close = tty_close,
};
