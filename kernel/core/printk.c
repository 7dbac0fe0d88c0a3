/*
 * The log.  A message is formatted into a buffer of its own and written in one
 * piece, so that messages of several CPUs never mix.
 */
#include "common/format.h"

#include "core/console.h"
#include "core/panic.h"
#include "core/printk.h"
#include "core/spin.h"

#define MESSAGE_MAX 256

static struct spinlock log_lock = SPINLOCK_INIT(RANK_LOG);

u64
text_lock(struct spinlock *lock)
{
    return panicking != 0 ? 0 : spin_lock_irq(lock);
}

void
text_unlock(struct spinlock *lock, u64 flags)
{
    if (panicking == 0) {
        spin_unlock_irq(lock, flags);
    }
}

void
log_vwrite(enum host_record kind, const char *fmt, va_list ap)
{
    char text[MESSAGE_MAX];
    int length = vsnprintf(text, sizeof(text), fmt, ap);
    size_t size = MIN((size_t)length, sizeof(text) - 1);

    u64 flags = text_lock(&log_lock);
    if (host_present) {
        host_send(panicking != 0 ? HOST_PANIC : kind, text, size);
    } else {
        console_log(text, size);
    }
    text_unlock(&log_lock, flags);
}

void
log_write(enum host_record kind, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    log_vwrite(kind, fmt, ap);
    va_end(ap);
}
