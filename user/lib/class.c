/* Classes of characters by their names, for the patterns of sh and grep. */
#include <ctype.h>
#include <string.h>

#include "lib/class.h"

static const struct {
    const char *name;
    int (*has)(int c);
} classes[] = {
    {"alpha", isalpha}, {"digit", isdigit}, {"alnum", isalnum},
    {"upper", isupper}, {"lower", islower}, {"space", isspace},
    {"blank", isblank}, {"punct", ispunct}, {"print", isprint},
    {"graph", isgraph}, {"cntrl", iscntrl}, {"xdigit", isxdigit},
};

int
(*class_find(const char *name, size_t length))(int c)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        if (strlen(classes[i].name) == length &&
            strncmp(name, classes[i].name, length) == 0) {
            return classes[i].has;
        }
    }
    return NULL;
}
