/*
 * Looking at processes: their trees, from /proc/tine/pages, and their states,
 * from /proc/PID/stat.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ptshow.h"

struct tree now[PEOPLE], before[PEOPLE];
char text[65536];

long
slurp(const char *path)
{
    int fd = open(path, O_RDONLY);
    long have = 0, n;

    if (fd < 0) {
        return -1;
    }
    while ((n = read(fd, text + have, sizeof(text) - 1 - (size_t)have)) > 0) {
        have += n;
    }
    close(fd);
    text[have] = '\0';
    return have;
}

static unsigned long
number(char **at, int base)
{
    return strtoul(*at, at, base);
}

/* The nodes of one process. */
static void
read_tree(pid_t pid, struct tree *tree)
{
    tree->count = 0;
    for (char *at = text; *at && tree->count < NODES_MAX;
         at = strchr(at, '\n') + 1) {
        struct node *node = &tree->nodes[tree->count];
        char *p = at;

        tree->count += (pid_t)number(&p, 10) == pid;
        node->level = (int)number(&p, 10);
        node->addr = number(&p, 16);
        node->frame = number(&p, 16);
        node->refs = (unsigned)number(&p, 10);
        size_t length = strcspn(++p, "\n");
        memset(node->flags, 0, sizeof(node->flags));
        memcpy(node->flags, p,
               length < sizeof(node->flags) ? length : sizeof(node->flags) - 1);
    }
}

int
look(pid_t parent, pid_t child)
{
    memcpy(before, now, sizeof(now));
    if (slurp("/proc/tine/pages") < 0) {
        return -1;
    }
    read_tree(parent, &now[PARENT]);
    read_tree(child, &now[CHILD]);
    return 0;
}

/* A field of /proc/PID/stat: `PID (NAME) STATE PARENT ...` */
static char
state_of(pid_t pid, pid_t *parent)
{
    char path[32], *p;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    if (pid <= 0 || slurp(path) <= 0 || (p = strrchr(text, ')')) == NULL) {
        return '-';
    }
    *parent = (pid_t)atoi(p + 3);
    return p[2];
}

void
wait_for(pid_t pid, char state)
{
    struct timespec moment = { 0, 2000000 };
    pid_t parent;

    for (int i = 0; i < 2000 && state_of(pid, &parent) != state; i++) {
        nanosleep(&moment, NULL);
    }
}

/* The pids come in order, so the child's is not far from its parent's. */
pid_t
child_of(pid_t parent)
{
    for (pid_t pid = parent + 1; pid < parent + 100; pid++) {
        pid_t its_parent = 0;
        if (state_of(pid, &its_parent) != '-' && its_parent == parent) {
            return pid;
        }
    }
    return -1;
}
