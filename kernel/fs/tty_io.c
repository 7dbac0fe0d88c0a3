/*
 * The terminal's two ends for programs: reading what was typed, and writing,
 * with what output processing (OPOST) makes of it.
 *
 * Essential fact: user memory is copied without the lock, so a read takes its
 * bytes out of the ring first, and a write marks the terminal (`writing`) until
 * all of it is shown, or others have a turn.
 */
#include "abi/errno.h"
#include "abi/signal.h"

#include "core/optional.h"

#include "arch/clock.h"

#include "mm/heap.h"

#include "proc/signal.h"

#include "fs/file.h"
#include "fs/poll.h"
#include "fs/tty.h"

#define SHOW_MAX  64 /* bytes that the driver shows at once */
#define WHOLE     4096 /* bytes of a write that nobody else's come between */
#define TAB_WIDTH 8  /* the most that one byte becomes */
#define TENTH     100000000UL /* of a second: VTIME's unit, in ns */

OPTIONAL(poll_join)

/* ---- Output ---- */

static inline bool
makes(const struct tty *tty, tcflag_t output_flag)
{
    return (tty->termios.c_oflag & output_flag) != 0;
}

static size_t
cook_tab(struct tty *tty, char *out)
{
    size_t blanks = TAB_WIDTH - tty->column % TAB_WIDTH;
    bool expand = (tty->termios.c_oflag & TABDLY) == XTABS;

    tty->column += (u32)blanks;
    for (size_t i = 0; i < blanks; i++) {
        out[i] = expand ? ' ' : '\t';
    }
    return expand ? blanks : 1;
}

/* What a control character becomes, or a byte with the highest bit. */
static size_t
cook_special(struct tty *tty, char byte, char *out)
{
    bool newline = byte == '\n';

    switch (byte) {
    case '\t':
        return cook_tab(tty, out);
    case '\b':
        tty->column -= tty->column > 0;
        break;
    case '\n':
    case '\r':
        if (!newline && makes(tty, ONOCR) && tty->column == 0) {
            return 0;
        }
        if (newline && makes(tty, ONLCR)) {
            *out++ = '\r';
        }
        if (newline ? makes(tty, ONLCR | ONLRET)
                    : makes(tty, ONLRET) || !makes(tty, OCRNL)) {
            tty->column = 0;
        }
        tty->line_column = tty->column;
        *out = !newline && makes(tty, OCRNL) ? '\n' : byte;
        return newline && makes(tty, ONLCR) ? 2 : 1;
    default: /* a byte in the middle of a UTF-8 character has no column */
        tty->column += (u8)byte >= 0xc0
                       || ((u8)byte >= 0x80
                           && (tty->termios.c_iflag & IUTF8) == 0);
    }
    *out = byte;
    return 1;
}

/* What a byte becomes.  => bytes in out, at most TAB_WIDTH */
static inline size_t
cook(struct tty *tty, char byte, char *out)
{
    if (byte < ' ' || byte == 0x7f) {
        return cook_special(tty, byte, out);
    }
    *out = byte >= 'a' && byte <= 'z' && makes(tty, OLCUC)
               ? (char)(byte - ' ') : byte;
    tty->column++;
    return 1;
}

size_t
tty_show(struct tty *tty, const char *text, size_t size)
{
    size_t room = tty->driver->room != NULL ? tty->driver->room(tty) : ~0UL;
    bool cooked = makes(tty, OPOST);
    char out[SHOW_MAX + TAB_WIDTH];
    size_t n = 0, i;

    for (i = 0; i < size && room - n >= TAB_WIDTH; i++) {
        if (cooked) {
            n += cook(tty, text[i], out + n);
        } else {
            out[n++] = text[i];
        }
        if (n >= SHOW_MAX) {
            tty->driver->show(tty, out, n);
            room -= n;
            n = 0;
        }
    }
    tty->driver->show(tty, out, n);
    return i;
}

/* Show all of a chunk.  => how much was shown; if not all, *error says why */
static size_t
write_chunk(struct tty *tty, const struct file *file, const char *chunk,
            size_t size, long *error)
{
    size_t done = 0;

    spin_lock(&tty->lock);
    while (*error == 0) {
        if (tty->dead || tty_is_hung(tty, file)) {
            *error = -EIO;
            break;
        }
        done += tty->stopped != 0 ? 0
                                  : tty_show(tty, chunk + done, size - done);
        if (done == size) {
            break;
        }
        *error = file_wait(file, &tty->output_wait, &tty->lock);
    }
    spin_unlock(&tty->lock);
    return done;
}

/* Become the writer whose text is shown, in the order of those who come.
 * => 0; -EAGAIN, -ERESTARTSYS */
static long
begin_output(struct tty *tty, const struct file *file)
{
    struct list place;
    long error = 0;

    spin_lock(&tty->lock);
    list_add_tail(&tty->writers, &place);
    while (error == 0
           && (tty->writing || list_first(&tty->writers) != &place)) {
        error = file_wait(file, &tty->output_wait, &tty->lock);
    }
    list_del(&place);
    if (error == 0) {
        tty->writing = true;
    } else if (!tty->writing) {
        wait_wake_all(&tty->output_wait); /* another is the first now */
    }
    spin_unlock(&tty->lock);
    return error;
}

static void
end_output(struct tty *tty)
{
    spin_lock(&tty->lock);
    tty->writing = false;
    wait_wake_all(&tty->output_wait);
    spin_unlock(&tty->lock);
}

