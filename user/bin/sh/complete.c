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
#include "syntax.h"

/* The word in front of the cursor. */
struct place {
    size_t start;
    bool command;
    char quote; /* one that is open, or NUL */
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
    struct place place = {.command = true};

    for (size_t i = 0; i < line->cursor; i++) {
        char c = line->text.bytes[i];
        if (c == '\\' && place.quote != '\'') {
            i++;
        } else if (place.quote != '\0') {
            place.quote = c == place.quote ? '\0' : place.quote;
        } else if (c == '\'' || c == '"') {
            place.quote = c;
        } else if (c == ' ' || c == '\t') {
            const char *word = line->text.bytes + place.start;
            size_t length = i - place.start;
            place.command = place.command &&
                            (length == 0 || comes_before_command(word, length));
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
    while (n > 0 && is_inside(first[n])) {
        n--;
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

/* The text of the word without its quotes, and ~ as it is meant. */
static char *
plain_text(const char *text, size_t length)
{
    const char *home = var_get("HOME");
    struct text plain = {0};

    if (length > 1 && text[0] == '~' && text[1] == '/' && home != NULL) {
        text_add(&plain, home, strlen(home));
        text++;
        length--;
    }
    char *rest = temp_copy(text, length);
    remove_quotes(rest);
    text_add(&plain, rest, strlen(rest));
    return plain.bytes;
}

/* Insert the end of a name, quoted as the place needs it. */
static void
insert_name(struct line_buffer *line, const char *name, size_t length,
            char quote)
{
    const char *special = quote == '\0'  ? " \t\\'\"`$&|;<>()*?[#~{}!"
                          : quote == '"' ? "\"\\`$" : "";

    for (; length > 0; length--, name++) {
        if (strchr(special, *name) != NULL) {
            line_insert(line, "\\", 1);
        }
        line_insert(line, name, 1);
    }
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
    insert_name(line, name + typed, common - typed, place.quote);
    if (names.count == 1 && name[common - 1] != '/') {
        line_insert(line, &place.quote, place.quote != '\0');
        line_insert(line, " ", 1);
    } else if (again && common == typed) {
        show_all(&names);
    }
}
