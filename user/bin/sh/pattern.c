/* Patterns: * ? [a-z] [!a-z] [[:alpha:]], and \ in front of what is plain. */
#include <string.h>

#include "lib/class.h"
#include "run.h"

/* s is behind [: ; => whether c is in the class, *end is behind :] */
static bool
match_class(const char *s, char c, const char **end)
{
    const char *colon = strstr(s, ":]");
    int (*has)(int c) = class_find(s, (size_t)(colon - s));

    *end = colon + 2;
    return has != NULL && has((unsigned char)c);
}

/*
 * s is behind the bracket. => behind its end, and whether c is in it; NULL if
 * it has no end, and so is no more than a character
 */
static const char *
match_bracket(const char *s, char c, bool *matches)
{
    bool inverted = *s == '!' || *s == '^';
    bool found = false;

    s += inverted;
    for (const char *start = s; *s != ']' || s == start;) {
        if (s[0] == '[' && s[1] == ':' && strstr(s + 2, ":]") != NULL) {
            found = match_class(s + 2, c, &s) || found;
            continue;
        }
        s += s[0] == '\\' && s[1] != '\0';
        if (*s == '\0') {
            return NULL;
        }
        unsigned char low = (unsigned char)*s++;
        unsigned char high = low;
        if (s[0] == '-' && s[1] != ']' && s[1] != '\0') {
            s += s[1] == '\\' && s[2] != '\0';
            high = (unsigned char)s[1];
            s += 2;
        }
        found = found || (low <= (unsigned char)c && (unsigned char)c <= high);
    }
    *matches = found != inverted;
    return s + 1;
}

/* Whether the first piece of the pattern matches c; it is then behind it. */
static bool
match_piece(const char **pattern, char c)
{
    const char *s = *pattern;
    const char *end = NULL;
    bool matches = false;

    if (*s == '[') {
        end = match_bracket(s + 1, c, &matches);
    }
    if (end == NULL) {
        bool any = *s == '?';
        s += *s == '\\' && s[1] != '\0';
        matches = any || *s == c;
        end = s + 1;
    }
    *pattern = matches ? end : *pattern;
    return matches;
}

/* Only the last * need take more when the rest does not match. */
bool
pattern_match(const char *pattern, const char *text)
{
    const char *after_star = NULL;
    const char *taken = NULL; /* what that * takes ends here */

    while (*text != '\0' || *pattern != '\0') {
        if (*pattern == '*') {
            after_star = ++pattern;
            taken = text;
        } else if (*text != '\0' && match_piece(&pattern, *text)) {
            text++;
        } else if (after_star == NULL || *taken == '\0') {
            return false;
        } else {
            pattern = after_star;
            text = ++taken;
        }
    }
    return true;
}

/* Whether it can match nothing but one text. */
bool
pattern_is_plain(const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '\\' && pattern[1] != '\0') {
            pattern++;
        } else if (strchr("*?[", *pattern) != NULL) {
            return false;
        }
    }
    return true;
}
