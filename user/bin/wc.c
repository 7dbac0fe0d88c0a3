/* wc [-lwc] [FILE...]: count lines, words and bytes. */
#include <ctype.h>
#include <unistd.h>

#include "lib/tool.h"

struct counts {
    long lines;
    long words;
    long bytes;
};

static bool want_lines;
static bool want_words;
static bool want_bytes;
static int width; /* of each number */
static struct counts total;

static void
print(const struct counts *counts, const char *name)
{
    const char *gap = "";

    if (want_lines) {
        printf("%*ld", width, counts->lines);
        gap = " ";
    }
    if (want_words) {
        printf("%s%*ld", gap, width, counts->words);
        gap = " ";
    }
    if (want_bytes) {
        printf("%s%*ld", gap, width, counts->bytes);
    }
    printf("%s%s\n", *name != '\0' ? " " : "", name);
}

static bool
count(FILE *file, const char *name)
{
    struct counts counts = {0};
    bool in_word = false;
    int c;

    while ((c = getc(file)) != EOF) {
        counts.bytes++;
        counts.lines += c == '\n';
        counts.words += !isspace(c) && !in_word;
        in_word = !isspace(c);
    }
    print(&counts, name);
    total.lines += counts.lines;
    total.words += counts.words;
    total.bytes += counts.bytes;
    return true;
}

/* Wide enough for the sum of all sizes; 7 if a size is unknown. */
static int
choose_width(char **names)
{
    static char *standard[] = {(char *)"-", NULL};
    struct stat st;
    off_t sum = 0;
    int least = 1;
    int digits = 1;

    names = *names == NULL ? standard : names;
    if (want_lines + want_words + want_bytes == 1 &&
        names[1] == NULL) {
        return 1;
    }
    for (; *names != NULL; names++) {
        bool known = names[0][0] == '-' && names[0][1] == '\0'
                         ? fstat(STDIN_FILENO, &st) == 0
                         : stat(*names, &st) == 0;
        if (known && S_ISREG(st.st_mode)) {
            sum += st.st_size;
        } else if (known) {
            least = 7;
        }
    }
    for (; sum >= 10; sum /= 10) {
        digits++;
    }
    return digits > least ? digits : least;
}

static bool
count_standard(FILE *file, const char *name)
{
    (void)name;
    return count(file, "");
}

int
main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "clw")) != -1) {
        want_lines = want_lines || option == 'l';
        want_words = want_words || option == 'w';
        want_bytes = want_bytes || option == 'c';
        if (option == '?') {
            usage(1, "wc [-lwc] [FILE...]");
        }
    }
    if (!want_lines && !want_words && !want_bytes) {
        want_lines = want_words = want_bytes = true;
    }
    width = choose_width(argv + optind);
    if (optind == argc) {
        return finish(each_input(argv + optind, count_standard));
    }
    bool ok = each_input(argv + optind, count);
    if (argc - optind > 1) {
        print(&total, "total");
    }
    return finish(ok);
}
