/*
 * The kernel's log.  Text goes to the console or, in a run, to the host's
 * record channel.
 */
#pragma once

#include <stdarg.h>

#include "core/types.h"

enum log_kind {
    LOG_INFO,  /* progress: boot messages */
    LOG_WARN,  /* something a user should see: a process was killed, ... */
    LOG_PANIC, /* the last words */
};

/* Where the log goes from now on.  What came before was kept, and is written
 * there first.
 * => boot, once; write may be called in any context */
void log_start(void (*write)(enum log_kind kind, const char *text,
                             size_t size));

/* Write one formatted message.
 * => any context; a message is one write of at most 256 bytes */
#define printk(...) log_write(LOG_INFO, __VA_ARGS__)
#define warn(...)   log_write(LOG_WARN, __VA_ARGS__)
void log_write(enum log_kind kind, const char *fmt, ...) __printf(2, 3);
void log_vwrite(enum log_kind kind, const char *fmt, va_list ap);
