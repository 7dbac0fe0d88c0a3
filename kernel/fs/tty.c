/*
 * The line discipline: from typed bytes to lines, and from text to the screen.
 * Modes, sessions and the nodes in /dev are in tty_file.c.
 *
 * Essential fact: input comes from console_poll with interrupts on, so ^C sends
 * its signal here.  It does so after releasing the terminal's lock, because
 * family_lock, which guards the group, ranks before it.
 */
#include "abi/errno.h"
#include "abi/signal.h"

#include "core/console.h"

#include "mm/heap.h"

#include "proc/signal.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/tty.h"

#define DELETE   0x7f
#define SHOW_MAX 64 /* bytes in one call of console_write */

static inline bool
tty_has(const struct tty *tty, tcflag_t local_flag)
{
    return (tty->termios.c_lflag & local_flag) != 0;
}

/* Whether byte is control character `index` of the modes (0: switched off). */
static inline bool
is_control(const struct tty *tty, int index, u8 byte)
{
    return byte != 0 && tty->termios.c_cc[index] == byte;
}

/* ---- Output ---- */

/* => lock held */
static void
show(struct tty *tty, const char *text, size_t size)
{
    bool returns = (tty->termios.c_oflag & (OPOST | ONLCR)) == (OPOST | ONLCR);
    char out[SHOW_MAX + 2];
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' && returns) {
            out[n++] = '\r';
        }
        out[n++] = text[i];
        if (n >= SHOW_MAX) {
            console_write(out, n);
            n = 0;
        }
    }
    console_write(out, n);
}

long
tty_write(struct file *file, struct uio *uio)
{
    struct tty *tty = file->inode->data;
    char chunk[256]; /* bytes that are shown at once */
    size_t size = uio->left;
    size_t failed = 0;

    mutex_lock(&tty->writing);
    while (uio->left > 0 && failed == 0 && !signal_fatal_pending()) {
        size_t n = MIN(uio->left, sizeof(chunk));
        failed = uio_move(uio, chunk, n);
        spin_lock(&tty->lock);
        show(tty, chunk, n - failed);
        spin_unlock(&tty->lock);
    }
    mutex_unlock(&tty->writing);
    return size == uio->left && size > 0 ? -EFAULT : (long)(size - uio->left);
}

/* The columns that an echoed byte takes: two (^X) for a control character. */
static size_t
columns(const struct tty *tty, u8 byte)
{
    bool control = (byte < ' ' && byte != '\t' && byte != '\n')
                   || byte == DELETE;

    return control && tty_has(tty, ECHOCTL) ? 2 : 1;
}

/* Echo a tab as one blank: then erasing it needs no count of columns. */
static void
echo(struct tty *tty, u8 byte)
{
    char caret[2] = {'^', (char)(byte ^ 0x40)};
    char plain = byte == '\t' ? ' ' : (char)byte;

    if (tty_has(tty, ECHO)) {
        bool two = columns(tty, byte) == 2;
        show(tty, two ? caret : &plain, two ? 2 : 1);
    }
}

/* ---- Input ---- */

static inline bool
is_full(const struct tty *tty)
{
    return tty->head - tty->tail >= TTY_RING - 1;
}

bool
tty_has_room(struct tty *tty)
{
    spin_lock(&tty->lock);
    bool room = !is_full(tty) || tty->edit == tty->tail;
    spin_unlock(&tty->lock);
    return room;
}

/* Let readers have all that was typed so far. */
static void
hand_over(struct tty *tty)
{
    tty->edit = tty->head;
    wait_wake_all(&tty->input_wait);
}

/* Remove the last byte from the line, and from the screen. */
static void
erase(struct tty *tty)
{
    u8 byte = (u8)tty->ring[--tty->head % TTY_RING];

    for (size_t n = columns(tty, byte); n > 0 && tty_has(tty, ECHO); n--) {
        show(tty, "\b \b", 3);
    }
}

/* Erase a byte or the line.  => whether byte was an erase character */
static bool
edit_line(struct tty *tty, u8 byte)
{
    bool kill = is_control(tty, VKILL, byte);
    /* Some terminals' erase key sends DEL, some send BS: accept both. */
    bool one = is_control(tty, VERASE, byte) || byte == '\b';

    if (!tty_has(tty, ICANON) || !(kill || one)) {
        return false;
    }
    u32 end = kill || tty->head == tty->edit ? tty->edit : tty->head - 1;
    while (tty->head != end) {
        erase(tty);
    }
    return true;
}

