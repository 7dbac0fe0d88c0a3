#pragma once

/* Flags of eventfd. */

#define EFD_SEMAPHORE 1 /* a read takes 1 of the count, not all */
#define EFD_CLOEXEC   02000000
#define EFD_NONBLOCK  04000
