#pragma once

/* The terminal's modes. */

#include "abi/termios.h"

int tcgetattr(int fd, struct termios *modes);
int tcsetattr(int fd, int when, const struct termios *modes);
