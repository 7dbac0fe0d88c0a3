#pragma once

/* System V's objects: keys for them, and who may use them. */

#include "abi/ipc.h"

/* A key for an existing path and the low 8 bits of a number. */
key_t ftok(const char *path, int number);
