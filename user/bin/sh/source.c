/*
 * Where text comes from, a line at a time, on demand: the lexer asks for more
 * when a command is not yet whole. Essential fact: from standard input not one
 * byte more than the line is read, since the rest may be for a command.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "edit.h"
#include "run.h"
#include "syntax.h"

void
source_open_text(struct source *source, const char *text)
{
    *source = (struct source){
        .text = {.bytes = (char *)text, .length = strlen(text)}, .line = 1,
    };
}

void
source_open_fd(struct source *source, int fd)
{
    *source = (struct source){.fd = fd, .line = 1, .text = {.kept = true}};
    text_add(&source->text, "", 0);
}

bool
source_open_file(struct source *source, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);

    if (fd >= 0) {
        close(fd);
    }
    if (high >= 0) {
        source_open_fd(source, high);
    }
    return high >= 0;
}

void
source_close(struct source *source)
{
    if (source->text.room > 0) {
        free(source->text.bytes);
        if (source->fd > STDERR_FILENO) {
            close(source->fd);
        }
    }
}

/* => the next byte, or EOF */
static int
next_byte(struct source *source)
{
    if (source->buf_at == source->buf_end) {
        size_t want = source->fd == STDIN_FILENO ? 1 : sizeof(source->buf);
        ssize_t n;
        do {
            n = read(source->fd, source->buf, want);
        } while (n < 0 && errno == EINTR);
        if (n <= 0) {
            return EOF;
        }
        source->buf_at = 0;
        source->buf_end = (size_t)n;
    }
    return (unsigned char)source->buf[source->buf_at++];
}

/*
 * At the end of a line: whether to stop there. The lexer begins a $(...) anew
 * with each addition; so to a long one all is added that was read.
 */
static bool
is_enough(const struct source *source)
{
    return source->text.length - source->at < sizeof(source->buf) ||
           memchr(source->buf + source->buf_at, '\n',
                  source->buf_end - source->buf_at) == NULL;
}

static bool
add_from_fd(struct source *source)
{
    size_t before = source->text.length;
    int c = '\0';

    while (!(c == '\n' && is_enough(source)) &&
           (c = next_byte(source)) != EOF) {
        if (c != '\0') {
            char byte = (char)c;
            text_add(&source->text, &byte, 1);
        }
    }
    return source->text.length > before;
}

static bool
add_from_terminal(struct source *source)
{
    const char *prompt = var_get(source->continued ? "PS2" : "PS1");
    char *shown = prompt == NULL ? NULL : expand_string(prompt, HERE);
    char *line;

    if (!source->continued) {
        traps_run();
        jobs_collect();
        jobs_notify();
        job_interrupted(); /* forget a ^C that no loop has looked for */
    }
    enum edit_result result = edit_line(shown == NULL ? "" : shown, &line);
    source->interrupted = result == EDIT_INTERRUPTED;
    if (result == EDIT_END && !source->continued && jobs_stopped()) {
        return add_from_terminal(source);
    }
    if (result != EDIT_LINE) {
        return false;
    }
    text_add(&source->text, line, strlen(line));
    text_add(&source->text, "\n", 1);
    return true;
}

bool
source_more(struct source *source)
{
    if (source->text.room == 0 || source->interrupted) {
        return false;
    }
    if (source->at == source->text.length && !source->continued) {
        source->at = source->text.length = 0; /* all of it was run */
        source->text.bytes[0] = '\0';
    }
    size_t before = source->text.length;
    bool more = source->terminal ? add_from_terminal(source)
                                 : add_from_fd(source);
    source->continued = true;
    if (shell.opt['v']) {
        dprintf(STDERR_FILENO, "%s", source->text.bytes + before);
    }
    return more;
}
