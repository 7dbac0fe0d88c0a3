/*
 * uniq [-cdiu] [INPUT [OUTPUT]]: write one of several equal lines that follow
 * each other. -c puts their number in front; -d writes only lines that are
 * repeated, -u only those that are not; -i ignores case.
 */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "uniq [-cdiu] [INPUT [OUTPUT]]"

static bool with_count;
static bool repeated;
static bool single;
static bool fold;

/* Compare lines without their newlines. */
static bool
equal(const char *a, const char *b)
{
    if (!fold) {
        return strcmp(a, b) == 0;
    }
    while (*a != '\0' && toupper(*a) == toupper(*b)) {
        a++;
        b++;
    }
    return toupper(*a) == toupper(*b);
}

static void
put(const char *line, long count)
{
    if ((repeated && count == 1) || (single && count > 1)) {
        return;
    }
    if (with_count) {
        printf("%7ld ", count);
    }
    puts(line);
}

static bool
uniq(FILE *file, const char *name)
{
    char *line = NULL;
    char *before = NULL;
    size_t room = 0;
    size_t before_room = 0;
    ssize_t length;
    long count = 0;

    (void)name;
    while ((length = getline(&line, &room, file)) > 0) {
        line[length - (line[length - 1] == '\n')] = '\0';
        if (count > 0 && equal(line, before)) {
            count++;
            continue;
        }
        if (count > 0) {
            put(before, count);
        }
        char *spare = before;
        size_t spare_room = before_room;
        before = line;
        before_room = room;
        line = spare;
        room = spare_room;
        count = 1;
    }
    if (count > 0) {
        put(before, count);
    }
    return true;
}

int
main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "cdiu")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        with_count = with_count || option == 'c';
        repeated = repeated || option == 'd';
        fold = fold || option == 'i';
        single = single || option == 'u';
    }
    if (argc - optind > 2) {
        usage(1, USAGE);
    }
    if (argc - optind == 2) {
        const char *output = argv[optind + 1];
        int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (fd < 0) {
            err(1, "%s", output);
        }
        dup2(fd, STDOUT_FILENO);
        argv[optind + 1] = NULL;
    }
    return finish(each_input(argv + optind, uniq));
}
