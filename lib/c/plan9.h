#pragma once

/* What rfork.c, exits.c and envgroup.c have in common. */

#include <stdbool.h>
#include <sys/types.h>

#include "c/segments.h"

#define OWN private_page.own

/* A child that may send a message: reserved, so that nothing fails later. */
struct child *child_reserve(void);              /* NULL: no memory */
void child_add(struct child *child, pid_t pid); /* pid < 0: drop it */

/* Make the pipe for messages of children, if there is none. => 0 or -1 */
int mail_open(void);

/* In a child: this is the descriptor that leads to its parent. */
void mail_inherit(bool waited_for, bool own_table);

/* If exec would close the way to its parent: keep it open, and tell the program
 * of it by this variable. => the length of the text; 0: no need */
#define EXITS_NAME "exits_fd"
int mail_way(char *text, size_t size);

/* The caller's environment group, which it has from now on; a copy or an empty
 * one, of which it is no member yet. => NULL: no memory */
struct env_group *env_group(void);
struct env_group *env_group_make(bool empty);
void env_group_join(struct env_group *group);
void env_group_free(struct env_group *group);
