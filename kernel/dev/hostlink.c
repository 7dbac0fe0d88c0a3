/*
 * The record channel to the host, on COM2.
 *
 * Essential fact: a record is sent whole, under a lock, so that the host always
 * finds the start of the next one.  Only a panic sends without the lock.
 */
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/hostlink.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/spin.h"

#include "dev/dev.h"

static struct spinlock link_lock = SPINLOCK_INIT(RANK_DEVICE);
bool host_present;

/* Complete the record that another CPU was sending when it was halted: send as
 * many zeros as it can lack.  The host skips zeros between records. */
static void
end_record(void)
{
    static bool ended;

    for (size_t i = 0; !ended && i < 3 + HOST_RECORD_MAX; i++) {
        uart_put(COM2_PORT, 0);
    }
    ended = true;
}

void
host_send(enum host_record type, const void *data, size_t size)
{
    assert(size <= HOST_RECORD_MAX);
    if (!host_present) {
        return;
    }
    u64 flags = text_lock(&link_lock);
    if (panicking != 0) {
        end_record();
    }
    uart_put(COM2_PORT, (u8)type);
    uart_put(COM2_PORT, (u8)size);
    uart_put(COM2_PORT, (u8)(size >> 8));
    for (size_t i = 0; i < size; i++) {
        uart_put(COM2_PORT, ((const u8 *)data)[i]);
    }
    text_unlock(&link_lock, flags);
}

void
hostlink_init(void)
{
    char word[4];

    host_present = boot_word("run", word, sizeof(word))
                   && strcmp(word, "1") == 0 && uart_init(COM2_PORT);
}
