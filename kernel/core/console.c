/*
 * The console: a list of devices that show text, and the log's way to them
 * when no host listens.  The devices' registers are guarded by one lock, so
 * that texts of several CPUs never mix within a call.
 */
#include "core/console.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/spin.h"

bool (*console_input)(char byte);
void (*console_resume)(void);

static struct spinlock device_lock = SPINLOCK_INIT(RANK_DEVICE);
static struct console_device *devices;

void
console_register(struct console_device *device)
{
    u64 flags = spin_lock_irq(&device_lock);

    device->next = devices;
    devices = device;
    spin_unlock_irq(&device_lock, flags);
}

static void
write_all(const char *text, size_t size)
{
    struct console_device *device;

    for (device = devices; device != NULL; device = device->next) {
        device->write(text, size);
    }
}

void
console_write(const char *text, size_t size)
{
    if (panicking) { /* whoever panics may hold the lock */
        write_all(text, size);
        return;
    }
    u64 flags = spin_lock_irq(&device_lock);
    write_all(text, size);
    spin_unlock_irq(&device_lock, flags);
}

void
console_input_ready(void)
{
    if (console_resume != NULL) {
        console_resume();
    }
}

/* The log knows only "\n"; a terminal wants "\r\n". */
static void
log_to_console(enum log_kind kind, const char *text, size_t size)
{
    size_t start = 0;

    (void)kind;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n') {
            console_write(text + start, i - start);
            console_write("\r\n", 2);
            start = i + 1;
        }
    }
    console_write(text + start, size - start);
}

void
console_log_start(void)
{
    static struct log_sink sink = {.write = log_to_console};

    log_sink_add(&sink);
}
