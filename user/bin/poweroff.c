/* poweroff: end the machine, at once. */
#include <stdio.h>
#include <sys/reboot.h>

int
main(void)
{
    reboot(RB_POWER_OFF);
    perror("poweroff");
    return 1;
}
