/*
 * sort [-bfnru] [-t C] [-k KEY]... [FILE...]: sort the lines. -n is by
 * the number at the start, -f ignores case, -b ignores blanks at the start, -r
 * reverses the order, -u writes only one of several equal lines.
 *
 * KEY is FROM[,TO]. Each is a field's number, with .CHARACTER if wanted, and
 * letters of bfnr that apply only to this key: -k 2,2n. A field includes the
 * blanks in front of it; with -t, fields are separated by the character C.
 */
#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "sort [-bfnru] [-t C] [-k KEY]... [FILE...]"
#define KEYS_MAX 16

struct order {
    bool blanks; /* ignore those at the start */
    bool fold;
    bool numbers;
    bool reverse;
};

struct key {
    long field[2]; /* of the start and the end, from 1 on; end 0: the line's */
    long character[2];
    struct order order;
};

struct line {
    char *text;
    size_t number; /* in the input, so that equal lines keep their order */
};

static struct key keys[KEYS_MAX];
static int key_count;
static struct order whole; /* for the line, and for keys without letters */
static int separator = -1;
static bool unique;
static struct line *lines;
static size_t line_count;

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static const char *
skip_blanks(const char *text, const char *end)
{
    while (text < end && is_blank(*text)) {
        text++;
    }
    return text;
}

/* => where the field ends that starts here */
static const char *
field_end(const char *text, const char *end)
{
    if (separator >= 0) {
        while (text < end && *text != (char)separator) {
            text++;
        }
        return text;
    }
    text = skip_blanks(text, end);
    while (text < end && !is_blank(*text)) {
        text++;
    }
    return text;
}

/* => where field `number` starts, or the line's end */
static const char *
field_start(const char *text, const char *end, long number)
{
    for (; number > 1 && text < end; number--) {
        text = field_end(text, end);
        text += separator >= 0 && text < end;
    }
    return text;
}

/* The part of a line that a key compares. */
static const char *
key_part(const struct key *key, const char *text, const char **end)
{
    const char *line_end = text + strlen(text);
    const char *start = field_start(text, line_end, key->field[0]);

    if (key->order.blanks) {
        start = skip_blanks(start, line_end);
    }
    start += key->character[0] - 1;
    start = start < line_end ? start : line_end;
    *end = line_end;
    if (key->field[1] > 0) {
        const char *last = field_start(text, line_end, key->field[1]);
        *end = key->character[1] > 0 ? last + key->character[1]
                                     : field_end(last, line_end);
        *end = *end < line_end ? *end : line_end;
        *end = *end < start ? start : *end;
    }
    return start;
}

/* A number as text: a sign, digits without zeros in front, a fraction. */
struct decimal {
    bool negative;
    const char *digits;
    const char *fraction; /* where the digits end */
};

static struct decimal
read_decimal(const char *text, const char *end)
{
    struct decimal value;

    text = skip_blanks(text, end);
    value.negative = text < end && *text == '-';
    text += value.negative;
    while (text < end && *text == '0') {
        text++;
    }
    value.digits = text;
    while (text < end && isdigit(*text)) {
        text++;
    }
    value.fraction = text;
    return value;
}

/* The next digit of a fraction, 0 behind its end. */
static int
fraction_digit(const char **at, const char *end)
{
    return *at < end && isdigit(**at) ? *(*at)++ : '0';
}

static int
compare_sizes(const struct decimal *a, const char *a_end,
              const struct decimal *b, const char *b_end)
{
    long length = a->fraction - a->digits;
    long more = length - (b->fraction - b->digits);
    int result = more != 0 ? (more > 0 ? 1 : -1)
                           : memcmp(a->digits, b->digits, (size_t)length);
    const char *x = a->fraction + (a->fraction < a_end && *a->fraction == '.');
    const char *y = b->fraction + (b->fraction < b_end && *b->fraction == '.');

    while (result == 0 && ((x < a_end && isdigit(*x)) ||
                           (y < b_end && isdigit(*y)))) {
        result = fraction_digit(&x, a_end) - fraction_digit(&y, b_end);
    }
    return result;
}

static int
compare_numbers(const char *a, const char *a_end, const char *b,
                const char *b_end)
{
    static const struct decimal zero = {.digits = "", .fraction = ""};
    struct decimal x = read_decimal(a, a_end);
    struct decimal y = read_decimal(b, b_end);
    const char *none = zero.digits;

    /* There is no negative zero. */
    x.negative = x.negative && compare_sizes(&x, a_end, &zero, none) != 0;
    y.negative = y.negative && compare_sizes(&y, b_end, &zero, none) != 0;
    if (x.negative != y.negative) {
        return x.negative ? -1 : 1;
    }
    int result = compare_sizes(&x, a_end, &y, b_end);
    return x.negative ? -result : result;
}

