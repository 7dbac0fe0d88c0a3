/*
 * The initialization of each device.  After it, other rooms use devices only
 * through headers of core: console.h, hostlink.h, panic.h.
 */
#pragma once

#include "core/types.h"

void serial_init(void);   /* COM1, the console on a serial line: output */
void serial_listen(void); /* its input; after interrupts are initialized */
void hostlink_init(void); /* COM2, the record channel, if run=1 asks for it */
void vga_init(void);      /* text, 80 x 25, if there is such an adapter */
void keyboard_init(void); /* PS/2 */
void rtc_init(void);      /* sets clock_boot_realtime_ns; needs clock_ns() */

/* Both serial ports (serial.c).
 * => init: 115200 baud, 8 bits, no parity, interrupts off; false: no such port
 * => put: sends one byte, waiting for room; any context
 * => flush: waits until the last byte is out, if there is such a port */
#define COM1_PORT 0x3f8
#define COM2_PORT 0x2f8
bool uart_init(u16 port);
void uart_put(u16 port, u8 byte);
void uart_flush(u16 port);
