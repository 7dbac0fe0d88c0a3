#pragma once

/* reboot(MAGIC1, MAGIC2, command, 0): the magic numbers prevent accidents. */

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 672274793

#define REBOOT_RESTART 0x01234567
#define REBOOT_HALT 0xcdef0123
#define REBOOT_POWER_OFF 0x4321fedc
#define REBOOT_CAD_ON 0x89abcdef
#define REBOOT_CAD_OFF 0
