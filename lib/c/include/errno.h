#pragma once

/* The number of the last error; its values are in abi/errno.h. */

#include "abi/errno.h"

extern int errno;
