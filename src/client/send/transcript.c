/* SPDX-License-Identifier: ISC */
#include "client/modes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "client/core/destination.h"
#include "client/core/failure.h"
#include "common/terminal.h"
#include "client/net/race.h"
#include "client/net/target.h"
#include "client/options.h"
#include "client/send/message.h"
#include "client/send/stream.h"
#include "common/output.h"

/* The piece being filled, so that lines do not depend on how TCP cuts. */
struct piece {
	bool shown; /* not with -q */
	unsigned char *bytes;
	size_t size, filled;
	size_t left; /* bytes of the message that were not shown yet */
	bool utf8;
};

/* The length of the first character; 0 if it is a control, or not UTF-8. */
static size_t
character(const unsigned char *bytes, size_t n, bool utf8)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t length;

	if (bytes[0] < 0x80)
		return bytes[0] >= 0x20 && bytes[0] != 0x7f;
	if (!utf8)
		return 0;
	length = mbrtowc(&wide, (const char *)bytes, n, &state);
	/* One without a width may turn the direction of the text. */
	if (length > n || length == 0 || !iswprint((wint_t)wide) ||
	    wcwidth(wide) <= 0)
		return 0;
	return length;
}

static void
print_bytes(FILE *f, const unsigned char *bytes, size_t n, bool utf8)
{
	size_t length;

	for (; n > 0; bytes += length, n -= length) {
		length = character(bytes, n, utf8);
		if (length > 0) {
			fwrite(bytes, 1, length, f);
		} else {
			fprintf(f, "\\x%02x", bytes[0]);
			length = 1;
		}
	}
}

/* Write VERB "BYTES" in one write(2), harmless for a terminal. */
static void
show_line(const char *verb, const void *bytes, size_t n, bool utf8)
{
	char *text = NULL;
	size_t length = 0;
	FILE *line = open_memstream(&text, &length);

	if (line == NULL)
		return;
	fprintf(line, "%s \"", verb);
	print_bytes(line, bytes, n, utf8);
	fputs("\"\n", line);
	if (fclose(line) == 0)
		fwrite(text, 1, length, output_error());
	free(text);
}

static void
show_piece(struct piece *p)
{
	if (p->filled > 0 && p->shown)
		show_line("received", p->bytes, p->filled, p->utf8);
	p->left -= p->filled;
	p->filled = 0;
}

static int
received(void *context, const unsigned char *bytes, size_t n, struct failure *f)
{
	struct piece *p = context;

	(void)f;
	for (size_t i = 0; i < n; i++) {
		p->bytes[p->filled++] = bytes[i];
		if (p->filled == p->size || p->filled == p->left)
			show_piece(p);
	}
	return 0;
}

static const char *
family_name(int family)
{
	return family == AF_INET ? "AF_INET" :
	    family == AF_INET6	 ? "AF_INET6" :
				   "unknown";
}

static void
show_kind(int fd)
{
	int family = 0, type = 0, protocol = 0;
	socklen_t len = sizeof(int);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	fprintf(output_error(), "Family  : %s\nType    : %s\nProtocol: %s\n\n",
	    family_name(family),
	    type == SOCK_STREAM ? "SOCK_STREAM" : "unknown",
	    protocol == IPPROTO_TCP ? "IPPROTO_TCP" : "unknown");
}

static int
converse(struct stream *s, const struct options *opt,
    const struct terminal *terminal, struct failure *f)
{
	struct piece piece = { .shown = !opt->quiet,
		.size = (size_t)opt->chunk,
		.left = s->length,
		.utf8 = terminal->utf8 };
	int result;

	piece.bytes = malloc(piece.size);
	if (piece.bytes == NULL)
		return failure_sys(f, OUTCOME_LIMIT, "memory");
	s->received = received;
	/* Nobody looks at it when this function has ended. */
	/* cppcheck-suppress autoVariables */
	s->context = &piece;
	if (opt->easy && !opt->quiet)
		show_kind(s->fd);
	if (!opt->quiet)
		show_line("sending", s->message, s->length, terminal->utf8);
	result = stream_run(s, f);
	/* The end of the server's data completes a piece as well as a byte. */
	show_piece(&piece);
	if (!opt->quiet)
		fputs("closing socket\n", output_error());
	free(piece.bytes);
	return result;
}

int
transcript_run(struct target *t, const struct options *opt,
    struct destination *p, const struct terminal *terminal, struct failure *f)
{
	struct dialled c = { .fd = -1 };
	struct stream s = { .input = -1,
		.output = -1,
		.show_all = true,
		.timeout_ns = opt->timeout_ns };
	char *message;
	int result = -1;

	message = message_new(opt, &s.length, f);
	s.message = message;
	if (message != NULL && target_resolve(t, opt, f) == 0) {
		if (!opt->easy && !opt->quiet)
			fprintf(output_error(), "connecting to %s port %u\n",
			    t->host, t->port);
		result = race_run(t, opt, &c, f);
	}
	if (result == 0) {
		s.fd = c.fd;
		result = converse(&s, opt, terminal, f);
		close(c.fd);
	}
	free(message);
	if (p->data != NULL && message_document(t, opt, &c, &s, f, p) == -1)
		return -1;
	return result;
}
