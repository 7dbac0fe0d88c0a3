/*
 * Pseudo-terminals: a program at the master's end types and sees what is shown.
 *
 *    master: write --> tty_receive --> struct tty <-- read    /dev/pts/N, the
 *            read  <-- `shown`     <-- tty_show   <-- write   slave
 *
 * Essential fact: the slave's inode is the whole pseudo-terminal.  It lives as
 * long as the master's file, a file of the slave, or its name; the name goes
 * with the master's file, and with it the session's claim.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/format.h"

#include "core/config.h"
#include "core/optional.h"

#include "mm/heap.h"

#include "proc/cred.h"
#include "proc/mutex.h"

#include "fs/device.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/path.h"
#include "fs/poll.h"
#include "fs/tty.h"

#define PTY_RING     4096 /* bytes that are shown and not read */
#define SLAVE_MAJOR  136

struct pty {
    struct inode inode;       /* /dev/pts/N; its data is &tty */
    struct tty tty;           /* its lock guards the rest, too */
    int number;
    u32 payer;                /* whose it counts as (cred_place) */
    bool locked;              /* the slave cannot be opened (unlockpt(3)) */
    u32 slaves;               /* open files of the slave */
    bool left;                /* there were some, and are none now */
    u32 tail, head;           /* of shown; as in a pipe, they only grow... */
    u32 echo;                 /* ...but the end, from here on, is echo of one */
    u32 echo_column;          /* write, and may be taken back to that column */
    struct waitq shown_wait;  /* readers of the master */
    struct waitq room_wait;   /* writers of the master */
    char shown[PTY_RING];
};

#define pty_of(terminal) container_of(terminal, struct pty, tty)

static struct inode *pts_dir;
static struct mutex numbers_lock; /* guards the next, and names in pts_dir */
static bool used[PTY_MAX];
static struct user_counts counts;

/* ---- The driver, as tty.h wants it ---- */

static size_t
pty_room(const struct tty *tty)
{
    const struct pty *pty = pty_of(tty);

    return PTY_RING - (pty->head - pty->tail);
}

static void
begin_echo(struct pty *pty)
{
    pty->echo = pty->head;
    pty->echo_column = pty->tty.column;
}

static void
pty_show(struct tty *tty, const char *text, size_t size)
{
    struct pty *pty = pty_of(tty);

    for (size_t i = 0; i < size; i++) {
        pty->shown[pty->head++ % PTY_RING] = text[i];
    }
    if (!tty->echoing) {
        begin_echo(pty);
    }
    wait_wake_all(&pty->shown_wait);
}

/* As on Linux, ^C or the like makes the echo of what was typed before it, by
 * the same write, disappear. */
static void
pty_unshow(struct tty *tty)
{
    struct pty *pty = pty_of(tty);

    pty->head -= MIN(pty->head - pty->tail, pty->head - pty->echo);
    tty->column = pty->echo_column;
    begin_echo(pty);
    wait_wake_all(&tty->output_wait);
}

static void
pty_resume(struct tty *tty)
{
    spin_lock(&tty->lock);
    wait_wake_all(&pty_of(tty)->room_wait);
    spin_unlock(&tty->lock);
}

static int
slave_open(struct tty *tty)
{
    struct pty *pty = pty_of(tty);

    spin_lock(&tty->lock);
    int error = tty->dead || pty->locked ? -EIO : 0;
    if (error == 0) {
        inode_get(&pty->inode); /* the file may be one of /dev/tty */
        pty->slaves++;
        pty->left = false;
    }
    spin_unlock(&tty->lock);
    return error;
}

static void
slave_close(struct tty *tty)
{
    struct pty *pty = pty_of(tty);

    spin_lock(&tty->lock);
    pty->left = --pty->slaves == 0;
    wait_wake_all(&pty->shown_wait);
    spin_unlock(&tty->lock);
    inode_put(&pty->inode);
}

/* ---- The master ---- */

/* Sleep until the other end does something.  => the lock held
 * => 0, -EAGAIN, -ERESTARTSYS */
