#pragma once

/* The two parts of ls: main.c finds and sorts files, print.c prints them. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct file {
    char *name; /* as it is shown */
    char *path;
    struct stat st;
};

enum format { ONE_A_LINE, COLUMNS, LONG };

extern struct show {
    enum format format;
    bool all;        /* . and .. too */
    bool almost_all; /* all others that begin with a dot */
    bool directory;  /* itself, not what is in it */
    bool classify;   /* a sign for the kind behind the name: / * @ | = */
    bool human;      /* sizes as 1.5K */
    bool inode;
    bool numeric;    /* owners as numbers */
    bool recursive;
    bool reverse;
    bool by_size;
    bool by_time;
    bool terminal;   /* show unprintable characters as ? */
} show;

/* Print files in the chosen format; with `total`, also their blocks. */
void print_files(const struct file *files, size_t count, bool total);