static int
compare_texts(const char *a, const char *a_end, const char *b,
              const char *b_end, bool fold)
{
    for (; a < a_end && b < b_end; a++, b++) {
        int x = (unsigned char)*a;
        int y = (unsigned char)*b;
        int difference = fold ? toupper(x) - toupper(y) : x - y;
        if (difference != 0) {
            return difference;
        }
    }
    return (a < a_end) - (b < b_end);
}

static int
compare_parts(const char *a, const char *a_end, const char *b,
              const char *b_end, const struct order *order)
{
    if (order->blanks) {
        a = skip_blanks(a, a_end);
        b = skip_blanks(b, b_end);
    }
    int result = order->numbers
                     ? compare_numbers(a, a_end, b, b_end)
                     : compare_texts(a, a_end, b, b_end, order->fold);
    return order->reverse ? -result : result;
}

/* By the keys, or by the line as a whole if there is none. */
static int
compare_keys(const char *a, const char *b)
{
    const char *a_end = a + strlen(a);
    const char *b_end = b + strlen(b);
    int result = 0;

    if (key_count == 0) {
        return compare_parts(a, a_end, b, b_end, &whole);
    }
    for (int i = 0; i < key_count && result == 0; i++) {
        const char *x = key_part(&keys[i], a, &a_end);
        const char *y = key_part(&keys[i], b, &b_end);
        result = compare_parts(x, a_end, y, b_end, &keys[i].order);
    }
    return result;
}

/* Lines that are equal by the keys are ordered by their bytes. */
static int
compare_lines(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;
    int result = compare_keys(x->text, y->text);

    if (result == 0 && !unique) {
        result = strcmp(x->text, y->text);
        result = whole.reverse ? -result : result;
    }
    return result != 0 ? result : x->number < y->number ? -1 : 1;
}

static bool
read_lines(FILE *file, const char *name)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t length;

    (void)name;
    while ((length = getline(&text, &room, file)) > 0) {
        text[length - (text[length - 1] == '\n')] = '\0';
        if ((line_count & (line_count - 1)) == 0) {
            lines = grow(lines, (2 * line_count + 1) * sizeof(*lines));
        }
        lines[line_count] = (struct line){text, line_count};
        line_count++;
        text = NULL;
    }
    free(text);
    return true;
}

static bool
take_letter(struct order *order, int letter)
{
    order->blanks = order->blanks || letter == 'b';
    order->fold = order->fold || letter == 'f';
    order->numbers = order->numbers || letter == 'n';
    order->reverse = order->reverse || letter == 'r';
    return letter != '\0' && strchr("bfnr", letter) != NULL;
}

/* Read FIELD[.CHARACTER][LETTERS]. => behind it */
static char *
read_place(char *text, struct key *key, int which)
{
    key->field[which] = strtol(text, &text, 10);
    key->character[which] = which == 0;
    if (*text == '.') {
        key->character[which] = strtol(text + 1, &text, 10);
    }
    while (take_letter(&key->order, *text)) {
        text++;
    }
    return text;
}

static void
add_key(char *text)
{
    struct key *key = &keys[key_count++];
    char *end = read_place(text, key, 0);

    if (*end == ',') {
        end = read_place(end + 1, key, 1);
        key->field[1] = key->field[1] < 1 ? -1 : key->field[1];
    }
    if (*end != '\0' || key->field[0] < 1 || key->character[0] < 1 ||
        key->field[1] < 0 || key_count == KEYS_MAX) {
        errx(2, "%s: not a key", text);
    }
}

static void
take_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "bfk:nrt:u")) != -1) {
        unique = unique || option == 'u';
        if (option == 'k') {
            add_key(optarg);
        } else if (option == 't') {
            separator = (unsigned char)optarg[0];
        } else if (!take_letter(&whole, option) && option != 'u') {
            usage(2, USAGE);
        }
    }
    for (int i = 0; i < key_count; i++) {
        struct order *order = &keys[i].order;
        if (!order->blanks && !order->fold && !order->numbers &&
            !order->reverse) {
            *order = whole;
        }
    }
}

int
main(int argc, char **argv)
{
    take_options(argc, argv);
    bool ok = each_input(argv + optind, read_lines);
    if (!ok) {
        return 2;
    }
    if (line_count > 0) {
        qsort(lines, line_count, sizeof(*lines), compare_lines);
    }
    for (size_t i = 0; i < line_count; i++) {
        if (!unique || i == 0 ||
            compare_keys(lines[i - 1].text, lines[i].text) != 0) {
            puts(lines[i].text);
        }
    }
    return finish(true) == 0 ? 0 : 2;
}
