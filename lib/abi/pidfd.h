#pragma once

#include "abi/fcntl.h"

#define PIDFD_NONBLOCK O_NONBLOCK
