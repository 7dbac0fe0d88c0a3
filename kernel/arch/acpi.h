/*
 * What ACPI's tables say about the processors.
 */
#pragma once

#include "core/config.h"
#include "core/types.h"

/* Local APIC ids of the processors that may be used, as the MADT lists them.
 * Zero of them if there is no MADT that can be trusted. */
extern u32 acpi_cpu_ids[MAX_CPUS];
extern int acpi_cpu_count;

/* Read the tables.
 * => boot, while the boot tables map the first 4 GiB */
void acpi_init(void);
