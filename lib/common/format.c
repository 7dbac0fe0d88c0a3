/*
 * The formatter of both sides: format_to and the two snprintfs on it.
 *
 * Essential fact: a conversion is first parsed into a struct spec; then its
 * digits are made in a small buffer; only `emit` handles padding. It prints
 * spaces, prefix (sign or 0x), zeros, body, spaces.
 */
#include "common/format.h"

#include "abi/types.h"
#include "common/string.h"

/* Where the characters go, and how many went. */
struct sink {
    void (*put)(void *arg, char c);
    void *arg;
    int count;
};

/* One conversion: %-08.3lx is left, zero, width 8, precision 3, size 8. */
struct spec {
    bool left;
    bool zero;
    bool plus;
    bool space;
    bool alt;
    int width;
    int precision; /* -1: none given */
    int size;      /* of the integer argument, in bytes */
    char conv;
};

#define DIGITS_MAX 22 /* 64 bits in octal */

static void
put_char(struct sink *out, char c)
{
    out->put(out->arg, c);
    out->count++;
}

static void
put_many(struct sink *out, char c, int n)
{
    while (n-- > 0) {
        put_char(out, c);
    }
}

static void
emit(struct sink *out, const struct spec *spec, const char *prefix, int zeros,
     const char *body, int length)
{
    int pad = spec->width - (int)strlen(prefix) - zeros - length;

    if (!spec->left) {
        put_many(out, ' ', pad);
    }
    for (; *prefix != '\0'; prefix++) {
        put_char(out, *prefix);
    }
    put_many(out, '0', zeros);
    for (int i = 0; i < length; i++) {
        put_char(out, body[i]);
    }
    if (spec->left) {
        put_many(out, ' ', pad);
    }
}

/* Write value's digits so that they end at `end`; 0 has none. */
static char *
make_digits(char *end, u64 value, unsigned base, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

    for (; value != 0; value /= base) {
        *--end = digits[value % base];
    }
    return end;
}

static void
emit_number(struct sink *out, const struct spec *spec, u64 value, unsigned base,
            const char *prefix)
{
    char buf[DIGITS_MAX];
    char *end = buf + sizeof(buf);
    char *body = make_digits(end, value, base, spec->conv == 'X');
    int length = (int)(end - body);
    int least = spec->precision < 0 ? 1 : spec->precision;

    if (base == 8 && spec->alt && least <= length) {
        least = length + 1;
    }
    if (spec->zero && !spec->left && spec->precision < 0 &&
        spec->width - (int)strlen(prefix) > least) {
        least = spec->width - (int)strlen(prefix);
    }
    emit(out, spec, prefix, least > length ? least - length : 0, body, length);
}

static i64
signed_argument(int size, va_list *ap)
{
    if (size == 8) {
        return va_arg(*ap, i64);
    }
    int value = va_arg(*ap, int);
    return size == 1 ? (i8)value : size == 2 ? (i16)value : value;
}

static u64
unsigned_argument(int size, va_list *ap)
{
    if (size == 8) {
        return va_arg(*ap, u64);
    }
    unsigned value = va_arg(*ap, unsigned);
    return size == 1 ? (u8)value : size == 2 ? (u16)value : value;
}

static void
emit_signed(struct sink *out, const struct spec *spec, i64 value)
{
    const char *sign = value < 0     ? "-"
                       : spec->plus  ? "+"
                       : spec->space ? " "
                                     : "";

    emit_number(out, spec, value < 0 ? -(u64)value : (u64)value, 10, sign);
}

static void
emit_unsigned(struct sink *out, const struct spec *spec, u64 value)
{
    if (spec->conv == 'u') {
        emit_number(out, spec, value, 10, "");
    } else if (spec->conv == 'o') {
        emit_number(out, spec, value, 8, "");
    } else {
        const char *prefix = spec->conv == 'X' ? "0X" : "0x";
        emit_number(out, spec, value, 16, spec->alt && value ? prefix : "");
    }
}

