/*
 * The page-table trees of two processes, as /proc/tine/pages shows them.
 */
#pragma once

#include <sys/types.h>

#define PAGE 4096
#define AREA ((char *)0x40000000) /* has a table of level 2 to itself */
#define TABLE (512 * PAGE)        /* bytes that a table of level 1 maps */
#define NODES_MAX 600

/* A node as one process sees it: a line of the file. */
struct node {
    int level; /* 4 the root, 3 to 1 tables, 0 a page */
    unsigned long addr;
    unsigned long frame;
    unsigned refs;
    char flags[8]; /* of the entry that leads here */
};

struct tree {
    int count;
    struct node nodes[NODES_MAX];
};

enum { PARENT, CHILD, PEOPLE };

extern struct tree now[PEOPLE], before[PEOPLE];

/* The file that slurp has read. */
extern char text[65536];

/* Read a whole file.  => its length, or -1 */
long slurp(const char *path);

/* Read both trees; the old `now` becomes `before`.  => 0, or -1 */
int look(pid_t parent, pid_t child);

/* Wait some seconds until /proc/PID/stat shows this state (T: stopped). */
void wait_for(pid_t pid, char state);

/* The child of a process with one child.  => its pid, or -1 */
pid_t child_of(pid_t parent);

/* Draw `now`, marking what has changed since `before`. */
void draw(const char *title);