static int
wait_slave(struct pty *pty, const struct file *file, struct waitq *queue)
{
    return file->flags & O_NONBLOCK ? -EAGAIN
                                    : wait_sleep(queue, &pty->tty.lock,
                                                 WAIT_INTERRUPTIBLE);
}

/* Take what has been shown.  => bytes; -EIO: the slave has been closed */
static long
take_shown(struct pty *pty, const struct file *file, char *buf, size_t size)
{
    long error = 0;
    size_t n = 0;

    spin_lock(&pty->tty.lock);
    while (pty->head == pty->tail && error == 0) {
        error = pty->left ? -EIO : wait_slave(pty, file, &pty->shown_wait);
    }
    while (n < size && pty->head != pty->tail) {
        buf[n++] = pty->shown[pty->tail++ % PTY_RING];
    }
    tty_wake(&pty->tty); /* there is room for its writers */
    spin_unlock(&pty->tty.lock);
    return n > 0 ? (long)n : error;
}

static long
master_read(struct file *file, struct uio *uio)
{
    size_t size = MIN(uio->left, PTY_RING);
    char *buf = size > 0 ? kmalloc(size) : NULL;

    if (buf == NULL) {
        return size > 0 ? -ENOMEM : 0;
    }
    long got = take_shown(file->data, file, buf, size);
    if (got > 0 && uio_move(uio, buf, (size_t)got) != 0) {
        got = -EFAULT;
    }
    kfree(buf);
    return got;
}

/* Type a byte, when there is room for it.  => 0, -EAGAIN, -ERESTARTSYS */
static long
type(struct pty *pty, const struct file *file, char byte)
{
    long error = 0;

    while (error == 0 && !tty_receive(&pty->tty, byte)) {
        spin_lock(&pty->tty.lock);
        if (!tty_has_room(&pty->tty)) {
            error = wait_slave(pty, file, &pty->room_wait);
            begin_echo(pty);
        }
        spin_unlock(&pty->tty.lock);
    }
    return error;
}

static long
master_write(struct file *file, struct uio *uio)
{
    char chunk[128];
    size_t done = 0;
    long error = 0;
    struct pty *pty = file->data;

    spin_lock(&pty->tty.lock);
    begin_echo(pty);
    spin_unlock(&pty->tty.lock);
    while (uio->left > 0 && error == 0) {
        size_t n = MIN(uio->left, sizeof(chunk));
        size_t failed = uio_move(uio, chunk, n);
        for (size_t i = 0; i < n - failed && error == 0; i++) {
            error = type(pty, file, chunk[i]);
            done += error == 0;
        }
        error = error == 0 && failed != 0 ? -EFAULT : error;
    }
    return done > 0 ? (long)done : error;
}

OPTIONAL(poll_join)

static u32
master_poll(struct file *file, struct poller *poller)
{
    struct pty *pty = file->data;
    u32 ready = 0;

    spin_lock(&pty->tty.lock);
    poll_join(poller, &pty->shown_wait, POLL_READ | POLLHUP, &pty->tty.lock,
              NULL);
    poll_join(poller, &pty->room_wait, POLL_WRITE, &pty->tty.lock, NULL);
    ready |= pty->head != pty->tail ? POLL_READ : 0;
    ready |= pty->left ? POLLHUP : 0;
    ready |= tty_has_room(&pty->tty) ? POLL_WRITE : 0;
    spin_unlock(&pty->tty.lock);
    return ready;
}

/* TCFLSH on the master: what has been shown, or what was typed, is lost. */
static long
flush_master(struct pty *pty, vaddr_t queue)
{
    if (queue > TCIOFLUSH) {
        return -EINVAL;
    }
    spin_lock(&pty->tty.lock);
    if (queue != TCOFLUSH) {
        pty->tail = pty->head;
        tty_wake(&pty->tty);
    }
    spin_unlock(&pty->tty.lock);
    return 0;
}

