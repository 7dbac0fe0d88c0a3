/*
 * id [-ugGnr] [USER]: print the users and groups of this process, or those
 * that a user gets when he logs in. -u only the user, -g the group, -G all
 * groups; of these, -n the name, -r the real one, not the effective one.
 *
 * groups [USER]: as id -Gn.
 */
#include <err.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "lib/ids.h"
#include "lib/tool.h"

#define USAGE "id [-ugGnr] [USER]"
#define GROUPS_MAX 65536

static struct {
    uid_t uid, euid;
    gid_t gid, egid;
    gid_t groups[GROUPS_MAX + 1]; /* the first is egid */
    int count;
} ids;

/* Without this user, of the process. */
static void
find_ids(const char *name)
{
    gid_t *groups = ids.groups;

    if (name != NULL) {
        const struct passwd *user = getpwnam(name);
        if (user == NULL) {
            errx(1, "'%s': no such user", name);
        }
        ids.uid = ids.euid = user->pw_uid;
        ids.gid = ids.egid = user->pw_gid;
        ids.count = GROUPS_MAX;
        getgrouplist(name, ids.gid, groups, &ids.count);
        return;
    }
    ids.uid = getuid();
    ids.euid = geteuid();
    ids.gid = getgid();
    ids.egid = getegid();
    int count = getgroups(GROUPS_MAX, groups + 1);
    groups[0] = ids.egid;
    ids.count = 1;
    for (int i = 1; i <= count; i++) {
        if (groups[i] != ids.egid) {
            groups[ids.count++] = groups[i];
        }
    }
}

/* As 0(root), or without a name only the number. */
static void
print_both(const char *before, unsigned id, const char *name)
{
    printf(name != NULL ? "%s%u(%s)" : "%s%u", before, id, name);
}

static void
print_all(void)
{
    print_both("uid=", ids.uid, user_name(ids.uid));
    print_both(" gid=", ids.gid, group_name(ids.gid));
    if (ids.euid != ids.uid) {
        print_both(" euid=", ids.euid, user_name(ids.euid));
    }
    if (ids.egid != ids.gid) {
        print_both(" egid=", ids.egid, group_name(ids.egid));
    }
    for (int i = 0; i < ids.count; i++) {
        print_both(i == 0 ? " groups=" : ",", ids.groups[i],
                   group_name(ids.groups[i]));
    }
    putchar('\n');
}

/* What -u, -g or -G asks for. */
static void
print_one(int what, bool names, bool real)
{
    gid_t gid = real ? ids.gid : ids.egid;
    uid_t uid = real ? ids.uid : ids.euid;

    if (what == 'u') {
        printf(names ? "%s\n" : "%.0s%u\n", user_text(uid), uid);
        return;
    }
    for (int i = 0; i < (what == 'g' ? 1 : ids.count); i++) {
        gid_t group = what == 'g' ? gid : ids.groups[i];
        printf(names ? "%s%s" : "%s%.0s%u", i == 0 ? "" : " ",
               group_text(group), group);
    }
    putchar('\n');
}

int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    bool groups = strcmp(slash != NULL ? slash + 1 : argv[0], "groups") == 0;
    bool names = groups, real = false;
    int what = groups ? 'G' : 0;
    int option;

    while ((option = getopt(argc, argv, groups ? "" : "ugGnr")) != -1) {
        if (option == '?' || (what != 0 && strchr("ugG", option) != NULL)) {
            usage(1, groups ? "groups [USER]" : USAGE);
        }
        names = names || option == 'n';
        real = real || option == 'r';
        what = strchr("ugG", option) != NULL ? option : what;
    }
    if (argc - optind > 1 || (what == 0 && (names || real))) {
        usage(1, groups ? "groups [USER]" : USAGE);
    }
    find_ids(argv[optind]);
    if (what == 0) {
        print_all();
    } else {
        print_one(what, names, real);
    }
    return finish(true);
}
