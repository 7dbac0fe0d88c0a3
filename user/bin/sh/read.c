/*
 * read: one line from standard input, cut where IFS says so. Essential fact:
 * it is read byte by byte, since what is behind the line is for others.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "run.h"

#define INTERRUPT ('C' & 0x1f)

/* A line without its newline; what stood behind a \ is marked. */
struct line {
    struct marked in;
    const char *ifs;
    bool interruptible; /* ^C is a byte now */
};

/*
 * A shell with somebody at it is not ended by SIGINT: for it ^C is made a byte
 * that ends the line. => whether the terminal's modes have to be put back
 */
static bool
make_interruptible(struct termios *modes)
{
    struct termios changed;

    if (!shell.interactive || tcgetattr(STDIN_FILENO, modes) < 0) {
        return false;
    }
    changed = *modes;
    changed.c_lflag &= ~(tcflag_t)ISIG;
    changed.c_cc[VEOL] = INTERRUPT;
    return tcsetattr(STDIN_FILENO, TCSADRAIN, &changed) == 0;
}

/* => false at the end of the file, even if there was a part of a line */
static bool
read_line(struct line *line, bool raw)
{
    bool escaped = false;
    char c;

    for (;;) {
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        if (c == INTERRUPT && line->interruptible) {
            shell.unwind = UNWIND_COMMAND;
            return false;
        }
        if (escaped) {
            if (c != '\n') {
                marked_add(&line->in, c, true);
            }
            escaped = false;
        } else if (c == '\\' && !raw) {
            escaped = true;
        } else if (c == '\n') {
            return true;
        } else if (c != '\0') {
            marked_add(&line->in, c, false);
        }
    }
}

static bool
separates(const struct line *line, size_t at)
{
    return at < line->in.text.length && !line->in.marks.bytes[at] &&
           strchr(line->ifs, line->in.text.bytes[at]) != NULL;
}

static size_t
skip_space(const struct line *line, size_t at)
{
    while (separates(line, at) && isspace(line->in.text.bytes[at])) {
        at++;
    }
    return at;
}

/* Find the field at `at`. => where the next one begins */
static size_t
find_field(const struct line *line, size_t at, size_t *end)
{
    while (at < line->in.text.length && !separates(line, at)) {
        at++;
    }
    *end = at;
    at = skip_space(line, at);
    if (separates(line, at)) {
        at = skip_space(line, at + 1);
    }
    return at;
}

/* Give each name its field, the last one all that is left. */
static int
assign(const struct line *line, char **names)
{
    size_t at = skip_space(line, 0);

    for (; *names != NULL; names++) {
        size_t end;
        size_t next = find_field(line, at, &end);
        if (names[1] == NULL && next < line->in.text.length) {
            end = line->in.text.length;
            while (end > at && separates(line, end - 1) &&
                   isspace(line->in.text.bytes[end - 1])) {
                end--;
            }
        }
        if (!var_set(*names, temp_copy(line->in.text.bytes + at, end - at))) {
            return 2;
        }
        at = next;
    }
    return 0;
}

int
builtin_read(int argc, char **argv)
{
    bool raw = argc > 1 && strcmp(argv[1], "-r") == 0;
    char **names = argv + 1 + raw;
    struct line line = {.ifs = var_get("IFS")};
    struct termios modes;

    for (char **name = names; *name != NULL; name++) {
        if (!var_is_name(*name)) {
            complain("read: %s: bad variable name", *name);
            return 2;
        }
    }
    if (*names == NULL) {
        complain("usage: read [-r] NAME...");
        return 2;
    }
    if (line.ifs == NULL) {
        line.ifs = " \t\n";
    }
    line.interruptible = make_interruptible(&modes);
    if (line.interruptible && job_interrupted()) {
        shell.unwind = UNWIND_COMMAND; /* it was typed a moment too early */
    }
    bool whole = shell.unwind == UNWIND_NOT && read_line(&line, raw);
    if (line.interruptible) {
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    }
    if (shell.unwind != UNWIND_NOT) {
        dprintf(STDERR_FILENO, "\n");
        return 130;
    }
    int status = assign(&line, names);
    return status != 0 ? status : !whole;
}
