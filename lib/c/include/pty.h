#pragma once

/* Both ends of a pseudo-terminal at once; name, modes and size may be NULL. */

#include "abi/termios.h"

int openpty(int *master, int *slave, char *name, const struct termios *modes,
            const struct winsize *size);

/* fork: the child's new session has the slave, as descriptors 0 to 2. */
pid_t forkpty(int *master, char *name, const struct termios *modes,
              const struct winsize *size);