static long
master_ioctl(struct file *file, u32 request, vaddr_t arg)
{
    struct pty *pty = file->data;
    int number = pty->number;

    switch (request) {
    case TIOCGPTN:
        return copy_to_user(arg, &number, sizeof(number));
    case TIOCSPTLCK:
        if (copy_from_user(&number, arg, sizeof(number)) != 0) {
            return -EFAULT;
        }
        spin_lock(&pty->tty.lock);
        pty->locked = number != 0;
        spin_unlock(&pty->tty.lock);
        return 0;
    case TIOCGPTLCK:
        number = pty->locked;
        return copy_to_user(arg, &number, sizeof(number));
    case TCFLSH:
        return flush_master(pty, arg);
    case FIONREAD:
        number = (int)(pty->head - pty->tail);
        return copy_to_user(arg, &number, sizeof(number));
    default:
        return tty_ioctl(&pty->tty, file, request, arg);
    }
}

/* ---- Birth and end ---- */

/* Give the new pseudo-terminal the lowest free number, and its name.
 * => 0; -ENOSPC: there are, or the user has, too many; -ENOMEM */
static int
add_name(struct pty *pty)
{
    char name[MADE_NAME];
    int error = -ENOSPC;
    int n = 0;

    pty->payer = cred_place(current->cred);
    mutex_lock(&numbers_lock);
    while (n < PTY_MAX && used[n]) {
        n++;
    }
    if (cred_has_room(&counts, pty->payer, 1, PTY_MAX)) {
        static const struct tty_driver driver = {
            .show = pty_show, .room = pty_room, .resume = pty_resume,
            .unshow = pty_unshow,
            .open = slave_open, .close = slave_close,
        };
        snprintf(name, sizeof(name), "%d", n);
        pty->number = n;
        pty->inode.rdev = makedev(SLAVE_MAJOR, (u32)n);
        tty_setup(&pty->tty, &driver, pty->inode.rdev);
        error = dir_add(pts_dir, name, &pty->inode);
        used[n] = error == 0;
        cred_count(&counts, pty->payer, error == 0);
    }
    mutex_unlock(&numbers_lock);
    return error;
}

/* open("/dev/ptmx"): a new pseudo-terminal, with this file as its master. */
static int
master_open(struct file *file)
{
    struct inode *inode = inode_alloc(sizeof(struct pty), &tty_ops,
                                      S_IFCHR | 0620);

    if (inode == NULL) {
        return -ENOMEM;
    }
    struct pty *pty = container_of(inode, struct pty, inode);
    inode->dev = DEV_PTS;
    inode->data = &pty->tty;
    pty->locked = true;
    waitq_init(&pty->shown_wait);
    waitq_init(&pty->room_wait);
    int error = add_name(pty);
    if (error == 0) {
        file->data = pty; /* takes over the reference */
    } else {
        inode_put(inode);
    }
    return error;
}

static void
master_close(struct file *file)
{
    struct lookup lookup = {.dir = pts_dir};
    struct pty *pty = file->data;

    if (pty == NULL) { /* master_open failed */
        return;
    }
    snprintf(lookup.name, sizeof(lookup.name), "%d", pty->number);
    mutex_lock(&numbers_lock);
    dir_remove(&lookup, false);
    used[pty->number] = false;
    cred_count(&counts, pty->payer, -1U);
    mutex_unlock(&numbers_lock);
    tty_hang_up(&pty->tty);
    inode_put(&pty->inode);
}

void
pty_init(void)
{
    static const struct inode_ops ops = {
        .open = master_open, .read = master_read, .write = master_write,
        .ioctl = master_ioctl, .poll = master_poll, .close = master_close,
    };

    mutex_init(&numbers_lock, MUTEX_CONTENT);
    pts_dir = dir_alloc(0755);
    fs_must_place("/dev/pts", pts_dir != NULL ? inode_get(pts_dir) : NULL);
    pts_dir->dev = DEV_PTS;
    device_add("/dev/ptmx", S_IFCHR | 0666, makedev(5, 2), &ops, NULL);
}
