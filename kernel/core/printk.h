/*
 * The kernel's log.  Text goes to every sink that has registered (the console,
 * or the host's record channel in a run); before the first sink registers
 * it is kept, and given to it then.
 */
#pragma once

#include <stdarg.h>

#include "core/types.h"

enum log_kind {
    LOG_INFO,  /* progress: boot messages */
    LOG_WARN,  /* something a user should see: a process was killed, ... */
    LOG_PANIC, /* the last words */
};

struct log_sink {
    void (*write)(enum log_kind kind, const char *text, size_t size);
    struct log_sink *next;
};

/* Add one more place to which the log is written.
 * => boot only; the sink's write may be called in any context */
void log_sink_add(struct log_sink *sink);

/* Write one formatted message.
 * => any context; a message is one write of at most 256 bytes */
void printk(const char *fmt, ...) __printf(1, 2);
void warn(const char *fmt, ...) __printf(1, 2);
void log_vwrite(enum log_kind kind, const char *fmt, va_list ap);
