/*
 * The record channel to the host, on COM2.
 *
 * Essential fact: a record is sent whole under a lock, so the host can always
 * tell where the next begins; only the last words are sent without it, for
 * whoever panics may hold it.
 */
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/console.h"
#include "core/hostlink.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/spin.h"

#include "dev/dev.h"

static struct spinlock link_lock = SPINLOCK_INIT(RANK_DEVICE);
static bool present;

bool
host_present(void)
{
    return present;
}

/* The record under way: if its CPU is stopped, whoever panics ends it. */
static struct {
    u8 head[3];
    const u8 *data;
    size_t sent, size;
} record;

static void
send_rest(void)
{
    for (; record.sent < record.size; record.sent++) {
        size_t at = record.sent;
        uart_put(COM2_PORT, at < 3 ? record.head[at] : record.data[at - 3]);
    }
}

static void
put_record(enum host_record type, const u8 *data, size_t size)
{
    record.head[0] = (u8)type;
    record.head[1] = (u8)size;
    record.head[2] = (u8)(size >> 8);
    record.data = data;
    record.sent = 0;
    record.size = 3 + size;
    send_rest();
}

void
host_send(enum host_record type, const void *data, size_t size)
{
    assert(size <= HOST_RECORD_MAX);
    if (!present) {
        return;
    }
    if (panicking) {
        send_rest();
        put_record(type, data, size);
        return;
    }
    u64 flags = spin_lock_irq(&link_lock);
    put_record(type, data, size);
    spin_unlock_irq(&link_lock, flags);
}

static void
log_to_host(enum log_kind kind, const char *text, size_t size)
{
    static const enum host_record types[] = {
        [LOG_INFO] = HOST_LOG,
        [LOG_WARN] = HOST_WARN,
        [LOG_PANIC] = HOST_PANIC,
    };

    host_send(types[kind], text, size);
}

void
hostlink_init(void)
{
    static struct log_sink sink = {.write = log_to_host};
    char word[4];

    if (boot_word("run", word, sizeof(word)) && strcmp(word, "1") == 0
        && uart_init(COM2_PORT)) {
        present = true;
        log_sink_add(&sink);
    } else {
        console_log_start();
    }
}
