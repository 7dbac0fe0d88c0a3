/*
 * sh: a small POSIX shell.
 *
 *     sh [-abefmnuvxC] [-o OPTION]          commands from standard input
 *     sh [OPTIONS] FILE [ARG...]           from a file, the rest being $1 ...
 *     sh [OPTIONS] -c TEXT [NAME [ARG...]]
 *     sh [OPTIONS] -s [ARG...]             as without a file, with $1 ...
 *
 * Entry points: main, shell_exit, shell_fail.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "run.h"
#include "syntax.h"

struct shell shell = {.name = "sh", .tty = -1, .trap_status = -1};

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

void
shell_exit(int status)
{
    char *trap = shell.traps[0];

    if (trap != NULL) {
        shell.traps[0] = NULL;
        shell.trap_status = shell.status = status;
        shell.unwind = UNWIND_NOT;
        run_text(trap);
    }
    if (shell.job_control) {
        job_control_set(false);
    }
    exit(status);
}

int
shell_fail(void)
{
    if (shell.guarded == 0) {
        if (!shell.interactive) {
            shell_exit(2);
        }
        shell.unwind = UNWIND_COMMAND;
    }
    return 2;
}

/* => false if the arguments make no sense */
static bool
choose_source(struct source *source, int argc, char **argv)
{
    int i = options_read(argv, "cs");
    bool text = shell.opt['c'];
    bool standard = shell.opt['s'];

    shell.opt['c'] = shell.opt['s'] = false;
    if (i < 0) {
        return false;
    }
    i += i < argc && (strcmp(argv[i], "--") == 0 || strcmp(argv[i], "-") == 0);
    if (text) {
        if (i == argc) {
            return false;
        }
        source_open_text(source, argv[i++]);
    } else if (i < argc && !standard) {
        if (!source_open_file(source, argv[i])) {
            complain("cannot open %s: %s", argv[i], strerror(errno));
            exit(errno == ENOENT ? 127 : 126);
        }
    } else {
        source_open_fd(source, STDIN_FILENO);
        shell.interactive = source->terminal = isatty(STDIN_FILENO);
    }
    shell.name = argv[0];
    if (i < argc && !standard) {
        shell.name = argv[i++];
    }
    shell.params.args = argv + i;
    shell.params.count = argc - i;
    return true;
}

static void
set_variables(void)
{
    char text[PATH_MAX];

    var_import();
    var_set("IFS", " \t\n");
    var_set("OPTIND", "1");
    snprintf(text, sizeof(text), "%d", getppid());
    var_set("PPID", text);
    if (getcwd(text, sizeof(text)) != NULL) {
        var_set("PWD", text);
    }
}

/* Say where one is; the prompt does it again. */
static void
greet(void)
{
    struct utsname name;
    char prompt[100];

    if (uname(&name) < 0) {
        strcpy(name.sysname, "sh");
    }
    snprintf(prompt, sizeof(prompt), "%s:$PWD%s ", name.sysname,
             geteuid() == 0 ? "#" : "$");
    var_set("PS1", prompt);
    var_set("PS2", "> ");
    dprintf(STDERR_FILENO,
            "This is a shell on %s: help lists what it knows, exit leaves.\n",
            name.sysname);
}

int
main(int argc, char **argv)
{
    static struct source source;

    shell.pid = getpid();
    if (argc < 1 || !choose_source(&source, argc, argv)) {
        complain("usage: sh [-abefmnuvxC] [-c TEXT | FILE | -s] [ARG...]");
        return 2;
    }
    set_variables();
    signals_start();
    if (shell.interactive) {
        shell.opt['m'] = isatty(STDIN_FILENO);
    }
    if (shell.opt['m']) {
        shell.opt['m'] = job_control_set(true);
    }
    if (shell.interactive) {
        greet();
    }
    run_source(&source);
    shell_exit(shell.status);
}
