/* SPDX-License-Identifier: ISC */
/* json: a snapshot as JSON has all of it, and is valid whatever is in it. */
#include "check.h"

#include <jansson.h>

#include "snapshot/fields.h"
#include "snapshot/json.h"
#include "snapshot/snapshot.h"

static json_t *
parse(const struct snapshot *s, const struct snapshot_worker *worker,
    unsigned workers)
{
	char *text = json_write(s, worker, workers);
	json_error_t error;
	json_t *root;

	assert_non_null(text);
	assert_int_equal(text[strlen(text) - 1], '\n');
	root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	CHECK(root != NULL, "%s: %s", error.text, text);
	free(text);
	return root;
}

static json_int_t
number(const json_t *root, const char *record, const char *key)
{
	const json_t *value = json_object_get(json_object_get(root, record),
	    key);

	CHECK(json_is_integer(value), "%s %s", record, key);
	return json_integer_value(value);
}

static const char *
text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	CHECK(value != NULL, "%s", key);
	return value;
}

static void
everything_is_there(void **state)
{
	static struct snapshot s;
	json_t *root;

	(void)state;
	strcpy(s.version, "1.0");
	s.service.state = SNAPSHOT_LAME_DUCK;
	s.connections.closed[SNAPSHOT_RESET] = 7;
	root = parse(&s, NULL, 0);
	assert_int_equal(json_integer_value(json_object_get(root, "schema")),
	    JSON_SCHEMA);
	assert_string_equal(text(root, "version"), "1.0");
	assert_string_equal(text(json_object_get(root, "service"), "state"),
	    snapshot_state_name[SNAPSHOT_LAME_DUCK]);
	assert_int_equal(number(root, "closed", "reset"), 7);
	for (unsigned i = 0; i < fields_snapshot.count; i++) {
		const struct field *f = &fields_snapshot.field[i];
		const json_t *record = json_object_get(root, f->record);

		if (f->kind == FIELD_NUMBERS)
			for (unsigned k = 0; k < f->count; k++)
				(void)number(root, f->record, f->names[k]);
		else
			CHECK(json_object_get(record, f->key) != NULL, "%s %s",
			    f->record, f->key);
	}
	assert_int_equal(json_array_size(json_object_get(root, "listeners")),
	    0);
	assert_null(json_object_get(root, "worker"));
	json_decref(root);
}

/* Quotes and backslashes, and numbers that JSON libraries do not have. */
static void
valid_whatever_is_in_it(void **state)
{
	static struct snapshot s;
	json_t *root;

	(void)state;
	strcpy(s.reload.last, "\"a\\b\"</script>");
	s.connections.accepted = UINT64_MAX;
	s.service.state = UINT64_MAX;
	root = parse(&s, NULL, 0);
	assert_string_equal(text(json_object_get(root, "reload"), "last"),
	    "\"a\\b\"</script>");
	assert_true(number(root, "connections", "accepted") == INT64_MAX);
	json_decref(root);
}

static void
rows(void **state)
{
	static struct snapshot s;
	static const struct snapshot_worker worker[2] = {
		{ .slot = 1, .pid = 17, .state = SNAPSHOT_IS_BUSY },
		{ .slot = 2, .pid = 18, .peer = "127.0.0.1:4711" },
	};
	json_t *root, *list;

	(void)state;
	s.listener_count = SNAPSHOT_LISTENERS;
	strcpy(s.listener[SNAPSHOT_LISTENERS - 1].address, "[::1]:7");
	s.listener[0].waiting = 3;
	root = parse(&s, worker, COUNT(worker));
	list = json_object_get(root, "listeners");
	assert_int_equal(json_array_size(list), SNAPSHOT_LISTENERS);
	assert_int_equal(json_integer_value(
			     json_object_get(json_array_get(list, 0),
				 "waiting")),
	    3);
	assert_string_equal(text(json_array_get(list, SNAPSHOT_LISTENERS - 1),
				"address"),
	    "[::1]:7");
	list = json_object_get(root, "worker");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text(json_array_get(list, 0), "state"),
	    snapshot_doing_name[SNAPSHOT_IS_BUSY]);
	assert_string_equal(text(json_array_get(list, 1), "peer"),
	    "127.0.0.1:4711");
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(everything_is_there),
		cmocka_unit_test(valid_whatever_is_in_it),
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests_name("json", all, NULL, NULL);
}
