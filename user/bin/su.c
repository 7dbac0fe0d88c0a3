/*
 * su [-] [-c COMMAND] [USER]: a shell as another user, root by default. With -
 * it begins in his home directory, with an environment of its own; -c runs a
 * command instead.
 *
 * The file has the set-user-ID bit: whoever starts it, it may change users.
 * There are no passwords. So root becomes anyone, and the others only a user
 * whose password in /etc/passwd is empty.
 */
#include <err.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "su [-] [-c COMMAND] [USER]"

/* A user who comes for the first time has no home directory yet. */
static void
make_home(const struct passwd *user)
{
    if (mkdir(user->pw_dir, 0700) == 0 &&
        chown(user->pw_dir, user->pw_uid, user->pw_gid) < 0) {
        warn("%s", user->pw_dir);
    }
}

static void
become(const struct passwd *user)
{
    if (initgroups(user->pw_name, user->pw_gid) < 0 ||
        setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0) {
        err(1, "%s", user->pw_name);
    }
}

int
main(int argc, char **argv)
{
    const char *command = NULL;
    static char *none[] = {NULL};
    bool login = false;
    int option;

    while ((option = getopt(argc, argv, "lc:")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        command = option == 'c' ? optarg : command;
        login = login || option == 'l';
    }
    if (argv[optind] != NULL && strcmp(argv[optind], "-") == 0) {
        login = true;
        optind++;
    }
    if (argc - optind > 1) {
        usage(1, USAGE);
    }
    const char *name = argv[optind] != NULL ? argv[optind] : "root";
    const struct passwd *user = getpwnam(name);
    if (user == NULL) {
        errx(1, "user %s does not exist", name);
    }
    if (getuid() != 0 && user->pw_passwd[0] != '\0') {
        errx(1, "only root may become %s", name);
    }
    make_home(user);
    become(user);
    if (login) {
        environ = none;
        setenv("PATH", "/bin", 1);
        if (chdir(user->pw_dir) < 0) {
            warn("%s", user->pw_dir);
        }
    }
    setenv("HOME", user->pw_dir, 1);
    setenv("USER", user->pw_name, 1);
    if (command != NULL) {
        execl(user->pw_shell, "sh", "-c", command, (char *)NULL);
    } else {
        execl(user->pw_shell, login ? "-sh" : "sh", (char *)NULL);
    }
    err(127, "%s", user->pw_shell);
}
