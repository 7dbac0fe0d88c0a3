/*
 * A line on the terminal. Essential fact: what the terminal shows is known,
 * so only what differs is written, and moving is writing too: \b goes left,
 * the text itself right. Only to go up needs an escape sequence, so that a
 * line without a bend is right on the most simple of screens.
 *
 * The last column stays empty, since terminals differ in where the cursor is
 * after a character there.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "edit.h"

/* What stands in one column: a character of UTF-8, and a NUL. */
struct cell {
    char bytes[5];
};

static const struct cell blank = {" "};
static struct cell *shown; /* prompt and line */
static size_t shown_length;
static size_t at; /* where in it the cursor is */

static char out[512]; /* not yet written */
static size_t out_length;

size_t
screen_width(void)
{
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2) {
        return 80;
    }
    return size.ws_col;
}

static void
flush(void)
{
    if (write(STDERR_FILENO, out, out_length) < 0) {
        exit(1); /* the terminal is gone */
    }
    out_length = 0;
}

static void
emit(const char *text)
{
    for (; *text != '\0'; text++) {
        if (out_length == sizeof(out)) {
            flush();
        }
        out[out_length++] = *text;
    }
}

void
screen_write(const char *text)
{
    emit(text);
    flush();
}

void
screen_forget(void)
{
    shown_length = at = 0;
}

static void
emit_cell(const struct cell *cell, size_t width)
{
    emit(cell->bytes);
    if (++at % width == 0) {
        emit("\n");
    }
}

static void
move(size_t to, size_t width)
{
    for (; at / width > to / width; at -= width) {
        emit("\033[A");
    }
    for (; at / width < to / width; at = (at / width + 1) * width) {
        emit("\n");
    }
    for (; at > to; at--) {
        emit("\b");
    }
    while (at < to) {
        emit_cell(&shown[at], width);
    }
}

/* Put text into cells. => how many */
static size_t
fill_cells(struct cell *cells, const char *text, size_t length)
{
    size_t count = 0;
    size_t bytes = sizeof(cells->bytes); /* of the last cell; 4 is full */

    for (size_t i = 0; i < length; i++) {
        if (!is_inside(text[i]) || bytes >= sizeof(cells->bytes) - 1) {
            cells[count++] = (struct cell){0};
            bytes = 0;
        }
        cells[count - 1].bytes[bytes++] = text[i];
    }
    return count;
}

void
screen_show(const char *prompt, const struct line_buffer *line)
{
    size_t width = screen_width() - 1;
    size_t size = strlen(prompt) + line->text.length + 1;
    struct cell *wanted = check_memory(malloc(size * sizeof(*wanted)));
    size_t same = 0;

    size_t before = fill_cells(wanted, prompt, strlen(prompt));
    size_t cursor = before + fill_cells(wanted + before, line->text.bytes,
                                        line->cursor);
    size_t length = before + fill_cells(wanted + before, line->text.bytes,
                                        line->text.length);
    while (same < length && same < shown_length &&
           strcmp(shown[same].bytes, wanted[same].bytes) == 0) {
        same++;
    }
    move(same, width);
    free(shown);
    shown = wanted;
    while (at < length) {
        emit_cell(&shown[at], width);
    }
    while (at < shown_length) {
        emit_cell(&blank, width);
    }
    shown_length = length;
    move(cursor, width);
    flush();
}

void
screen_leave(void)
{
    size_t width = screen_width() - 1;

    move(shown_length, width);
    if (at == 0 || at % width != 0) {
        emit("\n");
    }
    flush();
    screen_forget();
}
