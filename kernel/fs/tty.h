/*
 * The terminal: the console's devices seen as /dev/console and /dev/tty, with a
 * line discipline between typed bytes and what programs read.
 *
 *   typed --> tty_receive --> ring: [ lines to read | line being edited ]
 *                 | echo          tail             edit              head
 *                 v
 *   shown <-- tty_write <-- programs
 *
 * In canonical mode only whole lines, up to `edit`, can be read; the bytes from
 * `edit` on can still be erased.  Otherwise each byte can be read at once.
 * Indices only grow; a byte's position is its index modulo TTY_RING.
 */
#pragma once

#include "abi/device.h"
#include "abi/termios.h"
#include "core/spin.h"
#include "core/types.h"
#include "proc/mutex.h"

#define TTY_RING 4096

#define TTY_LINE_END 0x100 /* this byte ends a line */
#define TTY_EOF      0x200 /* no byte: it marks where ^D was typed */

struct file;
struct session;
struct uio;

/* `lock` guards all fields below it. */
struct tty {
    struct mutex writing;     /* held during a write: it is shown whole */
    struct spinlock lock;     /* RANK_TTY */
    u32 tail, edit, head;     /* of ring */
    u16 ring[TTY_RING];       /* bytes, with TTY_* flags */
    bool ended;               /* no more input will come */
    struct termios termios;
    struct session *session;  /* whose controlling terminal it is, or NULL */
    pid_t foreground;         /* the group that gets ^C and the like; holds
                                 this pid, so that no other process gets it */
    struct waitq input_wait;  /* readers */
};

#define CONSOLE_NUMBER makedev(5, 1)

/* Whether there is room for a byte (an endless line loses it otherwise). */
bool tty_has_room(struct tty *tty);

/* One typed byte.  => process context or idle, no lock but RANK_INPUT's */
void tty_receive(struct tty *tty, char byte);

/* No byte will follow: reads return the rest, then 0. */
void tty_end(struct tty *tty);

/* Set new modes, from user memory; flush: also discard pending input.
 * => 0, -EFAULT */
long tty_set_modes(struct tty *tty, vaddr_t user, bool flush);

/* read(2), at most one line, and write(2); the terminal is the inode's data. */
long tty_read(struct file *file, struct uio *uio);
long tty_write(struct file *file, struct uio *uio);
