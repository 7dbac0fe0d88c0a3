/*
 * How the machine ends, after all output has been sent (dev/power.c).
 * => off, reset: the caller has parked all other CPUs (park_others)
 */
#pragma once

#include "core/types.h"

__noreturn void machine_power_off(void);
__noreturn void machine_reset(void);
__noreturn void machine_fail(void); /* after a panic */
