/*
 * The line discipline: what a typed byte does.  It is a signal, or edits the
 * line, or is kept for readers; and it is echoed.
 *
 * Essential fact: input comes from console_poll or a write to a master, with
 * interrupts on, so ^C sends its signal here.  It does so after releasing the
 * terminal's lock: family_lock, which guards the group, ranks before it.
 *
 * The order of the tests and what is echoed are Linux's.
 */
#include "abi/signal.h"

#include "core/panic.h"

#include "proc/jobs.h"

#include "fs/tty.h"

#define DELETE   0x7f
#define TAB_STOP 8U

static inline bool
has_input(const struct tty *tty, tcflag_t input_flag)
{
    return (tty->termios.c_iflag & input_flag) != 0;
}

/* Whether byte is control character `index` of the modes (0: switched off). */
static inline bool
is_control(const struct tty *tty, int index, u8 byte)
{
    return byte != 0 && tty->termios.c_cc[index] == byte;
}

/* The same for those that only IEXTEN switches on. */
static inline bool
is_extra(const struct tty *tty, int index, u8 byte)
{
    return tty_has(tty, IEXTEN) && is_control(tty, index, byte);
}

static inline bool
is_invisible(u8 byte)
{
    return byte < ' ' || byte == DELETE;
}

/* Whether it is not the first byte of a UTF-8 character. */
static inline bool
continues(const struct tty *tty, u8 byte)
{
    return has_input(tty, IUTF8) && (byte & 0xc0) == 0x80;
}

static inline u8
typed_at(const struct tty *tty, u32 index)
{
    return (u8)tty->ring[index % TTY_RING];
}

/* ---- Echo.  What there is no room for is lost ---- */

static void
echo_text(struct tty *tty, const char *text, size_t size)
{
    (void)tty_show(tty, text, size);
}

/* A control character as ^X, if ECHOCTL is set; a tab is a tab. */
static void
echo_byte(struct tty *tty, u8 byte)
{
    char caret[2] = {'^', (char)(byte ^ 0x40)};
    bool two = tty_has(tty, ECHOCTL) && is_invisible(byte) && byte != '\t';

    echo_text(tty, two ? caret : (char *)&byte, two ? 2 : 1);
}

/* ECHOPRT shows what is erased between \ and /. */
static void
end_erasing(struct tty *tty)
{
    if (tty->erasing) {
        echo_text(tty, "/", 1);
        tty->erasing = false;
    }
}

/* Echo a byte that is about to be kept. */
static void
echo_kept(struct tty *tty, u8 byte)
{
    if (tty_has(tty, ECHO)) {
        end_erasing(tty);
        if (tty->edit == tty->head) {
            tty->line_column = tty->column;
        }
        echo_byte(tty, byte);
    }
}

/* ---- The queue ---- */

static inline bool
is_full(const struct tty *tty)
{
    return tty->head - tty->tail >= TTY_RING - 1;
}

bool
tty_has_room(struct tty *tty)
{
    bool room = !is_full(tty)
                || (tty_has(tty, ICANON) && tty->edit == tty->tail);

    tty->refused = tty->refused || !room;
    return room;
}

void
tty_resume(struct tty *tty)
{
    if (__atomic_exchange_n(&tty->refused, false, __ATOMIC_ACQ_REL)) {
        tty->driver->resume(tty);
    }
}

void
tty_hand_over(struct tty *tty)
{
    tty->edit = tty->head;
    wait_wake_all(&tty->input_wait);
}

void
tty_forget(struct tty *tty)
{
    tty->tail = tty->edit = tty->head;
    tty->erasing = tty->literal = false;
}

void
tty_wake(struct tty *tty)
{
    assert(spin_held(&tty->lock));
    wait_wake_all(&tty->input_wait);
    wait_wake_all(&tty->output_wait);
}

/* Store a byte, with TTY_* flags. */
static void
keep(struct tty *tty, u16 entry)
{
    bool ends_line = entry >= TTY_LINE_END;

    if (tty->head - tty->tail == TTY_RING || (is_full(tty) && !ends_line)) {
        return; /* the line is too long: as on Linux, its rest is lost */
    }
    tty->ring[tty->head++ % TTY_RING] = entry;
    if (ends_line || !tty_has(tty, ICANON)) {
        tty_hand_over(tty);
    }
}

