/* The options and the titles of head and tail. */
#include <ctype.h>
#include <unistd.h>

#include "lib/tool.h"

static bool titles;
static void (*show_end)(FILE *file);

static bool
show_file(FILE *file, const char *name)
{
    static bool later;

    if (titles) {
        printf("%s==> %s <==\n", later ? "\n" : "",
               file == stdin ? "standard input" : name);
        later = true;
    }
    show_end(file);
    return true;
}

/* The text is N, or +N: from the start. */
static void
take_count(const char *text, struct ends *ends)
{
    ends->from_start = *text == '+';
    ends->count = number(text + ends->from_start, 1);
}

int
each_end(int argc, char **argv, const char *usage_text, struct ends *ends,
         void (*show)(FILE *file))
{
    int option;
    bool digits = false;
    bool quiet = false;

    show_end = show;
    *ends = (struct ends){.count = 10};
    while ((option = getopt(argc, argv, "0123456789c:n:qv")) != -1) {
        if (option == '?') {
            usage(1, usage_text);
        }
        if (isdigit(option)) {
            ends->count = (digits ? 10 * ends->count : 0) + option - '0';
            digits = true;
            ends->bytes = ends->from_start = false;
        } else if (option == 'q' || option == 'v') {
            quiet = option == 'q';
            titles = option == 'v';
        } else {
            take_count(optarg, ends);
            ends->bytes = option == 'c';
        }
    }
    if (optind < argc && argv[optind][0] == '+' && isdigit(argv[optind][1])) {
        take_count(argv[optind++], ends);
    }
    titles = titles || (argc - optind > 1 && !quiet);
    return finish(each_input(argv + optind, show_file));
}
