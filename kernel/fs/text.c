/*
 * Text in one block of the heap that doubles when it is full.
 */
#include <stdarg.h>

#include "common/format.h"
#include "common/string.h"

#include "mm/heap.h"

#include "fs/text.h"

#define FIRST_CAPACITY 256

/* Make room for n more bytes. */
static void
grow(struct text *text, size_t n)
{
    size_t capacity = MAX(text->capacity, FIRST_CAPACITY);

    while (capacity < text->size + n) {
        capacity *= 2;
    }
    if (capacity == text->capacity) {
        return;
    }
    char *buf = kmalloc(capacity);
    if (buf == NULL) {
        text->failed = true;
        return;
    }
    memcpy(buf, text->buf, text->size);
    kfree(text->buf);
    text->buf = buf;
    text->capacity = capacity;
}

void
text_printf(struct text *text, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    size_t length = (size_t)vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    grow(text, length + 1);
    if (text->failed) {
        return;
    }
    va_start(ap, fmt);
    vsnprintf(text->buf + text->size, length + 1, fmt, ap);
    va_end(ap);
    text->size += length;
}

void
text_clear(struct text *text)
{
    kfree(text->buf);
    memset(text, 0, sizeof(*text));
}
