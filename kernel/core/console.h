/*
 * The console's two halves meet here.  Devices register how to show text and to
 * poll for input.  The terminal (fs/tty.c) writes text, and takes the input.
 */
#pragma once

#include "core/types.h"

struct console_device {
    void (*write)(const char *text, size_t size); /* any context, no sleep */
    /* Give console_take what was typed, as long as console_has_room. */
    void (*poll)(void);
    struct console_device *next;
};

/* Add a device; write or poll may be NULL.  => boot */
void console_register(struct console_device *device);

/* Show text on every device ("\n" is not translated).  => any context */
void console_write(const char *text, size_t size);

/* Show a message of the log: used when no host listens. */
void console_log(const char *text, size_t size);

/* The reader of typed bytes (fs/tty_console.c).  They stay in the devices while
 * there is no reader, or it has no room.  => only RANK_INPUT is held */
bool console_has_room(void);
void console_take(char byte);

/* Something was typed, or there is room again: ask all devices.
 * => interrupts on, no lock held; called when WORK_INPUT is set */
void console_poll(void);

/* The interrupt handler of input devices. */
void console_interrupt(void);
