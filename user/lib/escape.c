/* Escape sequences, for echo -e and printf. */
#include <string.h>

#include "lib/tool.h"

static int
octal(const char **at, int digits)
{
    int value = 0;

    for (; digits > 0 && **at >= '0' && **at <= '7'; digits--) {
        value = 8 * value + (*(*at)++ - '0');
    }
    return value & 0xff;
}

int
escape(const char **at, bool zero)
{
    static const char letters[] = "abfnrtve\\";
    static const char meanings[] = "\a\b\f\n\r\t\v\033\\";
    char letter = **at;

    if (letter >= '0' && letter <= '7') {
        *at += zero && letter == '0';
        return octal(at, 3);
    }
    const char *found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found == NULL && letter != 'c') {
        return -2;
    }
    ++*at;
    return letter == 'c' ? -1 : meanings[found - letters];
}
