/* wc [-lwc] [FILE...]: count lines, words and bytes. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct counts {
    long lines;
    long words;
    long bytes;
};

static bool want_lines;
static bool want_words;
static bool want_bytes;

static void
print(const struct counts *counts, const char *name)
{
    int width = want_lines + want_words + want_bytes > 1 ? 7 : 0;
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

/* => false after a message */
static bool
count(FILE *file, const char *name, struct counts *counts)
{
    bool in_word = false;
    int c;

    *counts = (struct counts){0};
    while ((c = getc(file)) != EOF) {
        counts->bytes++;
        counts->lines += c == '\n';
        counts->words += !isspace(c) && !in_word;
        in_word = !isspace(c);
    }
    if (ferror(file)) {
        fprintf(stderr, "wc: %s: %s\n", name, strerror(errno));
        return false;
    }
    print(counts, name);
    return true;
}

static bool
count_file(const char *name, struct counts *total)
{
    struct counts counts;
    FILE *file = fopen(name, "r");

    if (file == NULL) {
        fprintf(stderr, "wc: %s: %s\n", name, strerror(errno));
        return false;
    }
    bool ok = count(file, name, &counts);
    fclose(file);
    total->lines += counts.lines;
    total->words += counts.words;
    total->bytes += counts.bytes;
    return ok;
}

static bool
parse_options(const char *options)
{
    for (; *options != '\0'; options++) {
        if (strchr("lwc", *options) == NULL) {
            return false;
        }
        want_lines = want_lines || *options == 'l';
        want_words = want_words || *options == 'w';
        want_bytes = want_bytes || *options == 'c';
    }
    return true;
}

int
main(int argc, char **argv)
{
    struct counts total = {0};
    int i = 1;
    bool ok = true;

    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (!parse_options(argv[i] + 1)) {
            fprintf(stderr, "usage: wc [-lwc] [FILE...]\n");
            return 2;
        }
    }
    if (!want_lines && !want_words && !want_bytes) {
        want_lines = want_words = want_bytes = true;
    }
    if (i == argc) {
        return count(stdin, "", &total) ? 0 : 1;
    }
    int files = argc - i;
    for (; i < argc; i++) {
        ok = count_file(argv[i], &total) && ok;
    }
    if (files > 1) {
        print(&total, "total");
    }
    return ok ? 0 : 1;
}
