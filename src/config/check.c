/* SPDX-License-Identifier: ISC */
#include "config/check.h"

#include <string.h>
#include <sys/stat.h>

#include "common/errbuf.h"
#include "config/config.h"
#include "config/settings.h"
#include "config/trust.h"

static bool
listen_valid(const struct config *config)
{
	if (config->listen_count > CONFIG_LISTEN)
		return false;
	for (unsigned i = 0; i < config->listen_count; i++)
		if (memchr(config->listen[i].address, '\0', ADDR_HOST) ==
			NULL ||
		    memchr(config->listen[i].port, '\0', ADDR_PORT) == NULL)
			return false;
	return true;
}

/* Any other byte than 0 and 1 is true for one reader and false for another. */
static bool
bool_valid(const bool *value)
{
	unsigned char byte;

	memcpy(&byte, value, sizeof(byte));
	return byte <= 1;
}

static bool
networks_valid(const struct access_list *list)
{
	if (!access_sane(list))
		return false;
	for (unsigned i = 0; i < list->count; i++)
		if (!bool_valid(&list->rules[i].deny))
			return false;
	return true;
}

static bool
value_valid(const struct config *config, const struct setting *s)
{
	const void *value = (const char *)config + s->offset;
	int64_t number;
	int choice;

	switch (s->type) {
	case SETTING_INTEGER:
	case SETTING_SECONDS:
		memcpy(&number, value, sizeof(number));
		return number >= s->min && number <= s->max;
	case SETTING_STRING:
		return memchr(value, '\0', s->size) != NULL;
	case SETTING_CHOICE:
		memcpy(&choice, value, sizeof(choice));
		return settings_word(s, choice) != NULL;
	case SETTING_NETWORKS:
		return networks_valid(&config->access);
	case SETTING_LISTEN:
		return listen_valid(config);
	}
	return false;
}

static bool
addresses_valid(const struct config_address *address, unsigned n, unsigned most)
{
	if (n > most)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!addr_sane(&address[i].addr) ||
		    !bool_valid(&address[i].optional))
			return false;
	return true;
}

bool
check_config(const struct config *config)
{
	for (unsigned i = 0; i < settings_count; i++)
		if (!value_valid(config, &settings[i]))
			return false;
	/* An empty list means the sockets of a socket unit alone. */
	return (config->address_count == 0) == (config->listen_count == 0) &&
	    addresses_valid(config->addresses, config->address_count,
		CONFIG_ADDRESSES) &&
	    addresses_valid(config->metrics.at, config->metrics.count,
		CONFIG_METRICS) &&
	    bool_valid(&config->found.file) &&
	    bool_valid(&config->found.settings) &&
	    memchr(config->listen_file, '\0', sizeof(config->listen_file)) !=
	    NULL;
}

int
check_chroot(const struct config *config, struct errbuf *warning,
    struct errbuf *err)
{
	struct stat st;

	if (stat(config->chroot, &st) == -1)
		return errbuf_sys(err, "%s", config->chroot);
	if (!S_ISDIR(st.st_mode))
		return errbuf_set(err, "%s is not a directory", config->chroot);
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return errbuf_set(err,
		    "%s must belong to root and be writable by nobody else",
		    config->chroot);
	return trust_way(config->chroot, warning, err);
}
