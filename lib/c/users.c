/*
 * Users and groups, from /etc/passwd and /etc/group: lines of fields with a
 * colon between two. A line with another number of fields is left out.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 7

struct table {
    const char *path;
    size_t fields; /* in each line */
    FILE *file;    /* NULL: it begins at the start */
    char *line;    /* the last one; a result points into it */
    size_t room;
};

static struct table users = {.path = "/etc/passwd", .fields = 7};
static struct table groups = {.path = "/etc/group", .fields = 4};

/* Cut the last line that was read. => whether it has the right fields */
static bool
cut(struct table *table, char *fields[FIELDS_MAX])
{
    char *at = table->line;
    size_t count = 0;

    at[strcspn(at, "\n")] = '\0';
    for (;;) {
        if (count == table->fields) {
            return false;
        }
        fields[count++] = at;
        at = strchr(at, ':');
        if (at == NULL) {
            return count == table->fields;
        }
        *at++ = '\0';
    }
}

/* => false: there is no more */
static bool
next(struct table *table, char *fields[FIELDS_MAX])
{
    if (table->file == NULL) {
        table->file = fopen(table->path, "r");
    }
    if (table->file == NULL) {
        return false;
    }
    while (getline(&table->line, &table->room, table->file) >= 0) {
        if (cut(table, fields)) {
            return true;
        }
    }
    return false;
}

static void
rewind_table(struct table *table)
{
    if (table->file != NULL) {
        fclose(table->file);
        table->file = NULL;
    }
}

/* Find the line with this name or, if it is NULL, with this id. => whether */
static bool
find(struct table *table, const char *name, unsigned id,
     char *fields[FIELDS_MAX])
{
    int before = errno;
    bool found = false;

    rewind_table(table);
    while (!found && next(table, fields)) {
        found = name != NULL ? strcmp(fields[0], name) == 0
                             : strtoul(fields[2], NULL, 10) == id;
    }
    rewind_table(table);
    errno = found ? before : errno == ENOENT ? 0 : errno;
    return found;
}

/* ---- Users ---- */

static struct passwd *
user_of(char *fields[FIELDS_MAX])
{
    static struct passwd user;

    user = (struct passwd){
        .pw_name = fields[0],
        .pw_passwd = fields[1],
        .pw_uid = (uid_t)strtoul(fields[2], NULL, 10),
        .pw_gid = (gid_t)strtoul(fields[3], NULL, 10),
        .pw_gecos = fields[4],
        .pw_dir = fields[5],
        .pw_shell = fields[6],
    };
    return &user;
}

struct passwd *
getpwnam(const char *name)
{
    char *fields[FIELDS_MAX];

    return find(&users, name, 0, fields) ? user_of(fields) : NULL;
}

struct passwd *
getpwuid(uid_t uid)
{
    char *fields[FIELDS_MAX];

    return find(&users, NULL, uid, fields) ? user_of(fields) : NULL;
}

struct passwd *
getpwent(void)
{
    char *fields[FIELDS_MAX];

    return next(&users, fields) ? user_of(fields) : NULL;
}

void
setpwent(void)
{
    rewind_table(&users);
}

void
endpwent(void)
{
    rewind_table(&users);
}

/* ---- Groups ---- */

/* => NULL: no memory for the list of members */
static struct group *
group_of(char *fields[FIELDS_MAX])
{
    static struct group group;
    static char **members;
    size_t count = 1;

    for (const char *at = fields[3]; *at != '\0'; at++) {
        count += *at == ',';
    }
    char **list = realloc(members, (count + 1) * sizeof(*list));
    if (list == NULL) {
        return NULL;
    }
    members = list;
    for (char *name = strtok(fields[3], ","); name != NULL;
         name = strtok(NULL, ",")) {
        *list++ = name;
    }
    *list = NULL;
    group = (struct group){
        .gr_name = fields[0],
        .gr_passwd = fields[1],
        .gr_gid = (gid_t)strtoul(fields[2], NULL, 10),
        .gr_mem = members,
    };
    return &group;
}

struct group *
getgrnam(const char *name)
{
    char *fields[FIELDS_MAX];

    return find(&groups, name, 0, fields) ? group_of(fields) : NULL;
}

struct group *
getgrgid(gid_t gid)
{
    char *fields[FIELDS_MAX];

    return find(&groups, NULL, gid, fields) ? group_of(fields) : NULL;
}

struct group *
getgrent(void)
{
    char *fields[FIELDS_MAX];

    return next(&groups, fields) ? group_of(fields) : NULL;
}

void
setgrent(void)
{
    rewind_table(&groups);
}

void
endgrent(void)
{
    rewind_table(&groups);
}

static bool
has_member(const struct group *group, const char *user)
{
    for (char **name = group->gr_mem; *name != NULL; name++) {
        if (strcmp(*name, user) == 0) {
            return true;
        }
    }
    return false;
}

int
getgrouplist(const char *user, gid_t first, gid_t *list, int *count)
{
    struct group *group;
    int room = *count, n = 0;

    if (n++ < room) {
        list[0] = first;
    }
    setgrent();
    while ((group = getgrent()) != NULL) {
        if (group->gr_gid != first && has_member(group, user)) {
            if (n < room) {
                list[n] = group->gr_gid;
            }
            n++;
        }
    }
    endgrent();
    *count = n;
    return n <= room ? n : -1;
}

int
initgroups(const char *user, gid_t first)
{
    int count = 0;

    getgrouplist(user, first, NULL, &count);
    gid_t *list = malloc((size_t)count * sizeof(*list));
    if (list == NULL) {
        return -1;
    }
    int result = getgrouplist(user, first, list, &count);
    if (result >= 0) {
        result = setgroups((size_t)result, list);
    }
    free(list);
    return result;
}
