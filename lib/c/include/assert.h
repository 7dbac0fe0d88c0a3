#pragma once

/* assert: the program ends with a message if the condition is false. */

#define assert(condition)                                                      \
    ((condition) ? (void)0                                                     \
                 : assert_failed(#condition, __FILE__, __LINE__))

#define static_assert _Static_assert

_Noreturn void assert_failed(const char *condition, const char *file, int line);
