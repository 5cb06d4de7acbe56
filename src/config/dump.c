/* SPDX-License-Identifier: ISC */
#include "config/dump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/units.h"
#include "config/config.h"
#include "config/settings.h"

static void
print_string(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void
print_listen(const struct config *config, FILE *out)
{
	fprintf(out, "(");
	for (unsigned i = 0; i < config->listen_count; i++) {
		const struct config_listen *l = &config->listen[i];
		bool number = strspn(l->port, "0123456789") == strlen(l->port);

		fprintf(out, "%s\n\t{ address = ", i > 0 ? "," : "");
		print_string(l->address, out);
		/* Without leading zeros, which some parsers take for octal. */
		if (number)
			fprintf(out, "; port = %lu; }",
			    strtoul(l->port, NULL, 10));
		else
			fprintf(out, "; port = \"%s\"; }", l->port);
	}
	fprintf(out, config->listen_count > 0 ? "\n)" : ")");
}

static void
list_listen(const struct config *config, FILE *out)
{
	for (unsigned i = 0; i < config->listen_count; i++)
		fprintf(out, "setting listen address %s %s\n",
		    config->listen[i].port, config->listen[i].address);
}

static void
list_networks(const struct config *config, const struct setting *s, FILE *out)
{
	char text[ACCESS_TEXT];

	for (unsigned i = 0; i < config->access.count; i++) {
		if (config->access.rules[i].deny != s->deny)
			continue;
		access_rule_text(&config->access.rules[i], text, sizeof(text));
		fprintf(out, "setting %s network %s\n", s->path, text);
	}
}

static void
print_networks(const struct config *config, const struct setting *s, FILE *out)
{
	const char *comma = "";
	char text[ACCESS_TEXT];

	fprintf(out, "[");
	for (unsigned i = 0; i < config->access.count; i++) {
		if (config->access.rules[i].deny != s->deny)
			continue;
		access_rule_text(&config->access.rules[i], text, sizeof(text));
		fprintf(out, "%s \"%s\"", comma, text);
		comma = ",";
	}
	fprintf(out, " ]");
}

static void
print_value(const struct config *config, const struct setting *s, FILE *out)
{
	const void *value = (const char *)config + s->offset;
	char text[32];

	switch (s->type) {
	case SETTING_INTEGER:
		fprintf(out, "%" PRId64, *(const int64_t *)value);
		break;
	case SETTING_SECONDS:
		units_seconds_text(*(const int64_t *)value, text, sizeof(text));
		fprintf(out, "%s", text);
		break;
	case SETTING_STRING:
		print_string(value, out);
		break;
	case SETTING_CHOICE:
		print_string(settings_word(s, *(const int *)value), out);
		break;
	case SETTING_NETWORKS:
		print_networks(config, s, out);
		break;
	case SETTING_LISTEN:
		print_listen(config, out);
		break;
	}
}

void
dump_config(const struct config *config, FILE *out)
{
	const char *group = "";
	size_t width = 0;

	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];
		const char *dot = strchr(s->path, '.');
		size_t n = dot != NULL ? (size_t)(dot - s->path) : 0;

		if (n != width || strncmp(group, s->path, n) != 0) {
			if (width > 0)
				fprintf(out, "};\n");
			if (n > 0)
				fprintf(out, "%.*s = {\n", (int)n, s->path);
			group = s->path;
			width = n;
		}
		fprintf(out, "%s%s = ", n > 0 ? "\t" : "",
		    n > 0 ? dot + 1 : s->path);
		print_value(config, s, out);
		fprintf(out, ";\t# %s\n", s->help);
	}
	if (width > 0)
		fprintf(out, "};\n");
}

void
dump_lines(const struct config *config, FILE *out)
{
	for (unsigned i = 0; i < settings_count; i++) {
		const struct setting *s = &settings[i];
		const void *value = (const char *)config + s->offset;
		char text[32];

		fprintf(out, "setting %s ", s->path);
		switch (s->type) {
		case SETTING_INTEGER:
			fprintf(out, "integer %" PRId64 "\n",
			    *(const int64_t *)value);
			break;
		case SETTING_SECONDS:
			units_seconds_text(*(const int64_t *)value, text,
			    sizeof(text));
			fprintf(out, "seconds %s\n", text);
			break;
		case SETTING_STRING:
			fprintf(out, "string %s\n", (const char *)value);
			break;
		case SETTING_CHOICE:
			fprintf(out, "string %s\n",
			    settings_word(s, *(const int *)value));
			break;
		case SETTING_NETWORKS:
			fprintf(out, "list \n");
			list_networks(config, s, out);
			break;
		case SETTING_LISTEN:
			fprintf(out, "list \n");
			list_listen(config, out);
			break;
		}
	}
}
