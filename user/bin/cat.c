/*
 * cat [-bEnsTu] [FILE...]: write the files, or standard input, one after the
 * other. -n numbers all lines, -b those that are not empty; -E shows a $ at
 * each line's end, -T tabs as ^I; -s writes one of several empty lines; -u
 * changes nothing.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

static struct {
    bool number;
    bool number_filled;
    bool ends;
    bool tabs;
    bool squeeze;
} show;

static long line_number;
static int newlines = 1; /* at the end of what was written, at most 2 */

static void
put(int c)
{
    if (c == '\n') {
        if (newlines == 2 && show.squeeze) {
            return;
        }
        if (newlines > 0 && show.number && !show.number_filled) {
            printf("%6ld\t", ++line_number);
        }
        newlines += newlines < 2;
        fputs(show.ends ? "$\n" : "\n", stdout);
        return;
    }
    if (newlines > 0 && show.number) {
        printf("%6ld\t", ++line_number);
    }
    newlines = 0;
    if (c == '\t' && show.tabs) {
        fputs("^I", stdout);
    } else {
        putchar(c);
    }
}

static bool
show_file(FILE *file, const char *name)
{
    int c;

    (void)name;
    while ((c = getc(file)) != EOF) {
        put(c);
    }
    return true;
}

static bool
copy_file(const char *name)
{
    if (strcmp(name, "-") == 0) {
        return copy_bytes(STDIN_FILENO, "-", STDOUT_FILENO, "write");
    }
    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        return complain(name);
    }
    bool ok = copy_bytes(fd, name, STDOUT_FILENO, "write");
    close(fd);
    return ok;
}

int
main(int argc, char **argv)
{
    int option;
    bool plain = true;

    while ((option = getopt(argc, argv, "bEnsTu")) != -1) {
        plain = plain && option == 'u';
        show.number = show.number || option == 'n' || option == 'b';
        show.number_filled = show.number_filled || option == 'b';
        show.ends = show.ends || option == 'E';
        show.tabs = show.tabs || option == 'T';
        show.squeeze = show.squeeze || option == 's';
        if (option == '?') {
            usage(1, "cat [-bEnsTu] [FILE...]");
        }
    }
    if (!plain) {
        return finish(each_input(argv + optind, show_file));
    }
    bool ok = optind < argc || copy_file("-");
    for (; optind < argc; optind++) {
        ok = copy_file(argv[optind]) && ok;
    }
    return ok ? 0 : 1;
}
