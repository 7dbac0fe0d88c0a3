/*
 * ps [-L]: list the processes, from /proc/PID/stat; the owner of /proc/PID is
 * the effective user. -L (or -T): a line for each thread (LWP is its number,
 * NLWP how many its process has), from /proc/PID/task.
 *
 * Essential fact: the line is "pid (command) state ppid pgrp ...", and the
 * command may have blanks and parentheses; so it ends at the line's last ")".
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define NUMBERS_MAX 4096 /* of processes, or threads of one */

static bool by_thread;

/* => the file's length; -1 if its process or thread has ended meanwhile */
static ssize_t
read_stat(int pid, int tid, char *buf, size_t size)
{
    char path[48];

    if (by_thread) {
        snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
    } else {
        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    }
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        return -1;
    }
    ssize_t n = read(fd, buf, size - 1);
    close(fd);
    buf[n < 0 ? 0 : n] = '\0';
    return n;
}

/* The name of the process's user, or his number. */
static const char *
user_of(int pid)
{
    static char text[32];
    struct stat st = {.st_uid = 0};

    snprintf(text, sizeof(text), "/proc/%d", pid);
    stat(text, &st);
    struct passwd *user = getpwuid(st.st_uid);
    snprintf(text, sizeof(text), "%u", st.st_uid);
    return user != NULL ? user->pw_name : text;
}

static void
print_line(int pid, int tid)
{
    char line[1024], numbers[32] = "";

    if (read_stat(pid, tid, line, sizeof(line)) <= 0) {
        return;
    }
    char *command = strchr(line, '(');
    char *end = strrchr(line, ')');
    if (command == NULL || end == NULL || strlen(end) < 4) {
        return;
    }
    char *rest = end + 4; /* behind ") S" */
    long ppid = strtol(rest, &rest, 10);
    long pgrp = strtol(rest, &rest, 10);
    char *at = rest;
    for (int field = 5; field < 17; field++) { /* up to the priority */
        at = strchr(at + 1, ' ');
        if (at == NULL) {
            return;
        }
    }
    (void)strtol(at, &at, 10);
    long nice = strtol(at, &at, 10);
    long threads = strtol(at, NULL, 10);
    if (by_thread) {
        snprintf(numbers, sizeof(numbers), " %5d %4ld", tid, threads);
    }
    printf("%-8s %5d %5ld %5ld%s %3ld   %c   %.*s\n", user_of(pid), pid, ppid,
           pgrp, numbers, nice, end[2], (int)(end - command - 1), command + 1);
}

static int
compare_numbers(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The numbers that are names in a directory, in order. => how many */
static size_t
numbers_in(const char *path, int numbers[NUMBERS_MAX])
{
    size_t count = 0;
    struct dirent *entry;
    DIR *dir = opendir(path);

    while (dir != NULL && count < NUMBERS_MAX
           && (entry = readdir(dir)) != NULL) {
        if (isdigit(entry->d_name[0])) {
            numbers[count++] = atoi(entry->d_name);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
    qsort(numbers, count, sizeof(numbers[0]), compare_numbers);
    return count;
}

static void
print_threads(int pid)
{
    static int tids[NUMBERS_MAX];
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    size_t count = numbers_in(path, tids);
    for (size_t i = 0; i < count; i++) {
        print_line(pid, tids[i]);
    }
}

int
main(int argc, char **argv)
{
    static int pids[NUMBERS_MAX];
    int option;

    while ((option = getopt(argc, argv, "LT")) != -1) {
        if (option != 'L' && option != 'T') {
            usage(1, "ps [-L]");
        }
        by_thread = true;
    }
    if (access("/proc", R_OK) < 0) {
        err(1, "/proc");
    }
    size_t count = numbers_in("/proc", pids);
    printf("USER       PID  PPID  PGRP%s  NI STATE COMMAND\n",
           by_thread ? "   LWP NLWP" : "");
    for (size_t i = 0; i < count; i++) {
        if (by_thread) {
            print_threads(pids[i]);
        } else {
            print_line(pids[i], 0);
        }
    }
    return finish(true);
}
