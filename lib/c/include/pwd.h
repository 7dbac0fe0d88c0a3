#pragma once

/* Users, from /etc/passwd. */

#include "abi/posix.h"

struct passwd {
    char *pw_name;
    char *pw_passwd;
    uid_t pw_uid;
    gid_t pw_gid;
    char *pw_gecos;
    char *pw_dir;
    char *pw_shell;
};

/* => NULL: no such user (errno is 0), or an error; valid until the next call of
 * any of these */
struct passwd *getpwnam(const char *name);
struct passwd *getpwuid(uid_t uid);

/* All of them, one by one; NULL at the end. */
struct passwd *getpwent(void);
void setpwent(void);
void endpwent(void);
