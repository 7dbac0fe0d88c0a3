/*
 * printf FORMAT [WORD...]: print the words as the format says: %s, %b (a text
 * with escapes), %c, %d %i %u %o %x %X (a number, or 'C for the code of C), %%,
 * with flags, width and precision (* takes it from a word); escapes are \n, \t,
 * \033 and so on. The format is used again until no words are left.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define SPEC_MAX 64

static char **words;
static bool ok = true;

static const char *
next_word(void)
{
    return *words == NULL ? "" : *words++;
}

static long
next_number(bool is_signed)
{
    const char *word = next_word();
    char *end;

    if (*word == '\'' || *word == '"') {
        return (unsigned char)word[1];
    }
    errno = 0;
    long value = is_signed ? strtol(word, &end, 0)
                           : (long)strtoul(word, &end, 0);
    if (errno != 0) {
        ok = complain(word);
    } else if (*end != '\0') {
        warnx(end == word ? "%s: expected a numeric value"
                          : "%s: value not completely converted", word);
        ok = false;
    }
    return value;
}

/* Print the escape behind a backslash; \c ends the program. */
static void
put_escape(const char **at, bool zero)
{
    int c = escape(at, zero);

    if (c == -1) {
        exit(finish(ok));
    }
    putchar(c == -2 ? '\\' : c);
}

/* Print the text of a %b with its escapes replaced; \c ends the program. */
static void
put_text(const char *spec, const char *text)
{
    char *plain = grow(NULL, strlen(text) + 1);
    size_t length = 0;
    int c = 0;

    while (*text != '\0' && c != -1) {
        c = (unsigned char)*text++;
        if (c == '\\') {
            c = escape(&text, true);
        }
        if (c != -1) {
            plain[length++] = (char)(c == -2 ? '\\' : c);
        }
    }
    plain[length] = '\0';
    if (strcmp(spec, "%s") == 0) {
        fwrite(plain, 1, length, stdout); /* a NUL may be in it */
    } else {
        printf(spec, plain);
    }
    free(plain);
    if (c == -1) {
        exit(finish(ok));
    }
}

/* Copy the text between % and the letter, with a number for each *. */
static const char *
read_spec(const char *at, char *spec)
{
    size_t length = 0;

    spec[length++] = '%';
    for (; *at != '\0' && strchr("-+ #0123456789.*", *at) != NULL; at++) {
        if (length > SPEC_MAX - 16) {
            errx(1, "the format is too long");
        }
        if (*at == '*') {
            length += (size_t)snprintf(spec + length, 12, "%d",
                                       (int)next_number(true));
        } else {
            spec[length++] = *at;
        }
    }
    spec[length] = '\0';
    return at;
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

/* Print one conversion. => behind it */
static const char *
convert(const char *at)
{
    char spec[SPEC_MAX];
    bool is_signed;

    at = read_spec(at, spec);
    size_t length = strlen(spec);
    switch (*at) {
    case '%':
        putchar('%');
        break;
    case 's':
    case 'b':
        strcpy(spec + length, "s");
        if (*at == 'b') {
            put_text(spec, next_word());
        } else {
            printf(spec, next_word());
        }
        break;
    case 'c':
        strcpy(spec + length, "c");
        printf(spec, next_word()[0]);
        break;
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        is_signed = *at == 'd' || *at == 'i';
        snprintf(spec + length, SPEC_MAX - length, "l%c", *at);
        printf(spec, next_number(is_signed));
        break;
    default:
        fflush(stdout);
        errx(1, "%%%c: invalid conversion", *at);
    }
    return at + 1;
}

int
main(int argc, char **argv)
{
    no_options(argc, argv, 1, "printf FORMAT [WORD...]");
    if (optind == argc) {
        usage(1, "printf FORMAT [WORD...]");
    }
    const char *format = argv[optind++];
    words = argv + optind;
    char **before;
    do {
        before = words;
        for (const char *at = format; *at != '\0';) {
            char c = *at++;
            if (c == '\\') {
                put_escape(&at, false);
            } else if (c == '%') {
                at = convert(at);
            } else {
                putchar(c);
            }
        }
    } while (*words != NULL && words != before);
    if (*words != NULL) {
        warnx("ignoring excess arguments, starting with '%s'", *words);
    }
    return finish(ok);
}
