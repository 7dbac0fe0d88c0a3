/*
 * What the serial ports have in common.
 */
#include "dev/uart.h"

/* The FIFO, with an interrupt at 14 bytes or after a pause: QEMU then hands in
 * 14 bytes at a time, instead of one. */
#define FIFO_ON            0xc1
#define LINE_DLAB          0x80 /* the divisor shows in the first registers */
#define LINE_8N1           0x03
#define MODEM_READY        0x0b /* DTR, RTS, and OUT2: the interrupt's gate */
#define DIVISOR_115200     1

bool
uart_init(u16 port)
{
    outb(port + UART_SCRATCH, 0x5a);
    if (inb(port + UART_SCRATCH) != 0x5a) {
        return false;
    }
    outb(port + UART_INTERRUPTS, 0);
    outb(port + UART_LINE_CONTROL, LINE_DLAB);
    outb(port + UART_DATA, DIVISOR_115200);
    outb(port + UART_INTERRUPTS, 0);
    outb(port + UART_LINE_CONTROL, LINE_8N1);
    outb(port + UART_INTERRUPT_ID, FIFO_ON);
    outb(port + UART_MODEM_CONTROL, MODEM_READY);
    return true;
}
