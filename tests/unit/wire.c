/* SPDX-License-Identifier: ISC */
/* wire: what is written reads as the same, and nothing harms a reader. */
#include "check.h"

#include <inttypes.h>

#include "common/errbuf.h"
#include "snapshot/fields.h"
#include "snapshot/snapshot.h"
#include "snapshot/wire.h"

static char text[WIRE_TEXT];

/* Each member gets a value of its own, each text is as long as it can be. */
static void
fill(void *base, const struct field_list *list, uint64_t seed, char letter)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct field *f = &list->field[i];
		char *at = (char *)base + f->offset;
		uint64_t *number = (uint64_t *)(void *)at;

		if (f->kind == FIELD_TEXT) {
			memset(at, letter, f->size - 1);
			at[f->size - 1] = '\0';
			continue;
		}
		for (unsigned k = 0;
		     k < (f->kind == FIELD_NUMBERS ? f->count : 1); k++)
			number[k] = f->kind == FIELD_NAME ?
			    seed % f->count :
			    UINT64_MAX - seed - i - 100 * k;
	}
}

static void
fill_all(struct snapshot *s, char letter)
{
	memset(s, 0, sizeof(*s));
	fill(s, &fields_snapshot, 1000, letter);
	memset(s->version, letter, sizeof(s->version) - 1);
	s->listener_count = SNAPSHOT_LISTENERS;
	for (unsigned i = 0; i < SNAPSHOT_LISTENERS; i++)
		fill(&s->listener[i], &fields_listener, i, letter);
}

static void
reads_as_written(void **state)
{
	static struct snapshot before, after;
	struct snapshot_worker worker[2], row = { 0 };
	unsigned workers = COUNT(worker);
	struct errbuf err = { "" };
	char line[WIRE_LINE];
	size_t n;

	(void)state;
	memset(worker, 0, sizeof(worker));
	fill_all(&before, '"');
	n = wire_write(&before, text, sizeof(text));
	assert_int_equal(n, strlen(text));
	for (uint64_t i = 0; i < 3; i++) {
		fill(&row, &fields_worker, i, '\\');
		n += wire_write_worker(&row, text + n, sizeof(text) - n);
	}
	CHECK(wire_read(&after, worker, &workers, text, n, &err) == 0, "%s",
	    err.text);
	assert_memory_equal(&before, &after, sizeof(before));
	/* There were three, and room for two. */
	assert_int_equal(workers, 3);
	fill(&row, &fields_worker, 1, '\\');
	assert_memory_equal(&worker[1], &row, sizeof(row));
	/* A listener alone has the line that it has among all others. */
	assert_true(
	    wire_write_listener(&before.listener[7], line, sizeof(line)) > 0);
	assert_non_null(strstr(text, line));
}

/* Every member has a row, or it would come as 0 to whoever reads it. */
static void
leaves_nothing_out(void **state)
{
	static struct snapshot s;
	struct snapshot_listener listener;
	struct snapshot_worker worker;
	const char *bytes = (const char *)&s;
	size_t end = offsetof(struct snapshot, listener_count);

	(void)state;
	memset(&s, 0, sizeof(s));
	memset(&listener, 0, sizeof(listener));
	memset(&worker, 0, sizeof(worker));
	fill(&s, &fields_snapshot, 3, 'x');
	fill(&listener, &fields_listener, 3, 'x');
	fill(&worker, &fields_worker, 3, 'x');
	/* A number has no byte of 0 then, but for those of a state. */
	for (size_t i = sizeof(s.version) + sizeof(uint64_t); i + 8 <= end;
	     i += 8)
		CHECK(memcmp(bytes + i, "\0\0\0\0\0\0\0", 8) != 0, "byte %zu",
		    i);
	assert_true(listener.bytes_out != 0 && listener.draining != 0);
	assert_true(worker.slot != 0 && worker.bytes_out != 0);
}