/* ---- Editing the line ---- */

/* Move the cursor back over a tab: to the end of what stands before it. */
static void
unshow_tab(struct tty *tty)
{
    u32 columns = 0;
    u32 at = tty->head;

    while (at != tty->edit && typed_at(tty, at - 1) != '\t') {
        u8 byte = typed_at(tty, --at);
        columns += is_invisible(byte) ? (tty_has(tty, ECHOCTL) ? 2 : 0)
                                      : !continues(tty, byte);
    }
    columns += at == tty->edit ? tty->line_column : 0;
    for (u32 n = TAB_STOP - columns % TAB_STOP; n > 0; n--) {
        echo_text(tty, "\b", 1);
    }
}

/* Show that the character at head, `size` bytes, has been erased. */
static void
unshow(struct tty *tty, u32 size, bool by_erase)
{
    u8 byte = typed_at(tty, tty->head);
    bool two = is_invisible(byte) && tty_has(tty, ECHOCTL);

    if (tty_has(tty, ECHOPRT)) {
        echo_text(tty, "\\", tty->erasing ? 0 : 1);
        tty->erasing = true;
        echo_byte(tty, byte);
        for (u32 i = 1; i < size; i++) {
            char more = (char)typed_at(tty, tty->head + i);
            echo_text(tty, &more, 1);
        }
    } else if (by_erase && !tty_has(tty, ECHOE)) {
        echo_byte(tty, tty->termios.c_cc[VERASE]);
    } else if (byte == '\t') {
        unshow_tab(tty);
    } else {
        echo_text(tty, "\b \b\b \b", two ? 6 : is_invisible(byte) ? 0 : 3);
    }
}

