/*
 * Patterns in file names: each part of the path that is a pattern is looked
 * for in its directory, the rest is taken as it is.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static void expand_parts(const char *path, const char *pattern,
                         struct args *names);

/* pattern[0..length) without the \ in front of plain characters, behind path */
static char *
join(const char *path, const char *pattern, size_t length)
{
    char *joined = temp_alloc(strlen(path) + length + 1);
    char *to = joined + strlen(path);

    strcpy(joined, path);
    for (const char *end = pattern + length; pattern < end; pattern++) {
        pattern += *pattern == '\\' && pattern + 1 < end;
        *to++ = *pattern;
    }
    *to = '\0';
    return joined;
}

/* part is the pattern's first part, rest begins with its slashes. */
static void
expand_directory(const char *path, const char *part, const char *rest,
                 struct args *names)
{
    DIR *dir = opendir(*path == '\0' ? "." : path);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        bool hidden = name[0] == '.' && part[part[0] == '\\'] != '.';
        if (!hidden && pattern_match(part, name)) {
            char *longer = temp_alloc(strlen(path) + strlen(name) + 1);
            strcat(strcpy(longer, path), name);
            expand_parts(longer, rest, names);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

/* Add what matches the pattern behind the path, which exists. */
static void
expand_parts(const char *path, const char *pattern, struct args *names)
{
    size_t slashes = strspn(pattern, "/");
    path = join(path, pattern, slashes);
    pattern += slashes;
    size_t length = strcspn(pattern, "/");
    char *part = temp_copy(pattern, length);

    if (slashes > 0 && access(path, F_OK) < 0) {
        return;
    }
    if (length == 0) {
        args_add(names, (char *)path);
    } else if (!pattern_is_plain(part)) {
        expand_directory(path, part, pattern + length, names);
    } else {
        path = join(path, pattern, length);
        if (access(path, F_OK) == 0) {
            expand_parts(path, pattern + length, names);
        }
    }
}

/* Add the names that match, in order. => false: there are none */
bool
glob(const char *pattern, struct args *args)
{
    size_t before = args->count;

    expand_parts("", pattern, args);
    args_sort(args, before);
    return args->count > before;
}
