/* Files as operands: inputs, and FROM... TO. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

FILE *
input_open(const char *name)
{
    if (strcmp(name, "-") == 0) {
        return stdin;
    }
    FILE *file = fopen(name, "r");
    if (file == NULL) {
        complain(name);
    }
    return file;
}

bool
input_close(FILE *file, const char *name)
{
    bool ok = !ferror(file) || complain(name);

    if (file != stdin) {
        fclose(file);
    }
    return ok;
}

bool
each_input(char **names, bool (*read_one)(FILE *file, const char *name))
{
    static char *const standard[] = {(char *)"-", NULL};
    bool ok = true;

    for (names = *names == NULL ? (char **)standard : names; *names != NULL;
         names++) {
        FILE *file = input_open(*names);
        if (file == NULL) {
            ok = false;
            continue;
        }
        ok = read_one(file, *names) && ok;
        ok = input_close(file, *names) && ok;
    }
    return ok;
}

bool
copy_bytes(int from, const char *from_name, int to, const char *to_name)
{
    static char buf[16384];
    ssize_t n;

    while ((n = read(from, buf, sizeof(buf))) > 0) {
        for (ssize_t at = 0; at < n;) {
            ssize_t done = write(to, buf + at, (size_t)(n - at));
            if (done < 0) {
                return complain(to_name);
            }
            at += done;
        }
    }
    return n == 0 || complain(from_name);
}

static bool
is_directory(const char *path, bool as_file)
{
    struct stat st;

    return (as_file ? lstat : stat)(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool
each_target(char **words, bool as_file,
            bool (*act)(const char *from, const char *to))
{
    int last = 0;
    bool ok = true;

    while (words[last + 1] != NULL) {
        last++;
    }
    const char *to = words[last];
    if (!is_directory(to, as_file)) {
        if (last == 1) {
            return act(words[0], to);
        }
        errno = ENOTDIR;
        return complain(to);
    }
    for (int i = 0; i < last; i++) {
        char *name = last_part(words[i]);
        char *path = join(to, name);
        ok = act(words[i], path) && ok;
        free(path);
        free(name);
    }
    return ok;
}