/* Store a byte, or the mark for the end of the file. */
static void
keep(struct tty *tty, u8 byte)
{
    u16 entry = byte;

    if (tty_has(tty, ICANON) && is_control(tty, VEOF, byte)) {
        entry = TTY_EOF;
    } else if (tty_has(tty, ICANON)
               && (byte == '\n' || is_control(tty, VEOL, byte))) {
        entry |= TTY_LINE_END;
    }
    bool ends_line = (entry & (TTY_LINE_END | TTY_EOF)) != 0;
    if (tty->head - tty->tail == TTY_RING || (is_full(tty) && !ends_line)) {
        return; /* the line is too long: as on Linux, its rest is lost */
    }
    tty->ring[tty->head++ % TTY_RING] = entry;
    if (entry != TTY_EOF) {
        echo(tty, byte);
    }
    if (ends_line || !tty_has(tty, ICANON)) {
        hand_over(tty);
    }
}

/* The signal for a typed byte: ^C, ^\, ^Z.  => 0: none */
static int
signal_of(const struct tty *tty, u8 byte)
{
    return !tty_has(tty, ISIG)            ? 0
           : is_control(tty, VINTR, byte) ? SIGINT
           : is_control(tty, VQUIT, byte) ? SIGQUIT
           : is_control(tty, VSUSP, byte) ? SIGTSTP
                                          : 0;
}

void
tty_receive(struct tty *tty, char typed)
{
    u8 byte = (u8)typed;

    spin_lock(&tty->lock);
    if (byte == '\r' && (tty->termios.c_iflag & ICRNL)) {
        byte = '\n';
    }
    int signal = signal_of(tty, byte);
    if (signal != 0) {
        tty->tail = tty->edit = tty->head;
        echo(tty, byte);
    } else if (!edit_line(tty, byte)) {
        keep(tty, byte);
    }
    pid_t foreground = tty->foreground;
    spin_unlock(&tty->lock);
    if (signal != 0 && foreground > 0) {
        signal_send_group(foreground, signal);
    }
}

void
tty_end(struct tty *tty)
{
    spin_lock(&tty->lock);
    tty->ended = true;
    wait_wake_all(&tty->input_wait);
    spin_unlock(&tty->lock);
}

/* ---- Reading ---- */

/* Copy bytes that can be read: at most size, of one line.  Without ICANON an
 * end of file that was typed earlier is a NUL, as on Linux.  => lock held */
static size_t
tty_take(struct tty *tty, char *buf, size_t size)
{
    size_t got = 0;

    while (tty->tail != tty->edit) {
        u16 entry = tty->ring[tty->tail % TTY_RING];
        bool ends_file = tty_has(tty, ICANON) && (entry & TTY_EOF);
        if (got == size && !ends_file) {
            break;
        }
        tty->tail++;
        if (!ends_file) {
            buf[got++] = (char)entry;
        }
        if (ends_file || (tty_has(tty, ICANON) && (entry & TTY_LINE_END))) {
            break;
        }
    }
    return got;
}

long
tty_read(struct file *file, struct uio *uio)
{
    struct tty *tty = file->inode->data;
    size_t size = MIN(uio->left, TTY_RING);
    long got = 0;

    if (size == 0) {
        return 0;
    }
    /* One copy out of the ring: two readers never share a line. */
    char *line = kmalloc(size);
    if (line == NULL) {
        return -ENOMEM;
    }
    spin_lock(&tty->lock);
    bool wants_none = !tty_has(tty, ICANON) && tty->termios.c_cc[VMIN] == 0;
    while (tty->tail == tty->edit && !tty->ended && !wants_none && got == 0) {
        got = file->flags & O_NONBLOCK
                  ? -EAGAIN : wait_sleep(&tty->input_wait, &tty->lock,
                                         WAIT_INTERRUPTIBLE);
    }
    bool was_full = is_full(tty);
    if (got == 0) {
        got = (long)tty_take(tty, line, size);
    }
    spin_unlock(&tty->lock);
    if (was_full) {
        console_poll(); /* the devices may hold bytes: there is room now */
    }
    if (got > 0 && uio_move(uio, line, (size_t)got) != 0) {
        got = -EFAULT;
    }
    kfree(line);
    return got;
}

long
tty_set_modes(struct tty *tty, vaddr_t user, bool flush)
{
    struct termios modes;

    if (copy_from_user(&modes, user, sizeof(modes)) != 0) {
        return -EFAULT;
    }
    spin_lock(&tty->lock);
    tcflag_t changed = tty->termios.c_lflag ^ modes.c_lflag;
    tty->termios = modes;
    if (flush) {
        tty->tail = tty->edit = tty->head;
    }
    if (changed & ICANON) { /* pending bytes become a line, or no line */
        if (tty_has(tty, ICANON) && tty->tail != tty->head) {
            tty->ring[(tty->head - 1) % TTY_RING] |= TTY_LINE_END;
        }
        hand_over(tty);
    }
    spin_unlock(&tty->lock);
    console_poll();
    return 0;
}
