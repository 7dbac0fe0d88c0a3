/*
 * whoami: print the name of the effective user.
 */
#include <err.h>
#include <unistd.h>

#include "lib/ids.h"
#include "lib/tool.h"

int
main(int argc, char **argv)
{
    no_options(argc, argv, 1, "whoami");
    const char *name = user_name(geteuid());
    if (name == NULL) {
        errx(1, "cannot find name for user ID %u", geteuid());
    }
    puts(name);
    return finish(true);
}
