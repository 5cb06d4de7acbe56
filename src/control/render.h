/* SPDX-License-Identifier: ISC */
/*
 * render: makes JSON, in the form of json.h, from what echod has answered.
 */
#ifndef ECHOD_RENDER_H
#define ECHOD_RENDER_H

#include <jansson.h>

/* The settings, grouped as in the file, from the lines of "config". */
json_t *render_config(const char *lines);

/* The version, from the line of the answer to "version". */
json_t *render_version(const char *line);

/* The outcome of a request: an exit status and a sentence. */
json_t *render_outcome(int status, const char *sentence);

/* A document with this member, which is freed with it. */
json_t *render_member(const char *name, json_t *value);

#endif
