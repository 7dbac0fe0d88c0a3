/*
 * ps: list the processes, from /proc/PID/stat; the owner of /proc/PID is the
 * effective user.
 *
 * Essential fact: the line is "pid (command) state ppid pgrp ...", and the
 * command may have blanks and parentheses; so it ends at the line's last ")".
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define PIDS_MAX 4096

/* => the file's length; -1 if its process has ended meanwhile */
static ssize_t
read_stat(int pid, char *buf, size_t size)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
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
print_process(int pid)
{
    char line[1024];

    if (read_stat(pid, line, sizeof(line)) <= 0) {
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
    for (int field = 5; field < 18; field++) { /* up to the priority */
        at = strchr(at + 1, ' ');
        if (at == NULL) {
            return;
        }
    }
    (void)strtol(at, &at, 10);
    long nice = strtol(at, NULL, 10);
    printf("%-8s %5d %5ld %5ld %3ld   %c   %.*s\n", user_of(pid), pid, ppid,
           pgrp, nice, end[2], (int)(end - command - 1), command + 1);
}

static int
compare_pids(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

int
main(int argc, char **argv)
{
    static int pids[PIDS_MAX];
    size_t count = 0;
    struct dirent *entry;

    no_options(argc, argv, 1, "ps");
    DIR *proc = opendir("/proc");
    if (proc == NULL) {
        err(1, "/proc");
    }
    while (count < PIDS_MAX && (entry = readdir(proc)) != NULL) {
        if (isdigit(entry->d_name[0])) {
            pids[count++] = atoi(entry->d_name);
        }
    }
    closedir(proc);
    qsort(pids, count, sizeof(pids[0]), compare_pids);
    printf("USER       PID  PPID  PGRP  NI STATE COMMAND\n");
    for (size_t i = 0; i < count; i++) {
        print_process(pids[i]);
    }
    return finish(true);
}
