/* Users and groups by name or number. */
#include "lib/ids.h"

#include <err.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

/* => whether all of the text is a number */
static bool
is_number(const char *text, unsigned *id)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    *id = (unsigned)value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value < 0xffffffff;
}

bool
user_id(const char *text, uid_t *uid)
{
    const struct passwd *user = getpwnam(text);

    if (user != NULL) {
        *uid = user->pw_uid;
    } else if (!is_number(text, uid)) {
        warnx("invalid user: '%s'", text);
        return false;
    }
    return true;
}

bool
group_id(const char *text, gid_t *gid)
{
    const struct group *group = getgrnam(text);

    if (group != NULL) {
        *gid = group->gr_gid;
    } else if (!is_number(text, gid)) {
        warnx("invalid group: '%s'", text);
        return false;
    }
    return true;
}

const char *
user_name(uid_t uid)
{
    const struct passwd *user = getpwuid(uid);

    return user != NULL ? user->pw_name : NULL;
}

const char *
group_name(gid_t gid)
{
    const struct group *group = getgrgid(gid);

    return group != NULL ? group->gr_name : NULL;
}

static const char *
text_of(const char *name, unsigned id)
{
    static char text[16];

    snprintf(text, sizeof(text), "%u", id);
    return name != NULL ? name : text;
}

const char *
user_text(uid_t uid)
{
    return text_of(user_name(uid), uid);
}

const char *
group_text(gid_t gid)
{
    return text_of(group_name(gid), gid);
}
