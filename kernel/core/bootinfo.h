/*
 * What the loader told us at boot, in one form for both doors (multiboot2 by
 * GRUB, PVH by QEMU's -kernel).  boot/bootinfo.c fills it once, at boot.
 */
#pragma once

#include "core/types.h"

#define BOOT_REGIONS 64

struct boot_region {
    paddr_t start, end; /* page aligned */
};

struct bootinfo {
    const char *door;  /* "multiboot2" or "pvh" */
    char cmdline[1024];
    paddr_t initrd_start, initrd_end; /* equal if there is none */
    paddr_t rsdp;      /* ACPI's root pointer; 0 if the loader gave none */
    int nregions;
    struct boot_region regions[BOOT_REGIONS]; /* of usable RAM */
};

extern struct bootinfo bootinfo;

/* Read the loader's structure at info into bootinfo.
 * => called once, first of all, with the boot tables' direct map of 4 GiB */
void bootinfo_init(u32 magic, paddr_t info);

/* The value of boot word `name=value`, copied into buf (cut to size).
 * => false if the word is absent; a word without `=` has the value "" */
bool boot_word(const char *name, char *buf, size_t size);
