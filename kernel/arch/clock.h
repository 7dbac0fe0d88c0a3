/*
 * Time, from the TSC, calibrated once against the PIT.
 */
#pragma once

#include "core/config.h"
#include "core/types.h"

/* CLOCK_MONOTONIC: nanoseconds since boot.  => any context */
u64 clock_ns(void);

/* A difference of two readings of the TSC, in nanoseconds. */
u64 clock_tsc_to_ns(u64 cycles);

#define NSEC_PER_SEC  1000000000UL
#define NSEC_PER_TICK (NSEC_PER_SEC / TICKS_PER_SEC)

#define NEVER (~0UL) /* a time of CLOCK_MONOTONIC that is never reached */
#define TIME_MOST (NEVER / 2) /* no time of a program is later */
#define SECONDS_MOST (NEVER / 4 / 1000000000) /* from now: later is no sooner */

/* Nanoseconds of CLOCK_REALTIME at clock_ns() 0: set once, from the RTC. */
extern u64 clock_boot_realtime_ns;
