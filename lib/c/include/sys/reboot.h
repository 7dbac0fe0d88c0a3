#pragma once

/* The end of the whole machine. */

#include "abi/reboot.h"

#define RB_AUTOBOOT REBOOT_RESTART
#define RB_HALT_SYSTEM REBOOT_HALT
#define RB_POWER_OFF REBOOT_POWER_OFF

int reboot(int command);
