#pragma once

/* Groups, from /etc/group, and those of a process. */

#include "abi/posix.h"

struct group {
    char *gr_name;
    char *gr_passwd;
    gid_t gr_gid;
    char **gr_mem;   /* the users whose other group it is; ends with NULL */
};

/* => NULL: no such group (errno is 0), or an error; valid until the next call
 * of any of these */
struct group *getgrnam(const char *name);
struct group *getgrgid(gid_t gid);

/* All of them, one by one; NULL at the end. */
struct group *getgrent(void);
void setgrent(void);
void endgrent(void);

int setgroups(size_t size, const gid_t *groups);

/* The groups of a user: this one, and those that name him.
 * => how many, also in *count; -1 if *count was too small */
int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);

/* Give the process those groups.  => 0, -1 */
int initgroups(const char *user, gid_t group);
