/*
 * The line discipline: from typed bytes to lines, and from text to the screen.
 * The file operations are in tty_file.c, sessions and groups in tty_job.c.
 *
 * Essential fact: everything here runs under the terminal's lock with
 * interrupts off, and may run in an interrupt handler; so a signal for ^C is
 * only noted, and sent by deferred work.
 *
 * Entry points: tty_receive, tty_take, tty_show_locked.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "common/string.h"

#include "core/console.h"

#include "fs/tty.h"

#define TAB_STOP  8
#define DELETE    0x7f
#define SHOW_MAX  64 /* bytes given to the devices at once */

static bool receive_signal(struct tty *tty, u8 byte);
static bool receive_flow(struct tty *tty, u8 byte);
static bool receive_edit(struct tty *tty, u8 byte);
static bool receive_data(struct tty *tty, u16 entry);

static inline bool
has(const struct tty *tty, tcflag_t local_flag)
{
    return (tty->termios.c_lflag & local_flag) != 0;
}

/* Whether byte is the one that control character `index` is set to (0: off). */
static inline bool
is_control(const struct tty *tty, int index, u8 byte)
{
    return byte != 0 && tty->termios.c_cc[index] == byte;
}

/* ---- Output ---- */

static u32
column_after(u32 column, u8 byte)
{
    switch (byte) {
    case '\n':
    case '\r':
        return 0;
    case '\b':
        return column > 0 ? column - 1 : 0;
    case '\t':
        return column - column % TAB_STOP + TAB_STOP;
    default:
        /* A continuation byte of UTF-8 takes no place of its own. */
        return byte < ' ' || (byte & 0xc0) == 0x80 ? column : column + 1;
    }
}

void
tty_show_locked(struct tty *tty, const char *text, size_t size)
{
    tcflag_t modes = tty->termios.c_oflag;
    char out[SHOW_MAX + 2];
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if ((modes & OPOST) && c == '\n' && (modes & ONLCR)) {
            out[n++] = '\r';
        } else if ((modes & OPOST) && c == '\r' && (modes & OCRNL)) {
            c = '\n';
        }
        out[n++] = c;
        tty->column = column_after(tty->column, (u8)c);
        if (n >= SHOW_MAX) {
            console_write(out, n);
            n = 0;
        }
    }
    console_write(out, n);
}

static bool
shown_as_caret(u8 byte)
{
    return (byte < ' ' && byte != '\t' && byte != '\n') || byte == DELETE;
}

static void
echo(struct tty *tty, u8 byte)
{
    char caret[2] = {'^', (char)(byte ^ 0x40)};
    char plain = (char)byte;

    if (!has(tty, ECHO) && !(byte == '\n' && has(tty, ECHONL))) {
        return;
    }
    if (has(tty, ECHOCTL) && shown_as_caret(byte)) {
        tty_show_locked(tty, caret, 2);
    } else {
        tty_show_locked(tty, &plain, 1);
    }
}

/* ---- Input ---- */

static inline u32
ring_used(const struct tty *tty)
{
    return tty->head - tty->tail;
}

static void
append(struct tty *tty, u16 entry)
{
    if (tty->head == tty->edit) {
        tty->edit_column = tty->column;
    }
    tty->ring[tty->head++ % TTY_RING] = entry;
}

/* What is typed up to now can be read. */
static void
hand_over(struct tty *tty)
{
    tty->edit = tty->head;
    wait_wake_all(&tty->input_wait);
}

bool
tty_receive(struct tty *tty, char typed)
{
    u8 byte = (u8)typed;
    u64 flags = spin_lock_irq(&tty->lock);
    tcflag_t modes = tty->termios.c_iflag;
    bool taken = true;

    if (tty->literal) {
        taken = receive_data(tty, byte);
        tty->literal = !taken;
        goto out;
    }
    if (byte == '\r' && (modes & IGNCR)) {
        goto out;
    }
    if (byte == '\r' && (modes & ICRNL)) {
        byte = '\n';
    } else if (byte == '\n' && (modes & INLCR)) {
        byte = '\r';
    }
    if (receive_signal(tty, byte) || receive_flow(tty, byte)
        || receive_edit(tty, byte)) {
        goto out;
    }
    if (has(tty, ICANON) && is_control(tty, VEOF, byte)) {
        taken = receive_data(tty, TTY_EOF);
    } else if (has(tty, ICANON)
               && (byte == '\n' || is_control(tty, VEOL, byte))) {
        taken = receive_data(tty, byte | TTY_LINE_END);
    } else {
        taken = receive_data(tty, byte);
    }
out:
    spin_unlock_irq(&tty->lock, flags);
    return taken;
}

/* Something to keep.  => false: no room, and the device must hold it back */
static bool
receive_data(struct tty *tty, u16 entry)
{
    bool ends_line = (entry & (TTY_LINE_END | TTY_EOF)) != 0;

    if (ring_used(tty) >= TTY_RING - 1) {
        if (tty->edit != tty->tail) {
            return false; /* a reader will make room */
        }
        if (!ends_line || ring_used(tty) == TTY_RING) {
            return true; /* one endless line: as on Linux, its rest is lost */
        }
    }
    append(tty, entry);
    if (!(entry & TTY_EOF)) {
        echo(tty, (u8)entry);
    }
    if (ends_line || !has(tty, ICANON)) {
        hand_over(tty);
    }
    return true;
}

