/* SPDX-License-Identifier: ISC */
/* page: what people read is true, complete and harmless. */
#include "check.h"

#include "reporter/page.h"
#include "snapshot/snapshot.h"

static struct snapshot s;
static char *page;

static int
begin(void **state)
{
	(void)state;
	memset(&s, 0, sizeof(s));
	strcpy(s.version, "1.0");
	s.service.state = SNAPSHOT_SERVING;
	s.workers.max = 256;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	free(page);
	return 0;
}

static void
write_page(void)
{
	page = page_write(&s);
	assert_non_null(page);
}

static void
has(const char *text)
{
	CHECK(strstr(page, text) != NULL, "%s: %s", text, page);
}

static void
lacks(const char *text)
{
	CHECK(strstr(page, text) == NULL, "%s: %s", text, page);
}

static void
pool(void **state)
{
	(void)state;
	s.workers.busy = 64;
	s.workers.idle = 5;
	write_page();
	has("69 of 256 workers, 64 busy");
	has("<i class=\"busy\" style=\"width:25.00%\">");
	has("<i class=\"idle\" style=\"width:1.95%\">");
	lacks("class=\"alarm\"");
}

/* More than there may be: the bar is full all the same. */
static void
pool_beyond_its_maximum(void **state)
{
	(void)state;
	s.workers.max = 4;
	s.workers.busy = 4;
	s.workers.leaving = 4;
	s.workers.at_max = 1;
	write_page();
	has("<i class=\"busy\" style=\"width:50.00%\">");
	has("<i class=\"leaving\" style=\"width:50.00%\">");
	has("class=\"alarm\"");
}

static void
numbers(void **state)
{
	(void)state;
	s.connections.accepted = 1234567;
	s.connections.bytes_in = 1490000;
	s.connections.bytes_out = UINT64_MAX;
	s.connections.active = UINT64_MAX;
	s.service.started_at = 1000;
	s.service.taken_at = 1000 + 90061000;
	write_page();
	has("<td>1&nbsp;234&nbsp;567</td>");
	has("<td>1.42&nbsp;MiB</td>");
	has("<td>16.0&nbsp;EiB</td>");
	has("<td>18&nbsp;446&nbsp;744&nbsp;073&nbsp;709&nbsp;551&nbsp;615</td>");
	has("up 1&nbsp;d&nbsp;1&nbsp;h");
}

/* Not every master can see the memory of all its processes. */
static void
memory(void **state)
{
	(void)state;
	s.process.count = 7;
	s.process.rss_bytes = 1490000;
	write_page();
	has(", 7 processes with 1.42&nbsp;MiB</p>");
	s.process.rss_bytes = 0;
	free(page);
	write_page();
	has(", 7 processes</p>");
}

static void
listeners(void **state)
{
	(void)state;
	s.listener_count = 2;
	strcpy(s.listener[0].address, "127.0.0.1:7");
	s.listener[0].waiting = 3;
	s.listener[0].limit = 4;
	strcpy(s.listener[1].address, "[::1]:7");
	s.listener[1].waiting = 9;
	s.listener[1].limit = 10;
	s.listener[1].draining = 1;
	write_page();
	has("127.0.0.1:7");
	has("<i class=\"busy\" style=\"width:75.00%\">");
	has("[::1]:7 <small>draining</small>");
	has("<i class=\"full\" style=\"width:90.00%\">");
	has("3 of 4");
	/* A deferred listener drops a packet of each connection. */
	s.listener[0].drops = 1009;
	s.listener[1].drops = 109;
	s.listener[1].accepted = 100;
	s.listener[1].deferred = 1;
	free(page);
	write_page();
	has("<td>1&nbsp;009</td>");
	has("<td>~9</td>");
	s.listener[1].accepted = 110;
	free(page);
	write_page();
	has("<td>~0</td>");
}

/* Whoever can write a name or a sentence writes no HTML. */
static void
harmless(void **state)
{
	(void)state;
	s.listener_count = 1;
	strcpy(s.version, "<script>");
	strcpy(s.listener[0].address, "<b>\"&");
	strcpy(s.listener[0].name, "<i>");
	strcpy(s.reload.last, "</p><script>alert(1)</script>");
	s.oldest.pid = 1;
	strcpy(s.oldest.peer, "<u>");
	strcpy(s.oldest.listener, "<s>");
	write_page();
	lacks("<script");
	lacks("<u>");
	lacks("<s>");
	has("&lt;b&gt;&quot;&amp;");
	has("<small>&lt;i&gt;</small>");
	has("&lt;/p&gt;&lt;script&gt;");
}

/* No network is needed to look at it. */
static void
alone(void **state)
{
	(void)state;
	write_page();
	lacks("http:");
	lacks("https:");
	lacks("src=");
	lacks("url(");
	lacks("@import");
	has("<meta http-equiv=\"refresh\" content=\"5\">");
	has("prefers-color-scheme:dark");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest all[] = {
		TEST(pool),
		TEST(pool_beyond_its_maximum),
		TEST(numbers),
		TEST(memory),
		TEST(listeners),
		TEST(harmless),
		TEST(alone),
	};

	return cmocka_run_group_tests_name("page", all, NULL, NULL);
}
