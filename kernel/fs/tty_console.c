/*
 * The console as a terminal: /dev/console, and /dev/tty.
 *
 * If COM1 carries a program's standard input, as /run/tine/stdio says, that is
 * /dev/run/stdin, a terminal of its own with all modes off.  Byte 0x10 (DLE) is
 * escaped: DLE DLE is a DLE, DLE `E` the end of the input.
 */
#include "abi/stat.h"
#include "common/string.h"

#include "core/console.h"
#include "core/hostlink.h"

#include "fs/device.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/tty.h"

#define DLE 0x10

static struct tty console_tty;
static struct tty run_input;
static struct tty *receiver; /* gets the typed bytes; NULL: not set yet (but
                                another CPU may already poll the devices) */

static void
console_show(struct tty *tty, const char *text, size_t size)
{
    (void)tty;
    console_write(text, size);
}

/* The devices may hold bytes: there is room now. */
static void
console_resume(struct tty *tty)
{
    (void)tty;
    console_poll();
}

bool
console_has_room(void)
{
    struct tty *tty = __atomic_load_n(&receiver, __ATOMIC_ACQUIRE);
    bool room = false;

    if (tty != NULL) {
        spin_lock(&tty->lock);
        room = tty_has_room(tty);
        spin_unlock(&tty->lock);
    }
    return room;
}

/* No byte will follow: reads return the rest, then 0. */
static void
end_input(struct tty *tty)
{
    spin_lock(&tty->lock);
    tty->ended = true;
    tty_wake(tty);
    spin_unlock(&tty->lock);
}

void
console_take(char byte)
{
    static bool escaped; /* the byte before was a DLE */
    bool escape = receiver == &run_input && byte == DLE && !escaped;

    if (escaped && byte == 'E') {
        end_input(receiver);
    } else if (!escape) {
        (void)tty_receive(receiver, byte);
    }
    escaped = escape;
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

void
tty_init(void)
{
    static const struct tty_driver driver = {
        .show = console_show, .resume = console_resume,
    };
    static const struct inode_ops stdin_ops = {
        .open = tty_open, .read = tty_read, .poll = tty_poll,
    };

    tty_setup(&console_tty, &driver, CONSOLE_NUMBER);
    console_tty.size = (struct winsize){.ws_row = 25, .ws_col = 80}; /* VGA */
    tty_setup(&run_input, &driver, makedev(RUN_MAJOR, 0));
    run_input.termios = (struct termios){.c_cc = {[VMIN] = 1}};
    device_add("/dev/console", S_IFCHR | 0600, CONSOLE_NUMBER, &tty_ops,
               &console_tty);
    device_add("/dev/tty", S_IFCHR | 0666, makedev(5, 0), &tty_ops, NULL);
    if (host_present) {
        device_add("/dev/run/stdin", S_IFIFO | 0600, run_input.number,
                   &stdin_ops, &run_input);
    }
    __atomic_store_n(&receiver, host_present && stdin_is_ours()
                                    ? &run_input : &console_tty,
                     __ATOMIC_RELEASE);
    console_poll();
}
