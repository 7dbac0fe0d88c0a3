/*
 * The registers of a 16550 UART (National Semiconductor PC16550D data sheet),
 * and the two things that both serial ports do.
 */
#pragma once

#include "arch/io.h"
#include "core/types.h"

#define COM1_PORT 0x3f8
#define COM2_PORT 0x2f8

/* Offsets of registers, by the data sheet's names. */
#define UART_DATA          0 /* RBR, THR; DLL while DLAB is set */
#define UART_INTERRUPTS    1 /* IER; DLM while DLAB is set */
#define UART_INTERRUPT_ID  2 /* IIR; FCR when written */
#define UART_LINE_CONTROL  3
#define UART_MODEM_CONTROL 4
#define UART_LINE_STATUS   5
#define UART_SCRATCH       7

#define INTERRUPT_RECEIVED 0x01
#define LINE_DATA_READY    0x01
#define LINE_SEND_EMPTY    0x20

/* Set the port to 115200 baud, 8 bits, no parity, FIFO on, interrupts off.
 * => false: there is no such port */
bool uart_init(u16 port);

/* Send one byte, waiting for room. */
static inline void
uart_put(u16 port, u8 byte)
{
    while (!(inb(port + UART_LINE_STATUS) & LINE_SEND_EMPTY)) {
    }
    outb(port + UART_DATA, byte);
}
