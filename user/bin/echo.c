/*
 * echo [-neE] [WORD...]: print the words. -n omits the newline; -e replaces
 * escapes such as \n, \t, \033 (\c: print no more), -E does not. A word that is
 * none of these options is printed.
 */
#include <string.h>

#include "lib/tool.h"

static bool newline = true;
static bool escapes;

static bool
take_options(const char *word)
{
    if (word[0] != '-' || word[1] == '\0' ||
        word[1 + strspn(word + 1, "neE")] != '\0') {
        return false;
    }
    while (*++word != '\0') {
        newline = newline && *word != 'n';
        escapes = *word == 'e' || (escapes && *word != 'E');
    }
    return true;
}

/* => false after \c */
static bool
put(const char *word)
{
    while (*word != '\0') {
        int c = (unsigned char)*word++;
        if (c == '\\' && escapes) {
            int meaning = escape(&word, true);
            if (meaning == -1) {
                return false;
            }
            c = meaning >= 0 ? meaning : c;
        }
        putchar(c);
    }
    return true;
}

int
main(int argc, char **argv)
{
    int first = 1;

    while (first < argc && take_options(argv[first])) {
        first++;
    }
    for (int i = first; i < argc; i++) {
        if (i > first) {
            putchar(' ');
        }
        if (!put(argv[i])) {
            return finish(true);
        }
    }
    if (newline) {
        putchar('\n');
    }
    return finish(true);
}
