/* SPDX-License-Identifier: ISC */
/*
 * render: what echod has answered, as JSON; the form of json.h.
 */
#ifndef ECHOD_RENDER_H
#define ECHOD_RENDER_H

#include <jansson.h>

/* The settings, grouped as in the file, from the lines of "config". */
json_t *render_config(const char *lines);

/* The version, from the line that says it. */
json_t *render_version(const char *line);

/* How something has ended: an exit status, and a sentence. */
json_t *render_outcome(int status, const char *sentence);

/* A document that has this member, which it takes. */
json_t *render_member(const char *name, json_t *value);

#endif
