/*
 * The console: a list of devices for output and input.  The log goes there when
 * no host listens.  One lock guards output, so that texts of two CPUs never mix
 * within a call.  Another lock guards input.
 */
#include "core/console.h"
#include "core/optional.h"
#include "core/printk.h"
#include "core/spin.h"

#include "arch/percpu.h"

OPTIONAL(console_has_room) OPTIONAL(console_take)

static struct spinlock input_lock = SPINLOCK_INIT(RANK_INPUT);
static struct spinlock device_lock = SPINLOCK_INIT(RANK_DEVICE);
static struct console_device *devices; /* immutable after boot */

void
console_register(struct console_device *device)
{
    device->next = devices;
    devices = device;
}

static void
write_all(const char *text, size_t size)
{
    for (struct console_device *at = devices; at != NULL; at = at->next) {
        if (at->write != NULL) {
            at->write(text, size);
        }
    }
}

void
console_write(const char *text, size_t size)
{
    u64 flags = text_lock(&device_lock);

    write_all(text, size);
    text_unlock(&device_lock, flags);
}

void
console_poll(void)
{
    cpu_clear_work(WORK_INPUT); /* first: input from now on sets it again */
    spin_lock(&input_lock);
    for (struct console_device *at = devices; at != NULL; at = at->next) {
        if (at->poll != NULL) {
            at->poll();
        }
    }
    spin_unlock(&input_lock);
}

void
console_interrupt(void)
{
    cpu_add_work(WORK_INPUT);
}

/* The log writes "\n", a terminal needs "\r\n".  One lock is held throughout:
 * no other output comes between a message's text and its newline. */
void
console_log(const char *text, size_t size)
{
    size_t start = 0;
    u64 flags = text_lock(&device_lock);

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            write_all(text + start, i - start);
            write_all("\r\n", 2);
            start = i + 1;
        }
    }
    write_all(text + start, size - start);
    text_unlock(&device_lock, flags);
}
