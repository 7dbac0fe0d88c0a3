/*
 * Sleeping until a time.
 */
#pragma once

/* Wake the sleepers whose time has come.  => from the timer interrupt */
void timer_tick(void);
