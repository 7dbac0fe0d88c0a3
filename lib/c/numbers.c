/* Numbers from text. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

/* A sign and digits, as both strtol and strtoul read them. */
struct number {
    bool negative;
    bool overflow;
    unsigned long value;
};

static int
digit_value(char c)
{
    if (isdigit(c)) {
        return c - '0';
    }
    return isalpha(c) ? tolower(c) - 'a' + 10 : INT_MAX;
}

/* => where the digits end, or s itself if there are none */
static const char *
parse_number(const char *s, int base, struct number *number)
{
    const char *at = s;

    *number = (struct number){0};
    while (isspace(*at)) {
        at++;
    }
    if (*at == '-' || *at == '+') {
        number->negative = *at++ == '-';
    }
    if ((base == 0 || base == 16) && at[0] == '0' && tolower(at[1]) == 'x' &&
        isxdigit(at[2])) {
        at += 2;
        base = 16;
    } else if (base == 0) {
        base = *at == '0' ? 8 : 10;
    }
    const char *digits = at;
    for (; digit_value(*at) < base; at++) {
        unsigned long digit = (unsigned long)digit_value(*at);
        if (__builtin_mul_overflow(number->value, base, &number->value) ||
            __builtin_add_overflow(number->value, digit, &number->value)) {
            number->overflow = true;
        }
    }
    return at == digits ? s : at;
}

unsigned long
strtoul(const char *s, char **end, int base)
{
    struct number number;
    const char *at = parse_number(s, base, &number);

    if (end != NULL) {
        *end = (char *)at;
    }
    if (number.overflow) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return number.negative ? -number.value : number.value;
}

long
strtol(const char *s, char **end, int base)
{
    struct number number;
    const char *at = parse_number(s, base, &number);

    if (end != NULL) {
        *end = (char *)at;
    }
    unsigned long most = (unsigned long)LONG_MAX + number.negative;
    if (number.overflow || number.value > most) {
        errno = ERANGE;
        return number.negative ? LONG_MIN : LONG_MAX;
    }
    return (long)(number.negative ? -number.value : number.value);
}

long long
strtoll(const char *s, char **end, int base)
{
    return strtol(s, end, base);
}

unsigned long long
strtoull(const char *s, char **end, int base)
{
    return strtoul(s, end, base);
}

long
atol(const char *s)
{
    return strtol(s, NULL, 10);
}

int
atoi(const char *s)
{
    return (int)strtol(s, NULL, 10);
}

int
abs(int n)
{
    return n < 0 ? -n : n;
}
