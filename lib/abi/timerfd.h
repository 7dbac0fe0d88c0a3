#pragma once

/* Flags of timerfd_create and timerfd_settime. */

#define TFD_CLOEXEC  02000000
#define TFD_NONBLOCK 04000

#define TFD_TIMER_ABSTIME       1
#define TFD_TIMER_CANCEL_ON_SET 2
