/*
 * chgrp [-hRv] GROUP FILE...: give files to a group; options as chown's.
 */
#include "lib/ids.h"

int
main(int argc, char **argv)
{
    return change_owners(argc, argv, true, "chgrp [-hRv] GROUP FILE...");
}
