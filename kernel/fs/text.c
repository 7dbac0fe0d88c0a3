/*
 * Text in one block of the heap that doubles when it is full.
 */
#include <stdarg.h>

#include "common/format.h"
#include "common/string.h"

#include "mm/heap.h"

#include "fs/text.h"

#define FIRST_CAPACITY 256

/* Make room for n more bytes.  => false: no memory */
static bool
grow(struct text *text, size_t n)
{
    size_t capacity = MAX(text->capacity, FIRST_CAPACITY);

    if (text->size + n <= text->capacity) {
        return true;
    }
    while (capacity < text->size + n) {
        capacity *= 2;
    }
    char *buf = kmalloc(capacity);
    if (buf == NULL) {
        return false;
    }
    memcpy(buf, text->buf, text->size);
    kfree(text->buf);
    text->buf = buf;
    text->capacity = capacity;
    return true;
}

void
text_printf(struct text *text, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    size_t length = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (text->failed || !grow(text, length + 1)) {
        text->failed = true;
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
