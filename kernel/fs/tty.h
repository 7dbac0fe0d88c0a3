/*
 * A terminal: a line discipline between typed bytes and what programs read, and
 * between what they write and what is shown.
 *
 *   typed --> tty_receive --> ring: [ lines to read | line being edited ]
 *                 | echo          tail             edit              head
 *                 v
 *   shown <-- tty_show <-- tty_write <-- programs
 *
 * In canonical mode only whole lines, up to `edit`, can be read; the bytes from
 * `edit` on can still be erased.  Otherwise each byte can be read at once.
 * Indices only grow; a byte's position is its index modulo TTY_RING.
 *
 * What types and what shows is the driver: the console's devices, in
 * tty_console.c, or the master of a pseudo-terminal, in pty.c.
 */
#pragma once

#include "abi/device.h"
#include "abi/termios.h"
#include "core/spin.h"
#include "core/types.h"
#include "proc/sleep.h"

#define TTY_RING 4096

#define TTY_LINE_END 0x100 /* this byte ends a line */
#define TTY_EOF      0x200 /* and is not read: it marks where ^D was typed */

struct file;
struct inode_ops;
struct poller;
struct process;
struct session;
struct tty;
struct uio;

struct tty_driver {
    /* Show text.  => lock held; not more than there is room for */
    void (*show)(struct tty *tty, const char *text, size_t size);
    /* How many bytes can be shown now; NULL: any number.  => lock held */
    size_t (*room)(const struct tty *tty);
    /* There is room for typed bytes again.  => no lock held */
    void (*resume)(struct tty *tty);
    /* Take back what is echoed since the write began that typed it, as far as
     * nobody has read it; NULL: that cannot be done.  => lock held */
    void (*unshow)(struct tty *tty);
    /* One more open file, if it may be; one fewer.  NULL: always
     * => may hold family_lock; 0, -EIO */
    int (*open)(struct tty *tty);
    void (*close)(struct tty *tty);
};

/* `lock` guards all fields below it. */
struct tty {
    const struct tty_driver *driver; /* immutable, like the next */
    dev_t number;
    struct spinlock lock;     /* RANK_TTY */
    struct termios termios;
    struct winsize size;
    u32 tail, edit, head;     /* of ring */
    u16 ring[TTY_RING];       /* bytes, with TTY_* flags */
    u32 column;               /* where the next byte is shown, and where the */
    u32 line_column;          /* line being edited begins */
    bool literal;             /* ^V was typed: the next byte is only a byte */
    bool erasing;             /* ECHOPRT: erased bytes are being shown */
    bool echoing;             /* what is shown now is echo */
    u8 stopped;               /* TTY_STOP_*: writers wait */
    bool refused;             /* a byte found no room */
    bool writing;             /* a write is being shown */
    struct list writers;      /* that wait for its end */
    bool ended;               /* no more input will come */
    bool dead;                /* nobody is at the other end any more */
    u64 hang_ups;             /* files opened before the last one are dead */
    struct session *session;  /* whose controlling terminal it is, or NULL */
    pid_t foreground;         /* the group that gets ^C and the like; holds
                                 this pid, so that no other process gets it */
    struct waitq input_wait;  /* readers */
    struct waitq output_wait; /* writers */
};

#define TTY_STOP_TYPED 1 /* by ^S */
#define TTY_STOP_ASKED 2 /* by tcflow(3) */

#define CONSOLE_NUMBER makedev(5, 1)

/* A new terminal, in Linux's modes.  => the rest is zero */
void tty_setup(struct tty *tty, const struct tty_driver *driver, dev_t number);

/* What a file of a terminal does: open, read, write, ioctl, close. */
extern const struct inode_ops tty_ops;

static inline bool
tty_has(const struct tty *tty, tcflag_t local_flag)
{
    return (tty->termios.c_lflag & local_flag) != 0;
}

/* ---- The line discipline (tty.c).  lock held, unless said otherwise ---- */

/* Whether there is room for a byte (an endless line loses it otherwise). */
bool tty_has_room(struct tty *tty);

/* There may be room again: tell the driver if it has been refused a byte.
 * => no lock held */
void tty_resume(struct tty *tty);

/* One typed byte.  => process context or idle, no lock but RANK_INPUT's
 * => false: no room, nothing has happened */
bool tty_receive(struct tty *tty, char byte);

/* Forget what was typed and not read. */
void tty_forget(struct tty *tty);

/* Let readers have all that was typed so far. */
void tty_hand_over(struct tty *tty);

/* Readers and writers are to look again. */
void tty_wake(struct tty *tty);

/* ---- Reading and writing (tty_io.c) ---- */

/* Process text for output, and show it.
 * => lock held; how many bytes there was room for */
size_t tty_show(struct tty *tty, const char *text, size_t size);

/* read(2), at most one line, and write(2); file->data is the terminal. */
long tty_read(struct file *file, struct uio *uio);
long tty_write(struct file *file, struct uio *uio);

/* What a file of the terminal is ready for. */
u32 tty_poll(struct file *file, struct poller *poller);

/* ---- Modes (tty_modes.c) ---- */

/* Everything that ioctl(2) does with terminals, also for a master's file. */
long tty_ioctl(struct tty *tty, struct file *file, u32 request, vaddr_t arg);

/* ---- Sessions (tty_jobs.c).  No lock held ---- */

/* A process in the background wants to read or change the terminal.
 * => 0: it may; -EIO; or its group has been sent this signal: -ERESTARTSYS */
long tty_ask(struct tty *tty, int signal);

/* open(2): the terminal of a file, which may become the caller's; close. */
int tty_open(struct file *file);
void tty_close(struct file *file);

/* spawn.  First, its new process, which will lead a session, has opened a file:
 * keep it in *takes (one reference) if it is a terminal that may become the
 * session's.  => 0; -ENXIO: /dev/tty, but there is none yet
 * Second, whether the process, that leads a session or not, may have its group
 * in the foreground of a file's terminal.  => 0; -ENOTTY
 * Last, give the process, which is in its group, the terminal that it takes,
 * and put the group in the foreground of another file's (each may be NULL).
 * => family_lock held; 0; -ENOTTY: not the process's, nothing has changed */
int tty_opened_for_leader(struct file *file, u32 flags, struct file **takes);
int tty_may_foreground(const struct file *file, bool leads,
                       const struct file *takes);
int tty_give(struct process *process, const struct file *takes,
             const struct file *foreground);

/* Whether the terminal was hung up after this file was opened. */
bool tty_is_hung(const struct tty *tty, const struct file *file);

/* ioctl's requests for sessions and groups; master: the caller is not at the
 * terminal, but drives it.  => -ENOTTY: it is none of them */
long tty_session_ioctl(struct tty *tty, u32 request, vaddr_t arg, bool master);

/* The other end is gone for ever: its session loses the terminal. */
void tty_hang_up(struct tty *tty);
