/* SPDX-License-Identifier: ISC */
#include "control/setting.h"

#include <string.h>

static const char *const types[] = {
	[LINE_INTEGER] = "integer",
	[LINE_SECONDS] = "seconds",
	[LINE_STRING] = "string",
	[LINE_LIST] = "list",
	[LINE_ADDRESS] = "address",
	[LINE_NETWORK] = "network",
};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* What is left of a line. */
struct rest {
	const char *at, *end;
};

/* Take what is before the next blank, without the blank; false: too long. */
static bool
take_word(struct rest *rest, char *word, size_t size)
{
	const char *blank = memchr(rest->at, ' ',
	    (size_t)(rest->end - rest->at));
	const char *end = blank != NULL ? blank : rest->end;
	size_t n = (size_t)(end - rest->at);

	if (n >= size)
		return false;
	memcpy(word, rest->at, n);
	word[n] = '\0';
	rest->at = blank != NULL ? blank + 1 : rest->end;
	return true;
}

static bool
take_type(struct rest *rest, enum setting_line_type *type)
{
	char word[16];

	if (!take_word(rest, word, sizeof(word)))
		return false;
	for (unsigned i = 0; i < TYPES; i++)
		if (strcmp(types[i], word) == 0) {
			*type = (enum setting_line_type)i;
			return true;
		}
	return false;
}

/* "GROUP.KEY", or a key alone. */
static bool
take_path(struct rest *rest, struct setting_line *line)
{
	char path[64], *dot;

	if (!take_word(rest, path, sizeof(path)))
		return false;
	dot = strchr(path, '.');
	line->group[0] = '\0';
	if (dot != NULL) {
		*dot = '\0';
		memcpy(line->group, path, sizeof(path));
	}
	memmove(line->key, dot != NULL ? dot + 1 : path,
	    strlen(dot != NULL ? dot + 1 : path) + 1);
	return line->key[0] != '\0';
}

static bool
read_line(struct rest rest, struct setting_line *line)
{
	char word[16];
	size_t n;

	if (!take_word(&rest, word, sizeof(word)) ||
	    strcmp(word, "setting") != 0 || !take_path(&rest, line) ||
	    !take_type(&rest, &line->type) ||
	    (line->type == LINE_ADDRESS &&
		!take_word(&rest, line->port, sizeof(line->port))))
		return false;
	n = (size_t)(rest.end - rest.at);
	if (n >= sizeof(line->value))
		return false;
	memcpy(line->value, rest.at, n);
	line->value[n] = '\0';
	return true;
}

bool
setting_next(const char **text, struct setting_line *line)
{
	while (**text != '\0') {
		struct rest rest = { *text, *text + strcspn(*text, "\n") };

		*text = rest.end + (*rest.end == '\n');
		if (read_line(rest, line))
			return true;
	}
	return false;
}

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

/* An item of the list that is open. */
static void
print_item(const struct setting_line *line, unsigned items, FILE *out)
{
	bool number = line->type == LINE_ADDRESS &&
	    strspn(line->port, "0123456789") == strlen(line->port);

	fputs(items > 0 ? ", " : " ", out);
	if (line->type == LINE_NETWORK) {
		print_string(line->value, out);
		return;
	}
	fputs("{ address = ", out);
	print_string(line->value, out);
	fputs("; port = ", out);
	if (number)
		fputs(line->port, out);
	else
		print_string(line->port, out);
	fputs("; }", out);
}

void
setting_print(const char *text, FILE *out)
{
	char group[sizeof(((struct setting_line *)0)->group)] = "";
	struct setting_line line;
	unsigned items = 0;
	bool open = false;

	while (setting_next(&text, &line)) {
		if (line.type == LINE_ADDRESS || line.type == LINE_NETWORK) {
			print_item(&line, items++, out);
			continue;
		}
		if (open)
			fputs(" );\n", out);
		if (strcmp(group, line.group) != 0) {
			if (group[0] != '\0')
				fputs("};\n", out);
			if (line.group[0] != '\0')
				fprintf(out, "%s = {\n", line.group);
			memcpy(group, line.group, sizeof(group));
		}
		fprintf(out, "%s%s = ", group[0] != '\0' ? "\t" : "", line.key);
		open = line.type == LINE_LIST;
		items = 0;
		if (open)
			putc('(', out);
		else if (line.type == LINE_STRING)
			print_string(line.value, out);
		else
			fputs(line.value, out);
		if (!open)
			fputs(";\n", out);
	}
	if (open)
		fputs(" );\n", out);
	if (group[0] != '\0')
		fputs("};\n", out);
}
