/*
 * Walking a path: everything but its last component is followed, and what to do
 * with the last one is left to the caller, who may want to find, make or
 * remove it.
 *
 *      walk_begin --> walk_find (perhaps) --> act on dir, name --> walk_end
 */
#pragma once

#include "core/config.h"
#include "core/types.h"

struct inode;

enum walk_last {
    WALK_NAME,   /* an ordinary name */
    WALK_DOT,    /* `.` */
    WALK_DOTDOT, /* `..` */
    WALK_ROOT,   /* the path was `/`: no last component */
};

struct walk {
    struct inode *dir;       /* where the last component stands; a reference */
    enum walk_last last;
    bool slash;              /* `name/`: it must be a directory */
    char name[NAME_MAX + 1];

    const char *rest;        /* private: what is not walked yet */
    char *buffer;            /* private: the path after a symbolic link */
    int links;               /* private: links followed */
};

/* Follow path from directory `at` (NULL: the working directory) to the
 * directory of its last component.
 * => walk_end must follow in any case
 * => -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ELOOP, -ENOMEM */
int walk_begin(struct walk *walk, struct inode *at, const char *path)
    __must_check;

/* Look the last component up; a symbolic link is followed if asked to, or if a
 * slash follows it, and then dir and name are those of its target.
 * => 0 and *inode with one reference; walk_begin's errors */
int walk_find(struct walk *walk, bool follow, struct inode **inode)
    __must_check;

void walk_end(struct walk *walk);
