/*
 * Tab: the rest of a name. In the place of a command these are builtins,
 * functions and programs, anywhere else file names.
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit.h"
#include "run.h"

#define SPECIAL " \t\\'\"`$&|;<>()*?[#~{}!"

/* The word in front of the cursor. */
struct place {
    size_t start;
    bool command;
};

static bool
comes_before_command(const char *word, size_t length)
{
    static const char words[] =
        " if then elif else while until do ! { exec command ";
    char *padded = temp_alloc(length + 3);

    snprintf(padded, length + 3, " %.*s ", (int)length, word);
    return strstr(words, padded) != NULL;
}

static struct place
find_place(const struct line_buffer *line)
{
    struct place place = {0, true};

    for (size_t i = 0; i < line->cursor; i++) {
        char c = line->text.bytes[i];
        if (c == '\\') {
            i++;
        } else if (c == ' ' || c == '\t') {
            place.command = place.command &&
                            (i == place.start ||
                             comes_before_command(line->text.bytes + place.start,
                                                  i - place.start));
            place.start = i + 1;
        } else if (strchr(";|&(`<>", c) != NULL) {
            place.command = c != '<' && c != '>';
            place.start = i + 1;
        }
    }
    return place;
}

static void
add(struct args *names, const char *name, const char *prefix)
{
    if (strncmp(name, prefix, strlen(prefix)) == 0) {
        args_add(names, temp_copy(name, strlen(name)));
    }
}

/* The names in a directory; of programs, only those that can be run. */
static void
add_directory(struct args *names, const char *dir, const char *prefix,
              bool programs)
{
    DIR *open_dir = opendir(*dir == '\0' ? "." : dir);
    struct dirent *entry;
    char path[PATH_MAX];
    struct stat st;

    while (open_dir != NULL && (entry = readdir(open_dir)) != NULL) {
        const char *name = entry->d_name;
        if (strncmp(name, prefix, strlen(prefix)) != 0 ||
            (name[0] == '.' && prefix[0] != '.')) {
            continue;
        }
        snprintf(path, sizeof(path), "%s%s%s", dir, *dir == '\0' ? "" : "/",
                 name);
        bool directory = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
        if (programs && (directory || access(path, X_OK) < 0)) {
            continue;
        }
        snprintf(path, sizeof(path), "%s%s", name, directory ? "/" : "");
        add(names, path, prefix);
    }
    if (open_dir != NULL) {
        closedir(open_dir);
    }
}

static void
add_commands(struct args *names, const char *prefix)
{
    const char *dirs = var_get("PATH");
    const char *name;

    for (size_t i = 0; (name = builtin_name(i)) != NULL; i++) {
        add(names, name, prefix);
    }
    for (size_t i = 0; (name = function_name(i)) != NULL; i++) {
        add(names, name, prefix);
    }
    char *list = temp_copy(dirs == NULL ? "" : dirs,
                           dirs == NULL ? 0 : strlen(dirs));
    for (char *dir = strtok(list, ":"); dir; dir = strtok(NULL, ":")) {
        add_directory(names, dir, prefix, true);
    }
}

static void
sort(struct args *names)
{
    size_t kept = 0;

    args_sort(names, 0);
    for (size_t i = 0; i < names->count; i++) {
        if (i == 0 || strcmp(names->list[i], names->list[kept - 1]) != 0) {
            names->list[kept++] = names->list[i];
        }
    }
    names->count = kept;
}

/* How much the names, which are sorted, have in common. */
static size_t
common_length(const struct args *names)
{
    const char *first = names->list[0];
    const char *last = names->list[names->count - 1];
    size_t n = 0;

    while (first[n] != '\0' && first[n] == last[n]) {
        n++;
    }
    return n;
}

static void
show_all(const struct args *names)
{
    size_t longest = 0;

    for (size_t i = 0; i < names->count; i++) {
        size_t length = strlen(names->list[i]);
        longest = length > longest ? length : longest;
    }
    size_t columns = (screen_width() - 1) / (longest + 2);
    columns = columns == 0 ? 1 : columns;
    screen_leave();
    for (size_t i = 0; i < names->count; i++) {
        bool last = (i + 1) % columns == 0 || i + 1 == names->count;
        size_t room = longest + 3;
        char *cell = temp_alloc(room);
        snprintf(cell, room, "%-*s", last ? 0 : (int)longest + 2,
                 names->list[i]);
        screen_write(cell);
        screen_write(last ? "\r\n" : "");
    }
}

/* The text of the word without its backslashes, and ~ as it is meant. */
static char *
plain_text(const char *text, size_t length)
{
    const char *home = var_get("HOME");
    bool tilde = length > 1 && text[0] == '~' && text[1] == '/' && home;
    char *plain = temp_alloc(length + 1 + (tilde ? strlen(home) : 0));
    char *to = plain;

    if (tilde) {
        to = strcpy(plain, home) + strlen(home);
    }
    for (size_t i = tilde; i < length; i++) {
        i += text[i] == '\\' && i + 1 < length;
        *to++ = text[i];
    }
    *to = '\0';
    return plain;
}

void
complete(struct line_buffer *line, bool again)
{
    struct place place = find_place(line);
    struct args names = {0};
    char *word = plain_text(line->text.bytes + place.start,
                            line->cursor - place.start);
    char *slash = strrchr(word, '/');
    char *base = slash == NULL ? word : slash + 1;

    if (slash == NULL && place.command) {
        add_commands(&names, base);
    } else {
        char *dir = temp_copy(word, (size_t)(base - word));
        add_directory(&names, dir, base, false);
    }
    if (names.count == 0) {
        return;
    }
    sort(&names);
    const char *name = names.list[0];
    size_t common = common_length(&names);
    size_t typed = strlen(base);
    for (size_t i = typed; i < common; i++) {
        if (strchr(SPECIAL, name[i]) != NULL) {
            line_insert(line, "\\", 1);
        }
        line_insert(line, name + i, 1);
    }
    if (names.count == 1 && name[common - 1] != '/') {
        line_insert(line, " ", 1);
    } else if (again && common == typed) {
        show_all(&names);
    }
}
