/*
 * show.c: prints what it was given, for the tests of tools/run.
 *
 * args: arguments, then the environment. ttys: which of descriptors 0, 1, 2
 * are terminals. modes FILE...: their modes in octal. kill: die by SIGKILL.
 * tables N: what /proc/tine/check says with N more tables, and without them.
 *
 * args: args one two
 * expect:
 * [/tests/tine/show] [args] [one] [two]
 * PATH=/bin
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

static void
show_check(void)
{
    char text[4] = "";
    int fd = open("/proc/tine/check", O_RDONLY);

    if (read(fd, text, 3) < 0) {
        perror("check");
    } else {
        printf("check: %s", text);
    }
    close(fd);
}

/* A page of zeros in each table's range. */
static void
show_tables(size_t count)
{
    const size_t each = 2UL << 20;
    volatile char *p = mmap(NULL, count * each, PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    for (size_t i = 0; i < count; i++) {
        (void)p[i * each];
    }
    show_check();
    munmap((void *)p, count * each);
    show_check();
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
    } else if (strcmp(what, "tables") == 0 && argc > 2) {
        show_tables((size_t)atol(argv[2]));
    } else {
        show_arguments(argc, argv);
    }
    return 0;
}
