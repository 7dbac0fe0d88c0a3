/*
 * On the host, physical memory is an arena that is mapped at this address.
 */
#pragma once

#include_next "core/memlayout.h"

#undef DIRECT_MAP
#define DIRECT_MAP HOST_DIRECT_MAP /* by the Makefile: the sanitizers differ */
