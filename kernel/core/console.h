/*
 * The console's two halves meet here: devices (serial, VGA, keyboard) register
 * how to show text and how to ask for what was typed; the terminal (fs/tty.c)
 * writes text, and takes what is typed.
 *
 * An interrupt only says that there is something: the devices are asked for it
 * (console_poll) where no lock is held, so ^C can send its signal on the spot.
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

/* Show a message of the log, for want of a host that listens. */
void console_log(const char *text, size_t size);

/* Whoever wants typed bytes (fs/tty_file.c); while there is none, or it has no
 * room, they stay in the devices.  => only RANK_INPUT is held */
bool console_has_room(void);
void console_take(char byte);

/* Something was typed, or there is room again: ask all devices.
 * => interrupts on, no lock held; called when WORK_INPUT is set */
void console_poll(void);

/* The interrupt handler of input devices. */
void console_interrupt(void);
