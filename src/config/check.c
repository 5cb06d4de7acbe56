/* SPDX-License-Identifier: ISC */
#include "config/check.h"

#include <string.h>

#include "config/config.h"
#include "config/settings.h"

static bool
listen_sane(const struct config *config)
{
	if (config->listen_count == 0 || config->listen_count > CONFIG_LISTEN)
		return false;
	for (unsigned i = 0; i < config->listen_count; i++)
		if (memchr(config->listen[i].address, '\0', ADDR_HOST) ==
			NULL ||
		    memchr(config->listen[i].port, '\0', ADDR_PORT) == NULL)
			return false;
	return true;
}

static bool
value_sane(const struct config *config, const struct setting *s)
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
		return access_sane(&config->access);
	case SETTING_LISTEN:
		return listen_sane(config);
	}
	return false;
}

static bool
addresses_sane(const struct config *config)
{
	if (config->address_count == 0 ||
	    config->address_count > CONFIG_ADDRESSES)
		return false;
	for (unsigned i = 0; i < config->address_count; i++)
		if (!addr_sane(&config->addresses[i].addr))
			return false;
	return true;
}

bool
check_config(const struct config *config)
{
	for (unsigned i = 0; i < settings_count; i++)
		if (!value_sane(config, &settings[i]))
			return false;
	return addresses_sane(config) &&
	    memchr(config->listen_file, '\0', sizeof(config->listen_file)) !=
	    NULL;
}
