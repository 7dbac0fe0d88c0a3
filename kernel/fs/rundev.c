/*
 * /dev/run.
 *
 * Essential fact: COM1 carries either the terminal's input or the program's
 * standard input, never both; /run/tine/stdio, which comes with the initrd,
 * says which, so the choice is made before the first byte is looked at.
 *
 * In the second case byte 0x10 (DLE) is escaped: DLE DLE is a DLE, DLE `E` the
 * end of the input.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/console.h"
#include "core/hostlink.h"

#include "mm/object.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/path.h"
#include "fs/rundev.h"
#include "fs/tty.h"
#include "fs/uio.h"

#define RING       4096
#define READ_CHUNK 256
#define DLE        0x10

#define RUN_MAJOR 240 /* for local use, says Linux's list of devices */

/* What came for /dev/run/stdin; indices only grow. */
static struct {
    struct spinlock lock; /* RANK_TTY; it guards all of this */
    u32 head, tail;
    u8 ring[RING];
    bool escaped;         /* a DLE came: the next byte says what is meant */
    bool ended;
    struct waitq wait;
} input = {.lock = SPINLOCK_INIT(RANK_TTY)};

static void
put_input(u8 byte)
{
    if (input.ended) {
        return;
    }
    if (byte == DLE && !input.escaped) {
        input.escaped = true;
        return;
    }
    if (input.escaped && byte != DLE) {
        input.ended = byte == 'E'; /* anything else is noise on the line */
    } else {
        input.ring[input.head++ % RING] = byte;
    }
    input.escaped = false;
}

static bool
receive_for_run(char byte)
{
    u64 flags = spin_lock_irq(&input.lock);
    bool taken = input.head - input.tail < RING;

    if (taken) {
        put_input((u8)byte);
        wait_wake_all(&input.wait);
    }
    spin_unlock_irq(&input.lock, flags);
    return taken;
}

static bool
receive_for_tty(char byte)
{
    return tty_receive(&console_tty, byte);
}

/* ---- /dev/run/stdin ---- */

/* Wait for input and take at most size bytes of it.
 * => bytes, 0 at the end; -EINTR, -EAGAIN */
static long
take_input(char *buf, size_t size, bool block)
{
    size_t got = 0;
    int error = 0;

    u64 flags = spin_lock_irq(&input.lock);
    while (input.head == input.tail && !input.ended && error == 0) {
        error = block ? wait_sleep_irq(&input.wait, &input.lock, &flags)
                      : -EAGAIN;
    }
    while (error == 0 && got < size && input.tail != input.head) {
        buf[got++] = (char)input.ring[input.tail++ % RING];
    }
    spin_unlock_irq(&input.lock, flags);
    console_input_ready();
    return error != 0 ? error : (long)got;
}

static long
stdin_read(struct file *file, struct uio *uio)
{
    char chunk[READ_CHUNK];
    size_t done = 0;

    while (uio->left > 0) {
        bool block = done == 0 && !(file->flags & O_NONBLOCK);
        long got = take_input(chunk, MIN(uio->left, READ_CHUNK), block);
        if (got <= 0) {
            return done > 0 ? (long)done : got;
        }
        if (uio_put(uio, chunk, got) != 0) {
            return done > 0 ? (long)done : -EFAULT;
        }
        done += got;
    }
    return (long)done;
}

/* ---- The others ---- */

static struct mutex record_lock; /* guards record */
static char record[HOST_RECORD_MAX];

static long
send_records(enum host_record type, struct uio *uio)
{
    size_t size = uio->left;
    size_t failed = 0;

    mutex_lock(&record_lock);
    while (uio->left > 0 && failed == 0) {
        size_t n = MIN(uio->left, sizeof(record));
        failed = uio_take(uio, record, n);
        if (n > failed) {
            host_send(type, record, n - failed);
        }
    }
    mutex_unlock(&record_lock);
    return failed != 0 && size == uio->left ? -EFAULT
                                            : (long)(size - uio->left);
}

static long
stdout_write(struct file *file, struct uio *uio)
{
    (void)file;
    return send_records(HOST_OUT, uio);
}

static long
stderr_write(struct file *file, struct uio *uio)
{
    (void)file;
    return send_records(HOST_ERR, uio);
}

/* One line, with or without its newline, is one record without it. */
static long
report_write(struct file *file, struct uio *uio)
{
    size_t size = uio->left;

    (void)file;
    if (size == 0 || size > HOST_RECORD_MAX) {
        return -EINVAL;
    }
    mutex_lock(&record_lock);
    size_t failed = uio_take(uio, record, size);
    if (failed == 0) {
        host_send(HOST_REPORT, record, size - (record[size - 1] == '\n'));
    }
    mutex_unlock(&record_lock);
    return failed == 0 ? (long)size : -EFAULT;
}

static const struct file_ops stdin_ops = {.read = stdin_read};
static const struct file_ops stdout_ops = {.write = stdout_write};
static const struct file_ops stderr_ops = {.write = stderr_write};
static const struct file_ops report_ops = {.write = report_write};

/* ---- Boot ---- */

/* Whether the run's first program reads from us, not from the terminal. */
static bool
stdin_is_ours(void)
{
    struct inode *inode;
    char word[4] = "";

    if (path_find("/run/tine/stdio", &inode) != 0) {
        return false;
    }
    struct object *object = inode_object(inode);
    bool ours = object != NULL
                && object_read(object, 0, word, sizeof(word)) == sizeof(word)
                && memcmp(word, "pipe", sizeof(word)) == 0;
    inode_put(inode);
    return ours;
}

void
rundev_init(void)
{
    static const struct device run_devices[] = {
        {"run/stdin", S_IFIFO | 0600, device_number(RUN_MAJOR, 0), &stdin_ops,
         NULL},
        {"run/stdout", S_IFIFO | 0600, device_number(RUN_MAJOR, 1),
         &stdout_ops, NULL},
        {"run/stderr", S_IFIFO | 0600, device_number(RUN_MAJOR, 2),
         &stderr_ops, NULL},
        {"run/report", S_IFIFO | 0600, device_number(RUN_MAJOR, 3),
         &report_ops, NULL},
    };

    waitq_init(&input.wait);
    mutex_init(&record_lock);
    console_input = receive_for_tty;
    if (host_present()) {
        if (stdin_is_ours()) {
            console_input = receive_for_run;
        }
        fs_mkdir(NULL, "/dev/run", 0755);
        for (size_t i = 0; i < ARRAY_SIZE(run_devices); i++) {
            device_add(&run_devices[i]);
        }
    }
    console_input_ready();
}
