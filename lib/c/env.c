/*
 * The environment: a list of "NAME=value" strings that execve hands on.
 * Essential fact: `environ` first points to the kernel's list on the stack; at
 * the first change it is replaced by a list of our own, which can grow.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **own_list; /* the list that we allocated, once environ uses it */
static size_t own_room; /* entries it can hold, the NULL included */

static size_t
env_count(void)
{
    size_t n = 0;

    while (environ != NULL && environ[n] != NULL) {
        n++;
    }
    return n;
}

/* The entry of name[0..length) in environ, or NULL. */
static char **
env_find(const char *name, size_t length)
{
    for (size_t i = 0; environ != NULL && environ[i] != NULL; i++) {
        if (strncmp(environ[i], name, length) == 0 &&
            environ[i][length] == '=') {
            return &environ[i];
        }
    }
    return NULL;
}

char *
getenv(const char *name)
{
    size_t length = strlen(name);
    char **entry = env_find(name, length);

    return entry == NULL ? NULL : *entry + length + 1;
}

/* Make environ ours, with room for `count` entries and the NULL. */
static int
env_reserve(size_t count)
{
    if (environ == own_list && own_list != NULL && count < own_room) {
        return 0;
    }
    size_t room = count * 2 + 8;
    char **list = malloc(room * sizeof(*list));
    if (list == NULL) {
        return -1;
    }
    size_t n = env_count();
    memcpy(list, environ, n * sizeof(*list));
    list[n] = NULL;
    free(own_list);
    environ = own_list = list;
    own_room = room;
    return 0;
}

int
putenv(char *assignment)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL) {
        return unsetenv(assignment);
    }
    char **entry = env_find(assignment, (size_t)(equals - assignment));
    if (entry != NULL) {
        *entry = assignment;
        return 0;
    }
    size_t n = env_count();
    if (env_reserve(n + 1) < 0) {
        return -1;
    }
    environ[n] = assignment;
    environ[n + 1] = NULL;
    return 0;
}

/* A replaced string is not freed: it may be the kernel's, or still in use. */
int
setenv(const char *name, const char *value, int overwrite)
{
    if (*name == '\0' || strchr(name, '=') != NULL) {
        errno = EINVAL;
        return -1;
    }
    size_t length = strlen(name);
    if (env_find(name, length) != NULL && !overwrite) {
        return 0;
    }
    char *entry = malloc(length + strlen(value) + 2);
    if (entry == NULL) {
        return -1;
    }
    memcpy(entry, name, length);
    entry[length] = '=';
    strcpy(entry + length + 1, value);
    if (putenv(entry) < 0) {
        free(entry);
        return -1;
    }
    return 0;
}

int
unsetenv(const char *name)
{
    char **entry = env_find(name, strlen(name));

    for (; entry != NULL && *entry != NULL; entry++) {
        entry[0] = entry[1];
    }
    return 0;
}
