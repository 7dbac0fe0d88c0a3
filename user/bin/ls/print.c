/*
 * ls's formats. Essential fact: a column is as wide as its widest entry, so all
 * files that are listed together are measured before the first line is printed.
 */
#include <ctype.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "lib/tool.h"
#include "ls.h"

#define HALF_A_YEAR 15778476 /* seconds */
#define TAB 8

static struct {
    int inode;
    int links;
    int owner;
    int group;
    int size;
    int major;
    int minor;
} width;

/* The name of a user or group, or its number. */
static const char *
id_name(unsigned id, bool group)
{
    static char text[64];
    struct passwd *user = show.numeric || group ? NULL : getpwuid(id);
    struct group *its = show.numeric || !group ? NULL : getgrgid(id);

    if (user == NULL && its == NULL) {
        snprintf(text, sizeof(text), "%u", id);
        return text;
    }
    return user != NULL ? user->pw_name : its->gr_name;
}

/* A size as text: with -h at most three digits and a unit, rounded up. */
static const char *
size_text(off_t size)
{
    static char text[32];
    const char *unit = "KMGTPE";
    off_t scale = 1024;

    if (!show.human || size < 1024) {
        snprintf(text, sizeof(text), "%ld", size);
        return text;
    }
    while ((size + scale - 1) / scale >= 1024) {
        scale *= 1024;
        unit++;
    }
    off_t tenths = (size / scale) * 10 +
                   (size % scale * 10 + scale - 1) / scale;
    if (tenths < 100) {
        snprintf(text, sizeof(text), "%ld.%ld%c", tenths / 10, tenths % 10,
                 *unit);
    } else {
        snprintf(text, sizeof(text), "%ld%c", (size + scale - 1) / scale,
                 *unit);
    }
    return text;
}

static const char *
time_text(time_t when)
{
    static char text[32];
    time_t now = time(NULL);
    struct tm tm;

    gmtime_r(&when, &tm);
    strftime(text, sizeof(text),
             when > now - HALF_A_YEAR && when <= now ? "%b %e %H:%M"
                                                     : "%b %e  %Y", &tm);
    return text;
}

static char
kind_sign(mode_t mode)
{
    return !show.classify         ? '\0'
           : S_ISDIR(mode)        ? '/'
           : S_ISLNK(mode)        ? '@'
           : S_ISFIFO(mode)       ? '|'
           : S_ISSOCK(mode)       ? '='
           : S_ISREG(mode) && (mode & 0111) != 0 ? '*'
                                  : '\0';
}

static void
print_text(const char *text)
{
    for (; *text != '\0'; text++) {
        bool odd = show.terminal && !isprint((unsigned char)*text);
        putchar(odd ? '?' : *text);
    }
}

static void
print_name(const struct file *file)
{
    char mark = kind_sign(file->st.st_mode);

    if (show.inode) {
        printf("%*lu ", width.inode, file->st.st_ino);
    }
    print_text(file->name);
    if (mark != '\0') {
        putchar(mark);
    }
}

static void
measure(int *most, int length)
{
    *most = length > *most ? length : *most;
}

static void
measure_file(const struct stat *st)
{
    bool device = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);

    measure(&width.inode, snprintf(NULL, 0, "%lu", st->st_ino));
    measure(&width.links, snprintf(NULL, 0, "%lu", st->st_nlink));
    if (show.format == LONG) {
        measure(&width.owner, (int)strlen(id_name(st->st_uid, false)));
        measure(&width.group, (int)strlen(id_name(st->st_gid, true)));
    }
    if (device) {
        measure(&width.major, snprintf(NULL, 0, "%u", major(st->st_rdev)));
        measure(&width.minor, snprintf(NULL, 0, "%u", minor(st->st_rdev)));
        measure(&width.size, width.major + 2 + width.minor);
    } else {
        measure(&width.size, (int)strlen(size_text(st->st_size)));
    }
}

/* Names to the left, numbers to the right. */
static void
print_id(const char *text, int room)
{
    printf(isdigit(*text) ? "%*s " : "%-*s ", room, text);
}