long
tty_write(struct file *file, struct uio *uio)
{
    struct tty *tty = file->data;
    char chunk[256]; /* bytes that are shown at once */
    size_t done = 0, turn = WHOLE; /* the others' turn */
    long error = tty_is_hung(tty, file) ? -EIO
                 : tty_has(tty, TOSTOP) ? tty_ask(tty, SIGTTOU) : 0;

    error = error == 0 ? begin_output(tty, file) : error;
    if (error != 0) {
        return error;
    }
    /* As on Linux, any signal ends the write, with what is shown by then. */
    while (uio->left > 0 && error == 0) {
        (void)cond_resched();
        if (done > 0 && signal_pending() != 0) {
            break;
        }
        if (done >= turn) {
            turn = done + WHOLE;
            end_output(tty);
            error = begin_output(tty, file);
            if (error != 0) {
                return (long)done;
            }
        }
        size_t n = MIN(uio->left, sizeof(chunk));
        size_t failed = uio_move(uio, chunk, n);
        done += write_chunk(tty, file, chunk, n - failed, &error);
        error = error == 0 && failed != 0 ? -EFAULT : error;
    }
    end_output(tty);
    return done > 0 ? (long)done : error;
}

/* ---- Input ---- */

/* Copy bytes that can be read: at most size, in canonical mode of one line.
 * A mark of ^D just behind the last byte goes, too.  => lock held */
static size_t
take(struct tty *tty, char *buf, size_t size)
{
    size_t got = 0;

    while (tty->tail != tty->edit) {
        u16 entry = tty->ring[tty->tail % TTY_RING];
        if (got == size && !(entry & TTY_EOF)) {
            break;
        }
        tty->tail++;
        if (entry & TTY_EOF) {
            break;
        }
        buf[got++] = (char)entry;
        if (entry & TTY_LINE_END) {
            break;
        }
    }
    return got;
}

/* Take a line or, without ICANON, what VMIN and VTIME ask for (termios(3)).
 * => lock held; bytes, or an error with none taken */
static long
take_awaited(struct tty *tty, const struct file *file, char *buf, size_t size)
{
    const cc_t *keys = tty->termios.c_cc;
    u64 deadline = NEVER;
    size_t got = 0;
    long error = 0;

    if (!tty_has(tty, ICANON) && keys[VMIN] == 0) {
        deadline = keys[VTIME] != 0 ? clock_ns() + keys[VTIME] * TENTH : 0;
    }
    while (got < size && error == 0) {
        if (tty->tail != tty->edit) {
            got += take(tty, buf + got, size - got);
            if (tty_has(tty, ICANON) || got >= keys[VMIN]) {
                break;
            }
            deadline = keys[VTIME] != 0 ? clock_ns() + keys[VTIME] * TENTH
                                        : NEVER;
        } else if (tty->dead) {
            error = -EIO;
        } else if (tty->ended || tty_is_hung(tty, file) || deadline == 0) {
            break;
        } else {
            error = file->flags & O_NONBLOCK
                        ? -EAGAIN
                        : wait_until(&tty->input_wait, &tty->lock, deadline);
        }
    }
    return got > 0 || error == -ETIMEDOUT ? (long)got : error;
}

long
tty_read(struct file *file, struct uio *uio)
{
    struct tty *tty = file->data;
    size_t size = MIN(uio->left, TTY_RING);
    long got = tty_is_hung(tty, file) ? 0 : tty_ask(tty, SIGTTIN);

    if (size == 0 || got != 0 || tty_is_hung(tty, file)) {
        return got;
    }
    /* One copy out of the ring: two readers never share a line. */
    char *line = kmalloc(size);
    if (line == NULL) {
        return -ENOMEM;
    }
    spin_lock(&tty->lock);
    got = take_awaited(tty, file, line, size);
    spin_unlock(&tty->lock);
    tty_resume(tty);
    if (got > 0 && uio_move(uio, line, (size_t)got) != 0) {
        got = -EFAULT;
    }
    kfree(line);
    return got;
}

/* Whether a read would not wait: for a line or, if VMIN alone decides when a
 * read is over, for so many bytes.  => lock held */
static bool
has_line(const struct tty *tty)
{
    const cc_t *keys = tty->termios.c_cc;
    u32 least = keys[VTIME] == 0 && keys[VMIN] != 0 ? keys[VMIN] : 1;

    return tty->edit - tty->tail >= (tty_has(tty, ICANON) ? 1 : least);
}

u32
tty_poll(struct file *file, struct poller *poller)
{
    struct tty *tty = file->data;
    const struct tty_driver *driver = tty->driver;
    u32 ready = 0;

    spin_lock(&tty->lock);
    poll_join(poller, &tty->input_wait, POLL_READ | POLLHUP, &tty->lock, NULL);
    poll_join(poller, &tty->output_wait, POLL_WRITE, &tty->lock, NULL);
    if (tty->dead || tty_is_hung(tty, file)) {
        ready = POLL_READ | POLL_WRITE | POLLERR | POLLHUP;
    } else {
        ready |= has_line(tty) ? POLL_READ : 0;
        ready |= tty->ended ? POLLHUP : 0;
        ready |= file->inode->ops->write != NULL && tty->stopped == 0
                         && !tty->writing
                         && (driver->room == NULL
                             || driver->room(tty) >= TAB_WIDTH)
                     ? POLL_WRITE : 0;
    }
    spin_unlock(&tty->lock);
    return ready;
}
