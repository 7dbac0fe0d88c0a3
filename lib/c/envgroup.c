/*
 * Environment groups: shared memory with "NAME=value" strings, one after the
 * other. Essential fact: it is mapped before the fork, so all members have it
 * at the same address, and a pointer names it.
 */
#include <errno.h>
#include <plan9.h>
#include <string.h>
#include <sys/mman.h>

#include "c/internal.h"
#include "c/plan9.h"

#undef getenv
#undef putenv

#define GROUP_SIZE 65536

struct env_group {
    int lock;
    unsigned used; /* bytes of text */
    char text[GROUP_SIZE - 8];
};

_Static_assert(sizeof(struct env_group) == GROUP_SIZE, "whole pages");

/* A lock of its own: memory_lock does nothing before memory is shared. */
static void
group_lock(struct env_group *group)
{
    while (__atomic_exchange_n(&group->lock, 1, __ATOMIC_ACQUIRE) != 0) {
        usleep(1);
    }
}

static void
group_unlock(struct env_group *group)
{
    __atomic_store_n(&group->lock, 0, __ATOMIC_RELEASE);
}

/* The entry of name, or the end of all. */
static char *
entry_of(struct env_group *group, const char *name)
{
    char *at = group->text;
    size_t length = strlen(name);

    while (at < group->text + group->used
           && (strncmp(at, name, length) != 0 || at[length] != '=')) {
        at += strlen(at) + 1;
    }
    return at;
}

static int
append(struct env_group *group, const char *text, size_t size)
{
    if (size > sizeof(group->text) - group->used) {
        return -1;
    }
    memcpy(group->text + group->used, text, size);
    group->used += (unsigned)size;
    return 0;
}

struct env_group *
env_group_make(bool empty)
{
    struct env_group *group = sys_mmap(NULL, GROUP_SIZE, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int error = 0;

    if (group == MAP_FAILED) {
        return NULL;
    }
    if (!empty && OWN.env != NULL) {
        group_lock(OWN.env);
        append(group, OWN.env->text, OWN.env->used);
        group_unlock(OWN.env);
    } else if (!empty) {
        for (char **at = environ; at != NULL && *at != NULL; at++) {
            error |= append(group, *at, strlen(*at) + 1);
        }
    }
    if (error != 0) {
        env_group_free(group);
        errno = ENOMEM;
        return NULL;
    }
    return group;
}

void
env_group_free(struct env_group *group)
{
    if (group != NULL) {
        sys_munmap(group, GROUP_SIZE);
    }
}

struct env_group *
env_group(void)
{
    if (OWN.env == NULL) {
        OWN.env = env_group_make(false);
    }
    return OWN.env;
}

void
env_group_join(struct env_group *group)
{
    if (OWN.env != group) {
        env_group_free(OWN.env);
        OWN.env = group;
    }
}

char *
env_get(const char *name)
{
    struct env_group *group = env_group();
    char *copy = NULL;

    if (group == NULL) {
        return NULL;
    }
    group_lock(group);
    const char *entry = entry_of(group, name);
    if (entry < group->text + group->used) {
        copy = strdup(entry + strlen(name) + 1);
    }
    group_unlock(group);
    return copy;
}

int
env_put(const char *name, const char *value)
{
    struct env_group *group = env_group();
    int result = 0;

    if (group == NULL || *name == '\0' || strchr(name, '=') != NULL) {
        errno = group == NULL ? ENOMEM : EINVAL;
        return -1;
    }
    group_lock(group);
    char *old = entry_of(group, name);
    char *end = group->text + group->used;
    size_t gone = old < end ? strlen(old) + 1 : 0;
    size_t size = value != NULL ? strlen(name) + strlen(value) + 2 : 0;
    if (group->used - gone + size > sizeof(group->text)) {
        errno = ENOMEM;
        result = -1;
    } else {
        memmove(old, old + gone, (size_t)(end - old) - gone);
        group->used -= (unsigned)gone;
    }
    if (result == 0 && value != NULL) {
        append(group, name, strlen(name));
        append(group, "=", 1);
        append(group, value, strlen(value) + 1);
    }
    group_unlock(group);
    return result;
}

/* The list of the group's strings for execve. => NULL: no memory */
static char **
flatten(struct env_group *group)
{
    size_t count = 1;

    group_lock(group);
    for (unsigned i = 0; i < group->used; i++) {
        count += group->text[i] == '\0';
    }
    char **list = malloc(count * sizeof(*list) + group->used);
    if (list != NULL) {
        char *text = memcpy(list + count, group->text, group->used);
        for (size_t i = 0; i + 1 < count; i++) {
            list[i] = text;
            text += strlen(text) + 1;
        }
        list[count - 1] = NULL;
    }
    group_unlock(group);
    return list;
}

int
exec(const char *path, char *const argv[])
{
    struct env_group *own = OWN.env;
    struct env_group *group = env_group_make(false);
    char way[32];
    int result = -1;

    if (group == NULL) {
        return -1;
    }
    OWN.env = group; /* the way of the message is in the copy alone */
    if (mail_way(way, sizeof(way)) == 0 || env_put(EXITS_NAME, way) == 0) {
        char **list = flatten(group);
        result = list != NULL ? execve(path, argv, list) : -1;
        free(list);
    }
    OWN.env = own;
    env_group_free(group);
    return result;
}