static void
the_longest_has_room(void **state)
{
	static struct snapshot s;
	struct snapshot_worker row = { 0 };
	char line[WIRE_LINE];
	size_t n, longest = 0;

	(void)state;
	fill_all(&s, '\x01'); /* each byte takes five */
	n = wire_write(&s, text, sizeof(text));
	assert_non_null(strstr(text, "listener "));
	assert_int_equal(text[n - 1], '\n');
	n = 0;
	for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
		size_t length = (size_t)(strchr(at, '\n') + 1 - at);

		longest = length > longest ? length : longest;
		n += strncmp(at, "listener ", 9) == 0;
	}
	assert_int_equal(n, SNAPSHOT_LISTENERS);
	assert_true(longest < WIRE_LINE);
	fill(&row, &fields_worker, 7, '\x01');
	assert_true(wire_write_worker(&row, line, sizeof(line)) > 0);
}

static void
small_rooms_get_whole_lines(void **state)
{
	static struct snapshot s, again;
	struct errbuf err;

	(void)state;
	fill_all(&s, 'y');
	s.listener_count = 3;
	for (size_t room = 0; room < 6000; room++) {
		size_t n;

		memset(text, '#', room + 1);
		n = wire_write(&s, text, room);
		CHECK(n == 0 || (n < room && text[n - 1] == '\n'), "%zu", room);
		CHECK(room == 0 || text[n] == '\0', "%zu", room);
		CHECK(text[room] == '#', "%zu", room);
		if (n > 0)
			CHECK(wire_read(&again, NULL, NULL, text, n, &err) == 0,
			    "%zu", room);
	}
}

static void
passes_over_what_it_does_not_know(void **state)
{
	static const char later[] =
	    "echod 1 version=\"9.9\" colour=blue\n"
	    "weather state=fair\n"
	    "service state=serving mood=\"very \\\"good\\\"\" pid=17\n"
	    "\n"
	    "listener address=\"[::1]:7\" name=\"a b\" origin=borrowed\n"
	    "listener address=\"127.0.0.1:7\" waiting=3 origin=stored";
	static struct snapshot s;
	struct errbuf err = { "" };

	(void)state;
	CHECK(wire_read(&s, NULL, NULL, later, strlen(later), &err) == 0, "%s",
	    err.text);
	assert_string_equal(s.version, "9.9");
	assert_int_equal(s.service.state, SNAPSHOT_SERVING);
	assert_int_equal(s.service.pid, 17);
	assert_int_equal(s.listener_count, 2);
	assert_string_equal(s.listener[0].name, "a b");
	assert_int_equal(s.listener[0].origin, SNAPSHOT_OWN);
	assert_int_equal(s.listener[1].waiting, 3);
	assert_int_equal(s.listener[1].origin, SNAPSHOT_STORED);
}

static void
refuses_other_texts(void **state)
{
	static const char *const other[] = { "", "\n", "echod", "echod \n",
		"echod 2 version=\"1\"\n", "echod 1x\n", "HTTP/1.1 200 OK\n",
		"echod -1\n", "echod 18446744073709551617\n", " echod 1\n" };
	static struct snapshot s;

	(void)state;
	for (size_t i = 0; i < COUNT(other); i++) {
		struct errbuf err = { "" };

		CHECK(wire_read(&s, NULL, NULL, other[i], strlen(other[i]),
			  &err) == -1,
		    "%s", other[i]);
		CHECK(err.text[0] != '\0', "%s", other[i]);
	}
}

static void
controls_no_terminal(void **state)
{
	static const char hostile[] =
	    "echod 1 version=\"\x1b[2J\x07\"\n"
	    "oldest peer=\"\xff\xfe\x7f\" age_ms=-1 pid=99999999999999999999\n";
	static struct snapshot s;
	struct errbuf err;

	(void)state;
	assert_int_equal(wire_read(&s, NULL, NULL, hostile, strlen(hostile),
			     &err),
	    0);
	assert_string_equal(s.version, "?[2J?");
	assert_string_equal(s.oldest.peer, "???");
	assert_int_equal(s.oldest.age_ms, 0);
	assert_int_equal(s.oldest.pid, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_written),
		cmocka_unit_test(leaves_nothing_out),
		cmocka_unit_test(the_longest_has_room),
		cmocka_unit_test(small_rooms_get_whole_lines),
		cmocka_unit_test(passes_over_what_it_does_not_know),
		cmocka_unit_test(refuses_other_texts),
		cmocka_unit_test(controls_no_terminal),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
