/*
 * ls [-al] [FILE...]: list directories, sorted by name. -a also names that
 * begin with a dot; -l mode, links, owner, group and size in front, and where a
 * symbolic link leads behind.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool want_all;
static bool want_long;

static bool
complain(const char *name)
{
    fprintf(stderr, "ls: %s: %s\n", name, strerror(errno));
    return false;
}

static void
mode_string(mode_t mode, char *s)
{
    static const char letters[] = "rwxrwxrwx";

    s[0] = S_ISDIR(mode)    ? 'd'
           : S_ISCHR(mode)  ? 'c'
           : S_ISBLK(mode)  ? 'b'
           : S_ISFIFO(mode) ? 'p'
           : S_ISLNK(mode)  ? 'l'
           : S_ISSOCK(mode) ? 's'
                            : '-';
    for (int i = 0; i < 9; i++) {
        s[1 + i] = (mode & (0400u >> i)) != 0 ? letters[i] : '-';
    }
    s[10] = '\0';
}

static bool
print_entry(const char *path, const char *name)
{
    struct stat st = {0};
    char target[PATH_MAX];
    char mode[11];

    if (want_long) {
        if (lstat(path, &st) < 0) {
            return complain(path);
        }
        mode_string(st.st_mode, mode);
        printf("%s %2lu %u %u %8ld ", mode, st.st_nlink, st.st_uid, st.st_gid,
               st.st_size);
    }
    ssize_t length = S_ISLNK(st.st_mode)
                         ? readlink(path, target, sizeof(target)) : -1;
    if (length >= 0) {
        printf("%s -> %.*s\n", name, (int)length, target);
    } else {
        printf("%s\n", name);
    }
    return true;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* => how many, or -1 after a message */
static int
read_names(const char *path, char ***names)
{
    int count = 0;
    DIR *dir = opendir(path);
    struct dirent *entry;

    *names = NULL;
    if (dir == NULL) {
        complain(path);
        return -1;
    }
    errno = 0;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' && !want_all) {
            continue;
        }
        /* The list doubles whenever count is a power of two. */
        if ((count & (count - 1)) == 0) {
            size_t room = count == 0 ? 1 : 2 * (size_t)count;
            *names = realloc(*names, room * sizeof(char *));
        }
        char *name = strdup(entry->d_name);
        if (*names == NULL || name == NULL) {
            fprintf(stderr, "ls: out of memory\n");
            exit(2);
        }
        (*names)[count++] = name;
    }
    if (errno != 0) {
        complain(path);
    }
    closedir(dir);
    return count;
}

static bool
list_directory(const char *path)
{
    char **names;
    char full[PATH_MAX];
    int count = read_names(path, &names);
    bool ok = count >= 0;

    if (count > 0) {
        qsort(names, (size_t)count, sizeof(*names), compare_names);
    }
    for (int i = 0; i < count; i++) {
        snprintf(full, sizeof(full), "%s/%s", path, names[i]);
        ok = print_entry(full, names[i]) && ok;
        free(names[i]);
    }
    free(names);
    return ok;
}

static bool
list(const char *path, bool with_title)
{
    struct stat st;

    if (stat(path, &st) < 0 && lstat(path, &st) < 0) {
        return complain(path);
    }
    if (!S_ISDIR(st.st_mode)) {
        return print_entry(path, path);
    }
    if (with_title) {
        printf("%s:\n", path);
    }
    return list_directory(path);
}

int
main(int argc, char **argv)
{
    int i = 1;
    bool ok = true;

    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (argv[i][1 + strspn(argv[i] + 1, "al1")] != '\0') {
            fprintf(stderr, "usage: ls [-al] [FILE...]\n");
            return 2;
        }
        want_all = want_all || strchr(argv[i], 'a') != NULL;
        want_long = want_long || strchr(argv[i], 'l') != NULL;
    }
    if (i == argc) {
        return list(".", false) ? 0 : 1;
    }
    bool with_title = argc - i > 1;
    for (; i < argc; i++) {
        ok = list(argv[i], with_title) && ok;
    }
    return ok ? 0 : 1;
}
