/*
 * Text in one block of the heap that doubles when it is full.
 */
#include <stdarg.h>

#include "common/format.h"
#include "common/string.h"

#include "mm/heap.h"

#include "fs/procfs.h"

/* Make room for n more bytes.  => false: no memory */
static bool
text_grow(struct text *text, size_t n)
{
    size_t capacity = MAX(text->capacity, 256);

    while (capacity < text->size + n) {
        capacity *= 2;
    }
    char *buf = kmalloc(capacity);
    if (buf == NULL) {
        text->failed = true;
        return false;
    }
    memcpy(buf, text->buf, text->size);
    kfree(text->buf);
    text->buf = buf;
    text->capacity = capacity;
    return true;
}

/* An argument (a name, say) may change meanwhile.  So if the text did not fit,
 * it is formatted again after the buffer has grown. */
void
text_printf(struct text *text, const char *fmt, ...)
{
    size_t room, length;

    do {
        va_list ap;
        room = text->capacity - text->size;
        va_start(ap, fmt);
        length = (size_t)vsnprintf(text->buf + text->size, room, fmt, ap);
        va_end(ap);
    } while (length >= room && text_grow(text, length + 1));
    text->size += length < room ? length : 0;
}

void
text_clear(struct text *text)
{
    kfree(text->buf);
    memset(text, 0, sizeof(*text));
}
