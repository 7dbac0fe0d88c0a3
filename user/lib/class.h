#pragma once

#include <stddef.h>

/* The function that tells whether a character is in [:name:], or NULL. */
int (*class_find(const char *name, size_t length))(int c);
