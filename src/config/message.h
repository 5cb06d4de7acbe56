/* SPDX-License-Identifier: ISC */
/*
 * message: what echod and echod-load send each other through pipes.
 *
 * Each message begins with the identity of the program that sends it.  The two
 * programs are of different versions if a package was upgraded while echod
 * runs; then a reader may only use the identity.
 */
#ifndef ECHOD_MESSAGE_H
#define ECHOD_MESSAGE_H

#include <stdbool.h>

#include "common/errbuf.h"
#include "config/config.h"

/* The same in all versions, for ever. */
enum { MESSAGE_IDENTITY = 64 };

/* From echod, on standard input; the options are in the command line. */
struct message_request {
	char identity[MESSAGE_IDENTITY];
	struct config_found before; /* all zero: this is not a reload */
};

/* From echod-load, on standard output. */
struct message {
	char identity[MESSAGE_IDENTITY];
	int status;	       /* 0, or an exit status of sysexits.h */
	struct errbuf err;     /* the reason if it is not 0 */
	struct errbuf warning; /* for the operator; "": none */
	struct config config;  /* valid if it is 0 */
};

/* Our version, and a sum of how the messages are laid out. */
void message_identify(char identity[MESSAGE_IDENTITY]);

/* Whether the bytes are the identity of this program. */
bool message_is_ours(const char identity[MESSAGE_IDENTITY]);

#endif
