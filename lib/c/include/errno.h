#pragma once

/* The number of the last error; its values are in abi/errno.h. */

#include "abi/errno.h"

extern int errno;

/* argv[0], as GNU has it: messages begin with its last part. */
extern char *program_invocation_name;
