/* SPDX-License-Identifier: ISC */
/*
 * message: what comes from the loader, as the master takes it: a reason, or a
 * configuration that leads nobody out of an array.
 *
 * The input changes a good message at some places, and cuts it into pieces.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/errbuf.h"
#include "config/check.h"
#include "config/dump.h"
#include "config/message.h"
#include "config/settings.h"
#include "daemon/master/loader.h"

enum { PIECES = 8, CHANGE = 16 };

static void
good(struct message *m)
{
	memset(m, 0, sizeof(*m));
	message_identify(m->identity);
	settings_defaults(&m->config);
	m->config.address_count = 1;
	/* As many as there may be, so that a count is all that is wrong. */
	for (unsigned i = 0; i < CONFIG_ADDRESSES; i++)
		addr_wildcard(&m->config.addresses[i].addr, AF_INET6, 7);
	for (unsigned i = 0; i < ACCESS_RULES; i++)
		m->config.access.rules[i].family = AF_INET;
	MUST(check_config(&m->config));
}

/* What is counted, and what leads somewhere. */
static const size_t places[] = {
	0,
	offsetof(struct message, status),
	offsetof(struct message, err),
	offsetof(struct message, warning) + sizeof(struct errbuf) - 1,
	offsetof(struct message, config.listen_count),
	offsetof(struct message, config.listen[0].port),
	offsetof(struct message, config.address_count),
	offsetof(struct message, config.addresses[0].addr.len),
	offsetof(struct message, config.buffer_size),
	offsetof(struct message, config.workers_max),
	offsetof(struct message, config.access.count),
	offsetof(struct message, config.access.rules[0]),
	offsetof(struct message, config.log.ident),
	offsetof(struct message, config.log.level),
	offsetof(struct message, config.chroot),
	offsetof(struct message, config.pid_file),
};

/* Where it is, how long it is, and its bytes. */
static void
change(struct message *m, struct bytes *in)
{
	uint8_t kind = next(in);
	size_t n = next(in) % CHANGE, at;

	if (kind % 4 == 0)
		at = ((size_t)next(in) << 16 | next16(in)) % sizeof(*m);
	else
		at = places[kind / 4 % (sizeof(places) / sizeof(places[0]))];

	for (size_t i = 0; i < n && at + i < sizeof(*m); i++)
		((uint8_t *)m)[at + i] = next(in);
}

/* All that the master and its children do with what was accepted. */
static void
use(const struct config *config)
{
	char text[ADDR_TEXT], *dump;
	size_t size;
	FILE *out = open_memstream(&dump, &size);

	MUST(out != NULL);
	dump_config(config, out);
	MUST(fclose(out) == 0 && size > 0);
	free(dump);
	for (unsigned i = 0; i < config->address_count; i++) {
		addr_text(&config->addresses[i].addr, text, sizeof(text));
		(void)access_allows(&config->access,
		    &config->addresses[i].addr);
	}
	MUST(strlen(config->chroot) < sizeof(config->chroot));
	MUST(strlen(config->pid_file) < sizeof(config->pid_file));
	MUST(strlen(config->log.ident) < sizeof(config->log.ident));
}

/* A pipe with the first n bytes of the message, and then its end. */
static bool
deliver(struct loader *loader, const uint8_t *bytes, size_t n, size_t piece)
{
	bool over = false;
	int fd[2];

	MUST(pipe2(fd, O_NONBLOCK) == 0);
	loader->fd = fd[0];
	for (size_t at = 0; at < n && !over; at += piece) {
		if (piece > n - at)
			piece = n - at;
		MUST(write(fd[1], bytes + at, piece) == (ssize_t)piece);
		over = loader_step(loader);
	}
	close(fd[1]);
	return over || loader_step(loader);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct message m;
	struct bytes in = { data, size };
	struct loader loader = { .program = "echod-load" };
	size_t n = sizeof(m), piece = sizeof(m) / (next(&in) % PIECES + 1);

	/* Rarely it is too short. */
	if (next(&in) % 16 == 1)
		n = next16(&in) % sizeof(m);
	good(&m);
	while (in.left > 0)
		change(&m, &in);
	loader.deadline_ms = INT64_MAX;
	loader.load = calloc(1, sizeof(*loader.load));
	MUST(loader.load != NULL);
	MUST(deliver(&loader, (uint8_t *)&m, n, piece));
	MUST(memchr(loader.load->err.text, '\0',
		 sizeof(loader.load->err.text)) != NULL);
	if (loader.load->status == EX_OK)
		use(&loader.load->config);
	loader_close(&loader);
	return 0;
}
