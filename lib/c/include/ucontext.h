#pragma once

/* What a signal interrupted: the third argument of an SA_SIGINFO handler. */

#include "abi/ucontext.h"
