#pragma once

/* The two parts of a device's number. */

#include "abi/device.h"
