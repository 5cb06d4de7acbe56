/* SPDX-License-Identifier: ISC */
/*
 * settings: the one table that describes every setting completely.
 *
 * To add a setting, add a field to struct config, a row here, a paragraph to
 * echod.conf(5) and a line to etc/echod.conf; the tests name what is missing.
 */
#ifndef ECHOD_SETTINGS_H
#define ECHOD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct errbuf;

enum setting_type {
	SETTING_INTEGER,  /* int64_t */
	SETTING_SECONDS,  /* int64_t milliseconds, fractions in text */
	SETTING_STRING,	  /* char[] */
	SETTING_CHOICE,	  /* int, the value of a word */
	SETTING_NETWORKS, /* into struct access_list */
	SETTING_LISTEN,	  /* the list of addresses */
};

/* One of the words that a setting may be, and what it means. */
struct setting_word {
	const char *text;
	int value;
};

enum setting_applies { APPLIES_RELOAD, APPLIES_RESTART };

struct setting {
	const char *path; /* "workers.max"; one dot at most */
	enum setting_type type;
	size_t offset;	   /* in struct config */
	size_t size;	   /* of a string */
	const char *value; /* the default, as text */
	int64_t min, max;  /* bounds; of seconds: in milliseconds */
	const struct setting_word *words; /* of a choice; the last is NULL */
	enum setting_applies applies;
	const char *help;
	bool deny; /* of networks: these are refused */
};

enum { SETTINGS_MAX = 48 }; /* room for an array beside the table */

extern const struct setting settings[];
extern const unsigned settings_count;

/* The row of a path, or NULL. */
const struct setting *settings_find(const char *path);

/* The word of a choice that has this value; NULL: none has. */
const char *settings_word(const struct setting *, int value);

/* The path or group most like an unknown one; false: none is close. */
bool settings_nearest(const char *path, char *near, size_t size);

/* Whether some path begins with this group name. */
bool settings_is_group(const char *name);

/* Every setting at its default; the listen list is filled as well. */
void settings_defaults(struct config *);

/*
 * Give a setting its value from text; networks are separated by commas or
 * blanks and replace the list.  Returns -1 with the reason, without the path.
 */
int settings_assign(struct config *, const struct setting *, const char *text,
    struct errbuf *);

/* Add one network to access.allow or access.deny; remove all of one. */
int settings_add_network(struct config *, const struct setting *,
    const char *text, struct errbuf *);
void settings_clear_networks(struct config *, const struct setting *);

/*
 * Let a string setting of `next` have its value in `now`; true if they
 * differed.
 */
bool settings_keep(struct config *next, const struct config *now,
    const struct setting *);

#endif
