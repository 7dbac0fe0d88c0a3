#pragma once

/*
 * Reading a line from a terminal. edit.c has the keys, screen.c shows the
 * line, history.c knows those before, complete.c the names that can follow.
 */

#include "sh.h"

enum edit_result {
    EDIT_LINE,        /* *line is it, without a newline, till the next call */
    EDIT_END,         /* ^D in an empty line, or the terminal is gone */
    EDIT_INTERRUPTED, /* ^C */
};

enum edit_result edit_line(const char *prompt, char **line);

/* Whether this byte goes on with a character of UTF-8. */
static inline bool
is_inside(char c)
{
    return (c & 0xc0) == 0x80;
}

#define CONTROL(c) ((c) & 0x1f)

enum key {
    KEY_END_OF_FILE = -1,
    KEY_UP = 256,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_DELETE,
    KEY_NONE, /* a sequence that is not known */
};

int edit_key(void);

/* The line in the making. */
struct line_buffer {
    struct text text;
    size_t cursor;
};

void line_insert(struct line_buffer *line, const char *text, size_t length);
void line_delete(struct line_buffer *line, size_t from, size_t to);
void line_set(struct line_buffer *line, const char *text);

/* Make the terminal show prompt and line, which it shows in part already. */
void screen_show(const char *prompt, const struct line_buffer *line);

/* Write as it is. */
void screen_write(const char *text);

/* The cursor is at the start of an empty line again. */
void screen_forget(void);

/* Go behind the line, to the start of the next. */
void screen_leave(void);
size_t screen_width(void);

void history_add(const char *line);

/* The line that is `age` lines old (1: the last), or NULL. */
const char *history_get(size_t age);

/* ^R: look for a line. => the key that ended it */
int history_search(struct line_buffer *line);

/* Tab. again: it was pressed before, and all names should be shown. */
void complete(struct line_buffer *line, bool again);
