/*
 * How the machine ends: filled in by dev/power.c, for the rooms below and above
 * it.
 * => off, reset: no other CPU does anything any more (park_others)
 */
#pragma once

struct machine {
    void (*power_off)(void) __attribute__((noreturn));
    void (*reset)(void) __attribute__((noreturn));
    void (*fail)(void) __attribute__((noreturn)); /* after a panic */
};

extern struct machine machine;
