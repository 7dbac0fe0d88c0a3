#pragma once

/* sysinfo's answer; sizes in units of mem_unit bytes. */

struct sysinfo {
    long uptime; /* seconds */
    unsigned long loads[3];
    unsigned long totalram, freeram, sharedram, bufferram;
    unsigned long totalswap, freeswap;
    unsigned short procs, pad;
    unsigned long totalhigh, freehigh;
    unsigned mem_unit;
};
