#pragma once

/* What a process says of itself, and the FS and GS bases. */

#include "abi/prctl.h"

int prctl(int command, ...);
int arch_prctl(int command, unsigned long value);
