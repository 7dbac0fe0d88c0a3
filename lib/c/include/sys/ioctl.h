#pragma once

/* Requests to a device; the terminal's are in abi/termios.h. */

#include "abi/termios.h"

int ioctl(int fd, unsigned long request, ...);