static void
emit_string(struct sink *out, const struct spec *spec, const char *s)
{
    if (s == NULL) {
        s = "(null)";
    }
    size_t max = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;
    emit(out, spec, "", 0, s, (int)strnlen(s, max));
}

static void
emit_pointer(struct sink *out, const struct spec *spec, u64 value)
{
    if (value == 0) {
        emit(out, spec, "", 0, "(nil)", 5);
    } else {
        emit_number(out, spec, value, 16, "0x");
    }
}

/* => false: conv is unknown here; then no argument was taken */
static bool
convert(struct sink *out, const struct spec *spec, va_list *ap)
{
    char c;

    switch (spec->conv) {
    case 'd':
    case 'i':
        emit_signed(out, spec, signed_argument(spec->size, ap));
        return true;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        emit_unsigned(out, spec, unsigned_argument(spec->size, ap));
        return true;
    case 'p':
        emit_pointer(out, spec, va_arg(*ap, u64));
        return true;
    case 's':
        emit_string(out, spec, va_arg(*ap, const char *));
        return true;
    case 'c':
        c = (char)va_arg(*ap, int);
        emit(out, spec, "", 0, &c, 1);
        return true;
    case '%':
        put_char(out, '%');
        return true;
    default:
        return false;
    }
}

static const char *
parse_flags(struct spec *spec, const char *s)
{
    for (;; s++) {
        switch (*s) {
        case '-':
            spec->left = true;
            break;
        case '0':
            spec->zero = true;
            break;
        case '+':
            spec->plus = true;
            break;
        case ' ':
            spec->space = true;
            break;
        case '#':
            spec->alt = true;
            break;
        default:
            return s;
        }
    }
}

/* A decimal number or a *. */
static const char *
parse_count(int *count, const char *s, va_list *ap)
{
    if (*s == '*') {
        *count = va_arg(*ap, int);
        return s + 1;
    }
    for (*count = 0; *s >= '0' && *s <= '9'; s++) {
        *count = *count * 10 + (*s - '0');
    }
    return s;
}

static const char *
parse_size(int *size, const char *s)
{
    *size = sizeof(int);
    if (*s == 'h') {
        *size = s[1] == 'h' ? 1 : 2;
        return s[1] == 'h' ? s + 2 : s + 1;
    }
    while (*s != '\0' && strchr("lzjt", *s) != NULL) {
        *size = sizeof(long);
        s++;
    }
    return s;
}

static const char *
parse_spec(struct spec *spec, const char *s, va_list *ap)
{
    *spec = (struct spec){.precision = -1};
    s = parse_flags(spec, s);
    s = parse_count(&spec->width, s, ap);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    if (*s == '.') {
        s = parse_count(&spec->precision, s + 1, ap);
    }
    s = parse_size(&spec->size, s);
    spec->conv = *s;
    return s;
}

int
format_to(void (*put)(void *arg, char c), void *arg, const char *fmt,
          va_list ap)
{
    struct sink out = {.put = put, .arg = arg};
    struct spec spec;
    va_list args;

    va_copy(args, ap);
    for (const char *s = fmt; *s != '\0'; s++) {
        if (*s != '%') {
            put_char(&out, *s);
            continue;
        }
        const char *end = parse_spec(&spec, s + 1, &args);
        if (convert(&out, &spec, &args)) {
            s = end;
        } else {
            put_char(&out, '%');
        }
    }
    va_end(args);
    return out.count;
}

/* The rest of a buffer: `left` bytes at `at`. */
struct rest {
    char *at;
    size_t left;
};

/* Keeps the last byte for the NUL. */
static void
put_in_buffer(void *arg, char c)
{
    struct rest *rest = arg;

    if (rest->left > 1) {
        *rest->at++ = c;
        rest->left--;
    }
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct rest rest = {.at = buf, .left = size};
    int length = format_to(put_in_buffer, &rest, fmt, ap);

    if (size > 0) {
        *rest.at = '\0';
    }
    return length;
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int length = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return length;
}
