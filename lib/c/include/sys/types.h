#pragma once

/* pid_t, size_t and their like. */

#include "abi/posix.h"
