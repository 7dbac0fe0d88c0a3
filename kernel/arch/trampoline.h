/*
 * Where secondary CPUs start: for boot/trampoline.S, so only #defines.
 */
#pragma once

#define TRAMPOLINE 0x8000 /* a page below 1 MiB, which nobody else uses */
