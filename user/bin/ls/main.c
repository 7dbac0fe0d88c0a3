/*
 * ls [-1AaCdFhilnRrSt] [FILE...]: list directories.
 *
 * Which files: -a also names that begin with a dot; -A the same without . and
 * ..; -d a directory itself, not its files; -R also all directories below.
 * What of each: -l mode, links, owner, group, size and time; -n the same with
 * numbers for owner and group; -h sizes as 1.5K; -i the inode's number; -F a
 * sign for the kind behind the name. The order: -t newest first, -S largest
 * first, -r reversed. -1 prints one name on each line, -C columns, which is the
 * default on a terminal.
 * Status: 2 if a FILE could not be read, 1 if something below could not.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"
#include "ls.h"

struct show show;
static int status;

static void
trouble(const char *path, int least)
{
    complain(path);
    status = status > least ? status : least;
}

static int
compare_times(const struct stat *a, const struct stat *b)
{
    if (a->st_mtim.tv_sec != b->st_mtim.tv_sec) {
        return a->st_mtim.tv_sec > b->st_mtim.tv_sec ? -1 : 1;
    }
    return (a->st_mtim.tv_nsec < b->st_mtim.tv_nsec) -
           (a->st_mtim.tv_nsec > b->st_mtim.tv_nsec);
}

static int
compare_files(const void *a, const void *b)
{
    const struct file *x = a;
    const struct file *y = b;
    int result = 0;

    if (show.by_time) {
        result = compare_times(&x->st, &y->st);
    } else if (show.by_size) {
        result = (x->st.st_size < y->st.st_size) -
                 (x->st.st_size > y->st.st_size);
    }
    result = result != 0 ? result : strcmp(x->name, y->name);
    return show.reverse ? -result : result;
}

static void
sort_files(struct file *files, size_t count)
{
    if (count > 0) {
        qsort(files, count, sizeof(*files), compare_files);
    }
}

static int
is_shown(const struct dirent *entry)
{
    const char *name = entry->d_name;
    bool dots = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;

    return name[0] != '.' || show.all || (show.almost_all && !dots);
}

/* => the files of a directory; NULL after a message */
static struct file *
read_directory(const char *path, int least, size_t *count)
{
    struct dirent **list;
    int entries = scandir(path, &list, is_shown, NULL);

    if (entries < 0) {
        trouble(path, least);
        return NULL;
    }
    struct file *files = grow(NULL, ((size_t)entries + 1) * sizeof(*files));
    *count = 0;
    for (int i = 0; i < entries; i++) {
        struct file *file = &files[*count];
        file->path = join(path, list[i]->d_name);
        file->name = file->path + strlen(file->path) -
                     strlen(list[i]->d_name);
        if (lstat(file->path, &file->st) < 0) {
            trouble(file->path, 1);
        } else {
            ++*count;
        }
        free(list[i]);
    }
    free(list);
    return files;
}

/* Title is NULL if nothing else is listed. */
static void
list_directory(const char *path, const char *title, int least)
{
    static bool later;
    size_t count;
    struct file *files = read_directory(path, least, &count);

    if (files == NULL) {
        return;
    }
    if (title != NULL) {
        printf("%s%s:\n", later ? "\n" : "", title);
    }
    later = true;
    sort_files(files, count);
    print_files(files, count, show.format == LONG);
    for (size_t i = 0; i < count; i++) {
        const char *name = files[i].name;
        if (show.recursive && S_ISDIR(files[i].st.st_mode) &&
            strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            list_directory(files[i].path, files[i].path, 1);
        }
        free(files[i].path);
    }
    free(files);
}

/* The operands of the command line: files first, then directories. */
static void
list_operands(char **names, size_t count)
{
    struct file *files = grow(NULL, 2 * count * sizeof(*files));
    struct file *directories = files + count;
    size_t file_count = 0;
    size_t directory_count = 0;
    bool follow = !show.directory && show.format != LONG && !show.classify;

    for (; *names != NULL; names++) {
        struct file file = {.name = *names, .path = *names};
        if ((!follow || stat(*names, &file.st) < 0) &&
            lstat(*names, &file.st) < 0) {
            trouble(*names, 2);
        } else if (S_ISDIR(file.st.st_mode) && !show.directory) {
            directories[directory_count++] = file;
        } else {
            files[file_count++] = file;
        }
    }
    sort_files(files, file_count);
    sort_files(directories, directory_count);
    print_files(files, file_count, false);
    if (file_count > 0 && directory_count > 0) {
        putchar('\n');
    }
    bool titles = count > 1 || show.recursive;
    for (size_t i = 0; i < directory_count; i++) {
        const char *path = directories[i].path;
        list_directory(path, titles ? path : NULL, 2);
    }
}

static void
take_option(int option)
{
    show.all = show.all || option == 'a';
    show.almost_all = show.almost_all || option == 'A';
    show.directory = show.directory || option == 'd';
    show.classify = show.classify || option == 'F';
    show.human = show.human || option == 'h';
    show.inode = show.inode || option == 'i';
    show.numeric = show.numeric || option == 'n';
    show.recursive = show.recursive || option == 'R';
    show.reverse = show.reverse || option == 'r';
    if (option == 'l' || option == 'n') {
        show.format = LONG;
    } else if (option == 'C') {
        show.format = COLUMNS;
    } else if (option == '1' && show.format != LONG) {
        show.format = ONE_A_LINE;
    } else if (option == 'S' || option == 't') { /* the last one counts */
        show.by_size = option == 'S';
        show.by_time = option == 't';
    }
}

int
main(int argc, char **argv)
{
    static char *here[] = {(char *)".", NULL};
    int option;

    show.terminal = isatty(STDOUT_FILENO);
    show.format = show.terminal ? COLUMNS : ONE_A_LINE;
    while ((option = getopt(argc, argv, "1AaCdFhilnRrSt")) != -1) {
        if (option == '?') {
            usage(2, "ls [-1AaCdFhilnRrSt] [FILE...]");
        }
        take_option(option);
    }
    if (optind == argc) {
        list_operands(here, 1);
    } else {
        list_operands(argv + optind, (size_t)(argc - optind));
    }
    return finish(true) != 0 ? 2 : status;
}
