/* SPDX-License-Identifier: ISC */
/*
 * answer: what comes back to echodctl from whoever listens at the socket: it is an
 * answer only if its last line says so, and what is shown of it as settings is
 * within its bounds and is good JSON.
 */
#include "fuzz.h"

#include <jansson.h>

#include "control/exchange.h"
#include "control/render.h"
#include "control/setting.h"
#include "snapshot/json.h"

static void
check_settings(const char *text)
{
	struct setting_line line;
	char *json, *file = NULL;
	size_t n;
	FILE *out = open_memstream(&file, &n);
	json_t *again;

	MUST(out != NULL);
	for (const char *at = text; setting_next(&at, &line);) {
		MUST(strlen(line.group) < sizeof(line.group));
		MUST(strlen(line.key) < sizeof(line.key));
		MUST(strlen(line.value) < sizeof(line.value));
		MUST(strchr(line.value, '\n') == NULL);
		MUST(at > text);
	}
	setting_print(text, out);
	MUST(fclose(out) == 0);
	free(file);
	json = json_text(render_config(text), true);
	MUST(json != NULL);
	again = json_loads(json, 0, NULL);
	MUST(json_is_object(json_object_get(again, "config")));
	json_decref(again);
	free(json);
}

static void
check_outcome(int status, const char *sentence)
{
	char *json = json_text(render_outcome(status, sentence), true);
	json_t *again = json != NULL ? json_loads(json, 0, NULL) : NULL;

	MUST(json_integer_value(json_object_get(again, "status")) == status);
	MUST(json_is_string(json_object_get(again, "text")));
	json_decref(again);
	free(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = { data, size };
	char *bytes = rest(&in), *copy = rest(&in);
	struct answer answer;

	if (exchange_parse(bytes, size, &answer) == 0) {
		MUST(size > 0 && data[size - 1] == '\n');
		MUST(answer.text == bytes && answer.n == strlen(answer.text));
		MUST(answer.n == 0 || answer.text[answer.n - 1] == '\n');
		MUST(memcmp(answer.text, copy, answer.n) == 0);
		MUST(answer.status >= 0 && answer.status < 256);
		if (answer.status == 0)
			MUST(strcmp(copy + answer.n, "ok\n") == 0);
		else
			MUST(strncmp(copy + answer.n, "error ", 6) == 0);
		for (const char *c = answer.why.text; *c != '\0'; c++)
			MUST((unsigned char)*c >= 0x20);
		check_outcome(answer.status, answer.why.text);
	}
	check_settings(copy);
	free(bytes);
	free(copy);
	return 0;
}
