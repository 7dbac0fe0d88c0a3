/*
 * The kernel's log: to the console or, in a run, to the host's record channel.
 */
#pragma once

#include <stdarg.h>

#include "core/hostlink.h"
#include "core/types.h"

/* Write one formatted message.
 * => any context; a message is one write of at most 256 bytes */
#define printk(...) log_write(HOST_LOG, __VA_ARGS__)
#define warn(...)   log_write(HOST_WARN, __VA_ARGS__)
void log_write(enum host_record kind, const char *fmt, ...) __printf(2, 3);
void log_vwrite(enum host_record kind, const char *fmt, va_list ap);

/* Take or release a lock of an output device, as spin_lock_irq does.  During a
 * panic it is not taken: a stopped CPU may hold it. */
struct spinlock;
u64 text_lock(struct spinlock *lock) __must_check;
void text_unlock(struct spinlock *lock, u64 flags);
