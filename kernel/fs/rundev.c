/*
 * /dev/run.
 *
 * If COM1 carries the program's standard input (/run/tine/stdio says so), byte
 * 0x10 (DLE) is an escape: DLE DLE is a DLE, DLE `E` is the end of the input.
 * The input goes through a terminal of its own, with all its modes off.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/console.h"
#include "core/hostlink.h"

#include "proc/signal.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/tty.h"

#define DLE       0x10
#define RUN_MAJOR 240 /* Linux's list of devices: for local use */
#define PIECE     256 /* interrupts are off while a record goes out */

static struct tty run_input = {
    .lock = SPINLOCK_INIT(RANK_TTY),
    .termios = {.c_cc = {[VMIN] = 1}},
};
static struct tty *receiver; /* gets the typed bytes; NULL: not set yet (but
                                another CPU may already poll the devices) */

bool
console_has_room(void)
{
    struct tty *tty = __atomic_load_n(&receiver, __ATOMIC_ACQUIRE);

    return tty != NULL && tty_has_room(tty);
}

void
console_take(char byte)
{
    static bool escaped; /* the byte before was a DLE */

    bool escape = receiver == &run_input && byte == DLE && !escaped;

    if (escaped && byte == 'E') {
        tty_end(receiver);
    } else if (!escape) {
        tty_receive(receiver, byte);
    }
    escaped = escape;
}

static struct mutex record_lock; /* guards record */
static char record[HOST_RECORD_MAX];

/* Send a write as one piece, in as many records as needed: the host joins them
 * to one stream.  But each report is one record, without its newline. */
static long
record_write(struct file *file, struct uio *uio)
{
    enum host_record type = (enum host_record)(u64)file->inode->data;
    size_t most = type == HOST_REPORT ? sizeof(record) : PIECE;
    size_t size = uio->left;
    size_t failed = 0;

    mutex_lock(&record_lock);
    while (uio->left > 0 && failed == 0 && !signal_fatal_pending()) {
        size_t n = MIN(uio->left, most);
        failed = uio_move(uio, record, n);
        n -= failed;
        if (type == HOST_REPORT && n > 0 && record[n - 1] == '\n') {
            n--;
        }
        if (n > 0) {
            host_send(type, record, n);
        }
    }
    mutex_unlock(&record_lock);
    return failed != 0 && size == uio->left ? -EFAULT
                                            : (long)(size - uio->left);
}

/* Whether the run's first program reads from /dev/run/stdin. */
static bool
stdin_is_ours(void)
{
    struct inode *inode;
    char word[4] = "";

    if (path_find(NULL, "/run/tine/stdio", 0, &inode) != 0) {
        return false;
    }
    struct object *object = inode_object(inode);
    bool ours = object != NULL
                && object_read(object, 0, word, sizeof(word)) == sizeof(word)
                && memcmp(word, "pipe", sizeof(word)) == 0;
    inode_put(inode);
    return ours;
}

static void
run_add(const char *path, u64 minor, const struct inode_ops *ops, void *data)
{
    device_add(path, S_IFIFO | 0600, makedev(RUN_MAJOR, minor), ops, data);
}

void
rundev_init(void)
{
    static const struct inode_ops stdin_ops = {.read = tty_read};
    static const struct inode_ops record_ops = {.write = record_write};

    waitq_init(&run_input.input_wait);
    mutex_init(&record_lock, MUTEX_CONTENT);
    if (host_present) {
        run_add("/dev/run/stdin", 0, &stdin_ops, &run_input);
        run_add("/dev/run/stdout", 1, &record_ops, (void *)(u64)HOST_OUT);
        run_add("/dev/run/stderr", 2, &record_ops, (void *)(u64)HOST_ERR);
        run_add("/dev/run/report", 3, &record_ops, (void *)(u64)HOST_REPORT);
    }
    __atomic_store_n(&receiver, host_present && stdin_is_ours()
                                    ? &run_input : &console_tty,
                     __ATOMIC_RELEASE);
    console_poll();
}
