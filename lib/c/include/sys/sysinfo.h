#pragma once

/* Memory, processes, and the time since boot. */

#include "abi/sysinfo.h"

int sysinfo(struct sysinfo *info);
