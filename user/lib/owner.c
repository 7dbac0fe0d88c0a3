/* What chown and chgrp have in common. */
#include "lib/ids.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define KEEP ((uid_t)-1)

static bool recursive, verbose, links;
static uid_t new_user = KEEP;
static gid_t new_group = KEEP;

static bool
change(const char *path, const struct stat *st)
{
    bool same = (new_user == KEEP || new_user == st->st_uid) &&
                (new_group == KEEP || new_group == st->st_gid);
    int result = links ? lchown(path, new_user, new_group)
                       : chown(path, new_user, new_group);

    if (result < 0) {
        return complain(path);
    }
    if (verbose) {
        printf("%s of '%s' %s\n",
               new_user == KEEP ? "group" : "ownership", path,
               same ? "retained" : "changed");
    }
    return true;
}

/* In a tree, no symbolic link is followed. */
static enum walk_result
visit(enum walk_event event, struct walk *at)
{
    bool skips = event == WALK_LEAVE ||
                 (S_ISLNK(at->st.st_mode) && recursive && !links);
    bool ok = skips || change(at->path, &at->st);

    if (event == WALK_ENTER && !recursive) {
        return ok ? WALK_SKIP : WALK_FAILED;
    }
    return ok ? WALK_DONE : WALK_FAILED;
}

/* OWNER, OWNER:GROUP, OWNER:, :GROUP. */
static bool
read_owner(char *text)
{
    char *group = strchr(text, ':');

    if (group != NULL) {
        *group++ = '\0';
    }
    if (*text != '\0' && !user_id(text, &new_user)) {
        return false;
    }
    if (group != NULL && *group == '\0' && new_user != KEEP) {
        const struct passwd *user = getpwuid(new_user);
        new_group = user != NULL ? user->pw_gid : KEEP;
    }
    return group == NULL || *group == '\0' || group_id(group, &new_group);
}

int
change_owners(int argc, char **argv, bool only_group, const char *text)
{
    int option;
    bool ok = true;

    while ((option = getopt(argc, argv, "+hRv")) != -1) {
        recursive = recursive || option == 'R';
        verbose = verbose || option == 'v';
        links = links || option == 'h';
        if (option == '?') {
            usage(1, text);
        }
    }
    if (argc - optind < 2) {
        usage(1, text);
    }
    char *what = argv[optind++];
    if (!(only_group ? group_id(what, &new_group) : read_owner(what))) {
        return 1;
    }
    for (; optind < argc; optind++) {
        ok = walk(argv[optind], !links, visit) && ok;
    }
    return finish(ok);
}
