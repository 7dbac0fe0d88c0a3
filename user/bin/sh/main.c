/*
 * sh: a small POSIX shell.
 *
 *     sh                        commands from standard input
 *     sh FILE [ARG...]          from a file, the arguments being $1 ...
 *     sh -c TEXT [NAME [ARG...]]
 *
 * Essential fact: text is taken a line at a time, and as long as the parser
 * says that a line is unfinished (an open quote or parenthesis, a trailing
 * pipe) the next is added and all of it is parsed again. From standard input
 * not one byte more than the line is read: the rest may be for a command.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct shell shell = {.name = "sh", .tty = -1};

/* Where commands come from: a text (of -c), or a descriptor. */
struct source {
    const char *text;
    int fd;
    char buf[1024]; /* of fd, if it is a file of ours */
    size_t at;
    size_t end;
};

/* The command so far: one line or several. */
struct input {
    char *text;
    size_t length;
    size_t room;
};

/* One write, and no allocation: also called between vfork and exec. */
void
complain(const char *fmt, ...)
{
    char message[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    dprintf(STDERR_FILENO, "sh: %s\n", message);
}

/* => the next character, or EOF */
static int
source_getc(struct source *source)
{
    if (source->text != NULL) {
        return *source->text == '\0' ? EOF : *source->text++;
    }
    if (source->at == source->end) {
        size_t want = source->fd == STDIN_FILENO ? 1 : sizeof(source->buf);
        ssize_t n;
        do {
            n = read(source->fd, source->buf, want);
        } while (n < 0 && errno == EINTR);
        if (n <= 0) {
            return EOF;
        }
        source->at = 0;
        source->end = (size_t)n;
    }
    return (unsigned char)source->buf[source->at++];
}

static void
input_add(struct input *input, char c)
{
    if (input->length + 2 > input->room) {
        size_t room = input->room * 2 + 256;
        char *text = realloc(input->text, room);
        if (text == NULL) {
            complain("out of memory");
            exit(2);
        }
        input->text = text;
        input->room = room;
    }
    input->text[input->length++] = c;
    input->text[input->length] = '\0';
}

/* Add a line to the input. => false if there was none */
static bool
read_line(struct source *source, struct input *input)
{
    size_t before = input->length;
    int c;

    while ((c = source_getc(source)) != EOF) {
        if (c != '\0') {
            input_add(input, (char)c);
        }
        if (c == '\n') {
            return true;
        }
    }
    return input->length > before;
}

static void
prompt(bool first)
{
    if (shell.interactive) {
        const char *sign = geteuid() == 0 ? "# " : "$ ";
        dprintf(STDERR_FILENO, "%s", first ? sign : "> ");
    }
}

/* Read, parse and run one command. => false at the end of the source */
static bool
run_command(struct source *source, struct input *input)
{
    struct list *list = NULL;
    enum parse_result result = PARSE_MORE;

    input->length = 0;
    jobs_poll();
    while (result == PARSE_MORE) {
        prompt(input->length == 0);
        if (!read_line(source, input)) {
            break;
        }
        line_free();
        result = parse(input->text, &list);
    }
    if (result == PARSED) {
        run_list(list);
    } else if (result == PARSE_ERROR || input->length > 0) {
        if (result == PARSE_MORE) {
            complain("syntax error: end of file unexpected");
        }
        shell.status = 2;
    }
    line_free();
    return result != PARSE_MORE;
}

static void
open_script(struct source *source, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    source->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
    if (source->fd < 0) {
        complain("cannot open %s: %s", path, strerror(errno));
        exit(errno == ENOENT ? 127 : 126);
    }
    close(fd);
}

/* => false if the arguments make no sense */
static bool
choose_source(struct source *source, int argc, char **argv)
{
    int first = 1; /* of the arguments: $0 */

    if (argc > 1 && strcmp(argv[1], "-c") == 0) {
        if (argc == 2) {
            return false;
        }
        source->text = argv[2];
        first = 3;
    } else if (argc > 1 && argv[1][0] == '-') {
        return false;
    } else if (argc > 1) {
        open_script(source, argv[1]);
    } else {
        source->fd = STDIN_FILENO;
        shell.interactive = isatty(STDIN_FILENO);
    }
    shell.name = first < argc ? argv[first] : argv[0];
    if (first + 1 < argc) {
        shell.args = argv + first + 1;
        shell.arg_count = argc - first - 1;
    }
    return true;
}

int
main(int argc, char **argv)
{
    static struct source source;
    struct input input = {0};

    shell.pid = getpid();
    if (argc < 1 || !choose_source(&source, argc, argv)) {
        complain("usage: sh [-c TEXT | FILE] [ARG...]");
        return 2;
    }
    signal(SIGCHLD, SIG_DFL);
    if (shell.interactive) {
        job_control_start();
    }
    while (run_command(&source, &input)) {
        continue;
    }
    if (shell.interactive) {
        dprintf(STDERR_FILENO, "\n");
    }
    return shell.status;
}
