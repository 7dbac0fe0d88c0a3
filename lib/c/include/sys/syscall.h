#pragma once

#include "abi/syscall.h"
