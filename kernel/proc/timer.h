/*
 * Sleeping until a time.  The tick only looks whether somebody's time has come;
 * the CPU then wakes whoever it is with interrupts on (WORK_TIMER), however
 * many they are.
 */
#pragma once

#include "core/types.h"

/* Whether a sleeper is to be woken.  => any context */
bool timer_due(void);

/* Wake the sleepers whose time has come, and clear WORK_TIMER.
 * => no spinlock held; not in a handler */
void timer_wake(void);
