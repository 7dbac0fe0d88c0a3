#pragma once

/* The number of this thread's last error; its values are in abi/errno.h. */

#include "abi/errno.h"

int *errno_location(void);
#define errno (*errno_location())

/* argv[0], as GNU has it: messages begin with its last part. */
extern char *program_invocation_name;
