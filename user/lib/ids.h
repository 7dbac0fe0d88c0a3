#pragma once

/*
 * Users and groups by name or number, for tools. A function that returns bool
 * prints a message before it returns false.
 */

#include <stdbool.h>
#include <sys/types.h>

/* A user, or a group, that a word of the command line names. A number that no
 * name is will do. */
bool user_id(const char *text, uid_t *uid);
bool group_id(const char *text, gid_t *gid);

/* Its name. => NULL: it has none; valid until the next call */
const char *user_name(uid_t uid);
const char *group_name(gid_t gid);

/* Its name or, without one, its number: valid until the next call. */
const char *user_text(uid_t uid);
const char *group_text(gid_t gid);

/*
 * chown and chgrp: [-hRv] and operands, of which the first is `what`: OWNER,
 * OWNER:GROUP, :GROUP, OWNER: (his own group); or, with only_group, a group.
 * => the tool's exit status
 */
int change_owners(int argc, char **argv, bool only_group, const char *usage);
