#pragma once

/*
 * The formatter behind printf and printk: C's format language without floats.
 * Conversions d i u x X o c s p %; flags - 0 + space #; width and precision,
 * also as *; lengths hh h l ll z j t. An unknown conversion is printed as
 * text. No memory is allocated and no lock taken: it may run in a panic.
 */

#include <stdarg.h>
#include <stddef.h>

/*
 * Give each character of the formatted text to put(arg, c).
 * => the number of characters
 */
int format_to(void (*put)(void *arg, char c), void *arg, const char *fmt,
              va_list ap);

/*
 * Format into buf, which holds `size` bytes (buf may be NULL if size is 0).
 * => buf ends in NUL if size > 0
 * => the length of the whole text; it was cut if that is >= size
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
