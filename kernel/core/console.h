/*
 * The console's two halves meet here: devices (serial, VGA, keyboard) register
 * how to show text, and hand in what was typed; the terminal (fs/tty.c) writes
 * text, and says what to do with input.
 */
#pragma once

#include "core/types.h"

struct console_device {
    void (*write)(const char *text, size_t size); /* any context, no sleep */
    struct console_device *next;
};

void console_register(struct console_device *device);

/* Show text on every device ("\n" is not translated).  => any context */
void console_write(const char *text, size_t size);

/* Make the console the log's place, for want of a host that listens.
 * => boot, once */
void console_log_start(void);

/* Whoever wants typed bytes; called from interrupt handlers.
 * => the receiver returns false if it has no room: the device keeps the byte,
 *    and offers it again after console_input_ready */
extern bool (*console_input)(char byte);

/* The receiver has room again: devices that kept bytes offer them.
 * => no spinlock of RANK_INPUT or above held */
void console_input_ready(void);
extern void (*console_resume)(void); /* set by the device that can hold back */
