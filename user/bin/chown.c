/*
 * chown [-hRv] OWNER[:[GROUP]] FILE...: give files to a user, or a group, or
 * both; `OWNER:` means his own group. -h changes a symbolic link, not what it
 * leads to; -R also all files in directories; -v prints each.
 */
#include "lib/ids.h"

int
main(int argc, char **argv)
{
    return change_owners(argc, argv, false,
                         "chown [-hRv] OWNER[:[GROUP]] FILE...");
}