static void
print_long(const struct file *file)
{
    const struct stat *st = &file->st;
    char mode[MODE_LETTERS];
    char target[PATH_MAX];

    if (show.inode) {
        printf("%*lu ", width.inode, st->st_ino);
    }
    mode_letters(st->st_mode, mode);
    printf("%s %*lu ", mode, width.links, st->st_nlink);
    print_id(id_name(st->st_uid, false), width.owner);
    print_id(id_name(st->st_gid, true), width.group);
    if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
        int room = width.size - width.minor - 2;
        printf("%*u, %*u ", room, major(st->st_rdev), width.minor,
               minor(st->st_rdev));
    } else {
        printf("%*s ", width.size, size_text(st->st_size));
    }
    printf("%s ", time_text(st->st_mtim.tv_sec));
    print_text(file->name);
    ssize_t length = S_ISLNK(st->st_mode)
                         ? readlink(file->path, target, sizeof(target) - 1)
                         : -1;
    char mark = kind_sign(st->st_mode);
    if (length >= 0) {
        struct stat there;
        target[length] = '\0';
        printf(" -> ");
        print_text(target);
        mark = stat(file->path, &there) == 0 ? kind_sign(there.st_mode) : '\0';
    }
    if (mark != '\0') {
        putchar(mark);
    }
    putchar('\n');
}

/* Columns. */

static int
line_width(void)
{
    const char *text = getenv("COLUMNS");
    struct winsize size;
    int columns = text == NULL ? 0 : atoi(text);

    if (columns <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        columns = size.ws_col;
    }
    return columns > 0 ? columns : 80;
}

static int
name_width(const struct file *file)
{
    return (show.inode ? width.inode + 1 : 0) + (int)strlen(file->name) +
           (kind_sign(file->st.st_mode) != '\0');
}

/* => the width of a column, with its gap, if there are `rows` rows */
static int
column_width(const struct file *files, size_t count, size_t rows,
             size_t column)
{
    int most = 1;

    for (size_t i = column * rows; i < count && i < (column + 1) * rows; i++) {
        measure(&most, name_width(&files[i]));
    }
    return most + ((column + 1) * rows < count ? 2 : 0);
}

/* => the fewest rows for which all columns fit on the screen */
static size_t
choose_rows(const struct file *files, size_t count)
{
    int room = line_width();

    for (size_t rows = 1; rows < count; rows++) {
        int sum = 0;
        for (size_t column = 0; column * rows < count; column++) {
            sum += column_width(files, count, rows, column);
        }
        if (sum < room) {
            return rows;
        }
    }
    return count;
}

/* Move from one column of the screen to another, with tabs where they fit. */
static void
indent(int from, int to)
{
    while (from < to) {
        bool tab = to / TAB > (from + 1) / TAB;
        putchar(tab ? '\t' : ' ');
        from += tab ? TAB - from % TAB : 1;
    }
}

static void
print_columns(const struct file *files, size_t count)
{
    size_t rows = choose_rows(files, count);

    for (size_t row = 0; row < rows; row++) {
        int position = 0;
        size_t column = 0;
        for (size_t i = row; i < count; i += rows) {
            if (i > row) {
                int end = position + name_width(&files[i - rows]);
                position += column_width(files, count, rows, column++);
                indent(end, position);
            }
            print_name(&files[i]);
        }
        putchar('\n');
    }
}

void
print_files(const struct file *files, size_t count, bool total)
{
    blkcnt_t blocks = 0;

    memset(&width, 0, sizeof(width));
    for (size_t i = 0; i < count; i++) {
        measure_file(&files[i].st);
        blocks += files[i].st.st_blocks;
    }
    if (total) {
        printf("total %s\n", show.human ? size_text(blocks * 512)
                                        : size_text(blocks / 2));
    }
    if (show.format == COLUMNS && count > 0) {
        print_columns(files, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (show.format == LONG) {
            print_long(&files[i]);
        } else {
            print_name(&files[i]);
            putchar('\n');
        }
    }
}
