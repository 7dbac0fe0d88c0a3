/*
 * Time, from the TSC, calibrated once against the PIT.
 */
#pragma once

#include "core/types.h"

/* CLOCK_MONOTONIC: nanoseconds since boot.  => any context */
u64 clock_ns(void);

/* Nanoseconds of CLOCK_REALTIME at clock_ns() 0: set once, from the RTC. */
extern u64 clock_boot_realtime_ns;