/* ASCII's and Latin 1's letters and digits, as on Linux. */
static bool
is_of_word(u8 byte)
{
    u8 lower = byte | 0x20;

    return (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9')
           || byte == '_' || (byte >= 0xc0 && lower != 0xf7);
}

/* Erase the last character.  => false: it is not whole, or no part of the word
 * that is being erased (word: NULL, or whether a letter was seen) */
static bool
erase_one(struct tty *tty, bool by_erase, bool *word)
{
    u32 start = tty->head - 1;

    while (continues(tty, typed_at(tty, start)) && start != tty->edit) {
        start--;
    }
    u8 byte = typed_at(tty, start);
    bool in_word = is_of_word(byte);
    if (continues(tty, byte) || (word != NULL && *word && !in_word)) {
        return false;
    }
    if (word != NULL) {
        *word = in_word;
    }
    u32 size = tty->head - start;
    tty->head = start;
    if (tty_has(tty, ECHO)) {
        unshow(tty, size, by_erase);
    }
    return true;
}

/* Erase a character, a word or the line.
 * => whether byte was such a control character */
static bool
edit_line(struct tty *tty, u8 byte)
{
    bool one = is_control(tty, VERASE, byte);
    bool kill = !one && is_control(tty, VKILL, byte);
    bool word = !one && !kill && is_extra(tty, VWERASE, byte);
    bool letter = false;

    if (!one && !kill && !word) {
        return false;
    }
    if (tty->head != tty->edit && kill
        && (!tty_has(tty, ECHO) || !tty_has(tty, ECHOK)
            || !tty_has(tty, ECHOKE) || !tty_has(tty, ECHOE))) {
        tty->head = tty->edit;
        if (tty_has(tty, ECHO)) {
            end_erasing(tty);
            echo_byte(tty, byte);
            echo_text(tty, "\n", tty_has(tty, ECHOK) ? 1 : 0);
        }
        return true;
    }
    while (tty->head != tty->edit
           && erase_one(tty, one, word ? &letter : NULL) && !one) {
    }
    if (tty->head == tty->edit && tty_has(tty, ECHO)) {
        end_erasing(tty);
    }
    return true;
}

/* ^R: show the line again, on a new line. */
static void
reprint(struct tty *tty, u8 byte)
{
    end_erasing(tty);
    echo_byte(tty, byte);
    echo_text(tty, "\n", 1);
    for (u32 at = tty->edit; at != tty->head; at++) {
        echo_byte(tty, typed_at(tty, at));
    }
}

/* In canonical mode: act on a control character.  => whether it was one */
static bool
control_line(struct tty *tty, u8 byte)
{
    if (edit_line(tty, byte)) {
        return true;
    }
    if (is_extra(tty, VLNEXT, byte)) {
        tty->literal = true;
        if (tty_has(tty, ECHO)) {
            end_erasing(tty);
            echo_text(tty, "^\b", tty_has(tty, ECHOCTL) ? 2 : 0);
        }
    } else if (tty_has(tty, ECHO) && is_extra(tty, VREPRINT, byte)) {
        reprint(tty, byte);
    } else if (byte == '\n') {
        echo_text(tty, "\n", tty_has(tty, ECHO | ECHONL) ? 1 : 0);
        keep(tty, TTY_LINE_END | '\n');
    } else if (is_control(tty, VEOF, byte)) {
        keep(tty, TTY_EOF);
    } else if (is_control(tty, VEOL, byte) || is_extra(tty, VEOL2, byte)) {
        echo_kept(tty, byte);
        keep(tty, TTY_LINE_END | byte);
    } else {
        return false;
    }
    return true;
}

/* ---- A typed byte ---- */

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

/* Output goes on, if ^S has stopped it. */
static void
start_output(struct tty *tty)
{
    tty->stopped &= (u8)~TTY_STOP_TYPED;
    wait_wake_all(&tty->output_wait);
}

/* ^S and ^Q.  => whether byte was one */
static bool
control_output(struct tty *tty, u8 byte)
{
    bool start = is_control(tty, VSTART, byte);

    if (start) {
        start_output(tty);
    } else if (is_control(tty, VSTOP, byte)) {
        tty->stopped |= TTY_STOP_TYPED;
        return true;
    }
    return start;
}

/* => the signal to send, or 0 */
static int
take(struct tty *tty, u8 byte)
{
    bool literal = tty->literal;

    byte = has_input(tty, ISTRIP) ? byte & 0x7f : byte;
    if (has_input(tty, IUCLC) && tty_has(tty, IEXTEN)
        && byte >= 'A' && byte <= 'Z') {
        byte |= 0x20;
    }
    tty->literal = false;
    if (!literal && has_input(tty, IXON) && control_output(tty, byte)) {
        return 0;
    }
    int signal = literal ? 0 : signal_of(tty, byte);
    if (has_input(tty, IXON)
        && (signal != 0 || has_input(tty, IXANY))) {
        start_output(tty);
    }
    if (signal != 0) {
        if (!tty_has(tty, NOFLSH)) {
            tty_forget(tty);
            if (tty->driver->unshow != NULL) {
                tty->driver->unshow(tty);
            }
        }
        if (tty_has(tty, ECHO)) {
            echo_byte(tty, byte);
        }
        return signal;
    }
    bool ended = !literal && byte == '\r' && has_input(tty, IGNCR | ICRNL);
    if (ended && has_input(tty, IGNCR)) {
        return 0;
    }
    if (!literal) {
        byte = ended                                     ? '\n'
               : byte == '\n' && has_input(tty, INLCR) ? '\r'
                                                         : byte;
    }
    if (!literal && tty_has(tty, ICANON) && control_line(tty, byte)) {
        return 0;
    }
    if (ended && tty_has(tty, ECHO)) {
        end_erasing(tty);
        echo_text(tty, "\n", 1);
    } else {
        echo_kept(tty, byte);
    }
    if (byte == 0xff && has_input(tty, PARMRK)) {
        keep(tty, byte); /* the first of two: a mark begins with only one */
    }
    keep(tty, byte);
    return 0;
}

bool
tty_receive(struct tty *tty, char byte)
{
    int signal = 0;

    spin_lock(&tty->lock);
    bool room = tty_has_room(tty);
    if (room) {
        tty->echoing = true;
        signal = take(tty, (u8)byte);
        tty->echoing = false;
    }
    pid_t foreground = tty->foreground;
    spin_unlock(&tty->lock);
    if (signal != 0 && foreground > 0) {
        signal_send_group(foreground, signal);
    }
    return room;
}
