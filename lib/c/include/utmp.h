#pragma once

/* Of the records of who is logged in, only this: begin a session. */

int login_tty(int fd);
