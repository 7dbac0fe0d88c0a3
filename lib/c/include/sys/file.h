#pragma once

/* Locks of whole files. */

#include "abi/fcntl.h"

int flock(int fd, int operation);
