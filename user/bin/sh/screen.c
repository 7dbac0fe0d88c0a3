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

static char *shown; /* prompt and line */
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
emit_cell(char c, size_t width)
{
    emit((char[]){c, '\0'});
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
        emit_cell(shown[at], width);
    }
}

void
screen_show(const char *prompt, const struct line_buffer *line)
{
    size_t width = screen_width() - 1;
    size_t before = strlen(prompt);
    size_t length = before + line->text.length;
    char *wanted = check_memory(malloc(length + 1));
    size_t same = 0;

    strcpy(wanted, prompt);
    strcpy(wanted + before, line->text.bytes);
    while (same < length && same < shown_length &&
           shown[same] == wanted[same]) {
        same++;
    }
    move(same, width);
    free(shown);
    shown = wanted;
    while (at < length) {
        emit_cell(shown[at], width);
    }
    while (at < shown_length) {
        emit_cell(' ', width);
    }
    shown_length = length;
    move(before + line->cursor, width);
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
