#pragma once

/* The FS and GS bases. */

#include "abi/prctl.h"

int arch_prctl(int command, unsigned long value);
