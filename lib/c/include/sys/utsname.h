#pragma once

/* The system's name. */

#include "abi/utsname.h"

int uname(struct utsname *name);
