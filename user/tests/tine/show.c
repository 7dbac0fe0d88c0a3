/*
 * show.c: prints what it was given, for the tests of tools/run.
 *
 * args: arguments, then the environment. ttys: which of descriptors 0, 1, 2
 * are terminals. modes FILE...: their modes in octal. kill: die by SIGKILL.
 *
 * args: args one two
 * expect:
 * [/tests/tine/show] [args] [one] [two]
 * PATH=/bin
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
show_arguments(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        printf("%s[%s]", i ? " " : "", argv[i]);
    }
    printf("\n");
    for (char **e = environ; *e; e++) {
        printf("%s\n", *e);
    }
}

static void
show_modes(char **paths)
{
    for (; *paths; paths++) {
        struct stat st;
        if (stat(*paths, &st) < 0) {
            perror(*paths);
        } else {
            printf("%s %o\n", *paths, (unsigned)st.st_mode);
        }
    }
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "args";

    if (strcmp(what, "ttys") == 0) {
        for (int fd = 0; fd < 3; fd++) {
            printf("%d %s\n", fd, isatty(fd) ? "yes" : "no");
        }
    } else if (strcmp(what, "modes") == 0) {
        show_modes(argv + 2);
    } else if (strcmp(what, "kill") == 0) {
        kill(getpid(), SIGKILL);
    } else {
        show_arguments(argc, argv);
    }
    return 0;
}
