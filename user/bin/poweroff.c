/* poweroff, halt: turn the machine off at once. */
#include <err.h>
#include <sys/reboot.h>

#include "lib/tool.h"

int
main(int argc, char **argv)
{
    no_options(argc, argv, 1, "poweroff");
    reboot(RB_POWER_OFF);
    err(1, "reboot");
}