/* ^C, ^\, ^Z: note the signal.  => whether the byte was one of them */
static bool
receive_signal(struct tty *tty, u8 byte)
{
    int signal = 0;

    if (has(tty, ISIG)) {
        signal = is_control(tty, VINTR, byte)   ? SIGINT
                 : is_control(tty, VQUIT, byte) ? SIGQUIT
                 : is_control(tty, VSUSP, byte) ? SIGTSTP
                                                : 0;
    }
    if (signal == 0) {
        return false;
    }
    if (!has(tty, NOFLSH)) {
        tty->tail = tty->edit = tty->head;
    }
    tty->stopped = false;
    wait_wake_all(&tty->output_wait);
    echo(tty, byte);
    tty->signals |= SIGNAL_BIT(signal);
    deferred_add(&tty->send);
    return true;
}

/* ^S and ^Q. */
static bool
receive_flow(struct tty *tty, u8 byte)
{
    bool start = is_control(tty, VSTART, byte);

    if (!(tty->termios.c_iflag & IXON)) {
        return false;
    }
    if (!start && is_control(tty, VSTOP, byte)) {
        tty->stopped = true;
        return true;
    }
    if (tty->stopped && (start || (tty->termios.c_iflag & IXANY))) {
        tty->stopped = false;
        wait_wake_all(&tty->output_wait);
    }
    return start;
}

/* ---- Editing the line ---- */

/* The column behind the line's bytes as they were echoed. */
static u32
line_column(const struct tty *tty)
{
    u32 column = tty->edit_column;

    for (u32 i = tty->edit; i != tty->head; i++) {
        u8 byte = (u8)tty->ring[i % TTY_RING];
        bool caret = has(tty, ECHOCTL) && shown_as_caret(byte);
        column = caret ? column + 2 : column_after(column, byte);
    }
    return column;
}

/* Take the line's last character off it, and off the screen. */
static void
erase_one(struct tty *tty)
{
    u32 before = line_column(tty);
    bool was_tab = tty->ring[(tty->head - 1) % TTY_RING] == '\t';

    tty->head--;
    while ((tty->termios.c_iflag & IUTF8) && tty->head != tty->edit
           && (tty->ring[tty->head % TTY_RING] & 0xc0) == 0x80) {
        tty->head--; /* on to the byte that begins the character */
    }
    if (!has(tty, ECHO)) {
        return;
    }
    for (u32 after = line_column(tty); before > after; before--) {
        tty_show_locked(tty, "\b \b", was_tab ? 1 : 3);
    }
}

static void
erase_line(struct tty *tty)
{
    while (tty->head != tty->edit) {
        erase_one(tty);
    }
}

static void
erase_word(struct tty *tty)
{
    bool in_word = false;

    while (tty->head != tty->edit) {
        u8 last = (u8)tty->ring[(tty->head - 1) % TTY_RING];
        bool space = last == ' ' || last == '\t';
        if (in_word && space) {
            return;
        }
        in_word = in_word || !space;
        erase_one(tty);
    }
}

/* Erase, kill, ^W, ^V.  => whether the byte was one of them */
static bool
receive_edit(struct tty *tty, u8 byte)
{
    if (!has(tty, ICANON)) {
        return false;
    }
    /* Terminals differ in what their erase key sends; both are served. */
    if (is_control(tty, VERASE, byte) || byte == '\b') {
        if (tty->head != tty->edit) {
            erase_one(tty);
        }
        return true;
    }
    if (is_control(tty, VKILL, byte)) {
        erase_line(tty);
        return true;
    }
    if (has(tty, IEXTEN) && is_control(tty, VWERASE, byte)) {
        erase_word(tty);
        return true;
    }
    if (has(tty, IEXTEN) && is_control(tty, VLNEXT, byte)) {
        tty->literal = true;
        return true;
    }
    return false;
}

/* ---- Reading ---- */

bool
tty_empty_locked(const struct tty *tty)
{
    return tty->tail == tty->edit;
}

int
tty_take(struct tty *tty, char *buf, size_t size, size_t *got)
{
    u64 flags = spin_lock_irq(&tty->lock);
    bool empty = tty_empty_locked(tty);
    bool ended = false;

    *got = 0;
    while (!ended && tty->tail != tty->edit) {
        u16 entry = tty->ring[tty->tail % TTY_RING];
        if (*got == size && !(entry & TTY_EOF)) {
            break;
        }
        tty->tail++;
        ended = has(tty, ICANON) && (entry & (TTY_LINE_END | TTY_EOF)) != 0;
        if (!(entry & TTY_EOF)) {
            buf[(*got)++] = (char)entry;
        }
    }
    bool goes_on = !ended && tty->tail != tty->edit;
    spin_unlock_irq(&tty->lock, flags);
    console_input_ready();
    return empty ? -EAGAIN : goes_on;
}

void
tty_set_modes(struct tty *tty, const struct termios *modes, bool flush)
{
    u64 flags = spin_lock_irq(&tty->lock);
    tcflag_t changed = tty->termios.c_lflag ^ modes->c_lflag;

    tty->termios = *modes;
    tty->literal = false;
    if (flush) {
        tty->tail = tty->edit = tty->head;
    }
    if (changed & ICANON) { /* what is there is a line, or just bytes */
        if (has(tty, ICANON) && tty->tail != tty->head) {
            tty->ring[(tty->head - 1) % TTY_RING] |= TTY_LINE_END;
        }
        hand_over(tty);
    }
    spin_unlock_irq(&tty->lock, flags);
    console_input_ready();
}
