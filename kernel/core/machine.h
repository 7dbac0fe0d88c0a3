/*
 * How the machine ends, when all that was written is out (dev/power.c).
 * => off, reset: no other CPU does anything any more (park_others)
 */
#pragma once

#include "core/types.h"

__noreturn void machine_power_off(void);
__noreturn void machine_reset(void);
__noreturn void machine_fail(void); /* after a panic */
