/* Patterns: * ? [a-z] [!a-z] [[:alpha:]], and \ in front of what is plain. */
#include <ctype.h>
#include <string.h>

#include "run.h"

static int
is_blank(int c)
{
    return c == ' ' || c == '\t';
}

static int
is_control(int c)
{
    return (c >= 0 && c < ' ') || c == 0x7f;
}

static int
is_graph(int c)
{
    return isprint(c) && c != ' ';
}

static const struct {
    const char *name;
    int (*has)(int c);
} classes[] = {
    {"alpha", isalpha}, {"digit", isdigit}, {"alnum", isalnum},
    {"upper", isupper}, {"lower", islower}, {"space", isspace},
    {"blank", is_blank}, {"punct", ispunct}, {"print", isprint},
    {"graph", is_graph}, {"cntrl", is_control}, {"xdigit", isxdigit},
};

/* s is behind [: ; => whether c is in the class, *end is behind :] */
static bool
match_class(const char *s, char c, const char **end)
{
    const char *colon = strstr(s, ":]");

    *end = colon + 2;
    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        size_t length = strlen(classes[i].name);
        if ((size_t)(colon - s) == length &&
            strncmp(s, classes[i].name, length) == 0) {
            return classes[i].has((unsigned char)c);
        }
    }
    return false;
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

bool
pattern_match(const char *pattern, const char *text)
{
    for (; *pattern != '\0'; text++) {
        const char *end = NULL;
        bool matches = false;
        if (*pattern == '*') {
            while (!pattern_match(pattern + 1, text)) {
                if (*text++ == '\0') {
                    return false;
                }
            }
            return true;
        }
        if (*text == '\0') {
            return false;
        }
        if (*pattern == '[') {
            end = match_bracket(pattern + 1, *text, &matches);
        }
        if (end == NULL) {
            bool any = *pattern == '?';
            pattern += *pattern == '\\' && pattern[1] != '\0';
            matches = any || *pattern == *text;
            end = pattern + 1;
        }
        if (!matches) {
            return false;
        }
        pattern = end;
    }
    return *text == '\0';
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
