/*
 * The line editor. Essential fact: while a line is read the terminal neither
 * edits nor makes signals, so ^C and ^D come as bytes; its modes are put back
 * before anything runs. Bytes are read one by one: what was typed ahead stays
 * in the terminal, for the program that runs next.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "edit.h"

#define DELETE_BACK 0x7f

static struct line_buffer line = {.text.kept = true};
static size_t age;    /* of the line from the history; 0: it is none */
static char *newest;  /* what was typed before the history was asked */

void
line_insert(struct line_buffer *buffer, const char *text, size_t length)
{
    text_insert(&buffer->text, buffer->cursor, text, length);
    buffer->cursor += length;
}

void
line_delete(struct line_buffer *buffer, size_t from, size_t to)
{
    struct text *text = &buffer->text;

    memmove(text->bytes + from, text->bytes + to, text->length - to + 1);
    text->length -= to - from;
    buffer->cursor = from;
}

void
line_set(struct line_buffer *buffer, const char *text)
{
    buffer->text.length = buffer->cursor = 0;
    line_insert(buffer, text, strlen(text));
}

/* The place a character to the left or right: UTF-8's are of several bytes. */
static size_t
beside_cursor(bool right)
{
    const struct text *text = &line.text;
    size_t at = line.cursor;

    do {
        at += right ? at < text->length : -(size_t)(at > 0);
    } while (at > 0 && at < text->length && is_inside(text->bytes[at]));
    return at;
}

static int
read_byte(void)
{
    unsigned char c;
    ssize_t n;

    do {
        n = read(STDIN_FILENO, &c, 1);
    } while (n < 0 && errno == EINTR);
    return n == 1 ? c : KEY_END_OF_FILE;
}

/* Behind ESC [ or ESC O: a letter, or a number and a ~ */
static int
read_sequence(void)
{
    int number = 0;
    int c;

    while ((c = read_byte()) >= '0' && c <= '9') {
        number = number * 10 + c - '0';
    }
    while (c == ';' || (c >= '0' && c <= '9')) {
        c = read_byte();
    }
    switch (c) {
    case 'A': return KEY_UP;
    case 'B': return KEY_DOWN;
    case 'C': return KEY_RIGHT;
    case 'D': return KEY_LEFT;
    case 'H': return KEY_HOME;
    case 'F': return KEY_END;
    case '~':
        return number == 1 || number == 7   ? KEY_HOME
               : number == 4 || number == 8 ? KEY_END
               : number == 3                ? KEY_DELETE
                                            : KEY_NONE;
    default: return c == KEY_END_OF_FILE ? c : KEY_NONE;
    }
}

int
edit_key(void)
{
    int c = read_byte();

    if (c == '\0') {
        return CONTROL('D'); /* typed before, as the end of a file */
    }
    if (c != '\033') {
        return c;
    }
    c = read_byte();
    return c == '[' || c == 'O' ? read_sequence()
           : c == KEY_END_OF_FILE ? c : KEY_NONE;
}

static void
show_history(size_t wanted)
{
    const char *text = wanted == 0 ? newest : history_get(wanted);

    if (text == NULL) {
        return;
    }
    if (age == 0) {
        newest = temp_copy(line.text.bytes, line.text.length);
        text = wanted == 0 ? newest : text;
    }
    age = wanted;
    line_set(&line, text);
}

static size_t
word_start(void)
{
    size_t i = line.cursor;

    while (i > 0 && line.text.bytes[i - 1] == ' ') {
        i--;
    }
    while (i > 0 && line.text.bytes[i - 1] != ' ') {
        i--;
    }
    return i;
}

/* All its bytes at once: a terminal cannot show a part of a character. */
static void
insert_character(int byte)
{
    int more = (byte >= 0xc0) + (byte >= 0xe0) + (byte >= 0xf0);

    line_insert(&line, &(char){(char)byte}, 1);
    while (more-- > 0 && (byte = read_byte()) != KEY_END_OF_FILE) {
        line_insert(&line, &(char){(char)byte}, 1);
    }
}

/* A key that changes the line. */
static void
edit(int key)
{
    size_t cursor = line.cursor;

    switch (key) {
    case KEY_LEFT:
    case CONTROL('B'): line.cursor = beside_cursor(false); break;
    case KEY_RIGHT:
    case CONTROL('F'): line.cursor = beside_cursor(true); break;
    case KEY_HOME:
    case CONTROL('A'): line.cursor = 0; break;
    case KEY_END:
    case CONTROL('E'): line.cursor = line.text.length; break;
    case DELETE_BACK:
    case CONTROL('H'): line_delete(&line, beside_cursor(false), cursor); break;
    case KEY_DELETE:
    case CONTROL('D'): line_delete(&line, cursor, beside_cursor(true)); break;
    case CONTROL('U'): line_delete(&line, 0, cursor); break;
    case CONTROL('K'): line_delete(&line, cursor, line.text.length); break;
    case CONTROL('W'): line_delete(&line, word_start(), cursor); break;
    case KEY_UP:
    case CONTROL('P'): show_history(age + 1); break;
    case KEY_DOWN:
    case CONTROL('N'):
        if (age > 0) {
            show_history(age - 1);
        }
        break;
    case CONTROL('L'):
        screen_write("\033[H\033[2J");
        screen_forget();
        break;
    default:
        if (key >= ' ' && key < KEY_UP) {
            insert_character(key);
        }
    }
}

/* => the key that ends the line */
static int
edit_until_end(const char *prompt)
{
    int key = KEY_NONE;
    int last;

    for (;;) {
        screen_show(prompt, &line);
        last = key;
        key = edit_key();
        if (key == CONTROL('R')) {
            key = history_search(&line);
            screen_show(prompt, &line);
        }
        bool ends = key == CONTROL('C') || key == '\n' || key == '\r' ||
                    key == KEY_END_OF_FILE ||
                    (key == CONTROL('D') && line.text.length == 0);
        if (ends) {
            return key;
        }
        if (key == '\t') {
            complete(&line, last == '\t');
        } else {
            edit(key);
        }
    }
}

/* Of a prompt of several lines only the last can be redrawn. */
static const char *
show_first_lines(const char *prompt)
{
    const char *last = strrchr(prompt, '\n');

    if (last == NULL) {
        return prompt;
    }
    screen_write(temp_copy(prompt, (size_t)(last + 1 - prompt)));
    return last + 1;
}

enum edit_result
edit_line(const char *prompt, char **text)
{
    struct termios modes;
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &modes) < 0) {
        return EDIT_END;
    }
    raw = modes;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_oflag |= OPOST | ONLCR;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    line_set(&line, "");
    age = 0;
    newest = NULL;
    int key = edit_until_end(show_first_lines(prompt));
    line.cursor = line.text.length;
    if (key == CONTROL('C')) {
        line_insert(&line, "^C", 2);
        screen_show(prompt, &line);
    }
    screen_leave();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    if (key == CONTROL('C')) {
        return EDIT_INTERRUPTED;
    }
    if (line.text.length == 0 && key != '\n' && key != '\r') {
        return EDIT_END;
    }
    history_add(line.text.bytes);
    *text = line.text.bytes;
    return EDIT_LINE;
}
