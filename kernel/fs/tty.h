/*
 * The terminal: the console's devices seen as /dev/console and /dev/tty, with a
 * line discipline between typed bytes and what programs read.
 *
 *   typed --> tty_receive --> ring: [ lines to read | line being edited ]
 *                 | echo          tail             edit              head
 *                 v
 *   shown <-- tty_write <-- programs
 *
 * In canonical mode only whole lines, up to `edit`, can be read, and the line
 * behind it can still be erased; otherwise everything can be read at once.
 * Indices only grow; a byte's place is its index modulo TTY_RING.
 */
#pragma once

#include "abi/termios.h"
#include "core/deferred.h"
#include "core/spin.h"
#include "core/types.h"
#include "proc/sleep.h"

#define TTY_RING 4096

#define TTY_LINE_END 0x100 /* this byte ends a line */
#define TTY_EOF      0x200 /* no byte: ^D was typed here */

/* All fields are guarded by the lock. */
struct tty {
    struct spinlock lock;      /* RANK_TTY (irq) */
    u32 tail, edit, head;      /* of ring */
    u16 ring[TTY_RING];        /* bytes, with TTY_* flags */
    bool literal;              /* ^V: the next byte has no meaning */
    bool stopped;              /* ^S: output waits */
    u32 column;                /* of the cursor, as far as we know */
    u32 edit_column;           /* where the line being edited began */
    struct termios termios;
    struct winsize winsize;
    pid_t session;             /* whose controlling terminal it is; 0: none */
    pid_t foreground;          /* group that ^C and the like go to */
    u64 signals;               /* to send, as SIGNAL_BITs */
    struct deferred send;      /* sends them */
    struct waitq input_wait;   /* readers */
    struct waitq output_wait;  /* writers, while stopped */
};

extern struct tty console_tty;

/* Make /dev/console and /dev/tty, and take the console's input.
 * => boot, after /dev exists */
void tty_init(void);

/* One typed byte.
 * => interrupt handlers too
 * => false: no room until somebody reads; the byte was not taken */
bool tty_receive(struct tty *tty, char byte);

/* Read what may be read now, at most size bytes (of one line).
 * => 0 and *got bytes (0: end of file); 1 if the same line goes on; -EAGAIN if
 *    there is nothing yet */
int tty_take(struct tty *tty, char *buf, size_t size, size_t *got);

/* Whether tty_take would give nothing.  => lock held */
bool tty_empty_locked(const struct tty *tty);

/* Show text, as the output modes say.  => lock held */
void tty_show_locked(struct tty *tty, const char *text, size_t size);

/* New modes; what was typed already is kept or, if flush, thrown away. */
void tty_set_modes(struct tty *tty, const struct termios *modes, bool flush);

/* For /proc/PID/stat: the terminal of a session.
 * => its device number and *foreground group; 0 and -1 if it has none */
u64 tty_of_session(pid_t session, pid_t *foreground);

/* The ioctl requests about sessions and groups.
 * => a negative errno; -ENOTTY if the request is none of them */
long tty_job_ioctl(struct tty *tty, u32 request, vaddr_t arg);
