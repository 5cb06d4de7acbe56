/* SPDX-License-Identifier: ISC */
/*
 * stream: echoc sends a message to a server that sends anything: it succeeds
 * only if every byte came back equal, and else says where the first difference
 * is, or that the connection ended early.
 */
#include "peer.h"

#include <poll.h>
#include <sys/syscall.h>

#include "client/core/failure.h"
#include "client/net/pattern.h"
#include "client/send/stream.h"

static struct peer peer;
static struct bytes input; /* of the peer */
static unsigned idle;	   /* calls of poll() since its end */

static struct shown {
	bool all;
	size_t n;
} shown;

/*
 * In the place of the C library's: the peer acts whenever echoc would sleep, and
 * closes when the input is over.
 */
int
poll(struct pollfd *fds, nfds_t n, int ms)
{
	long ready;

	(void)ms;
	if (input.left > 0) {
		peer_act(&peer, &input);
	} else {
		peer_close(&peer);
		/* Bytes of the pair's buffers are all that can keep it busy. */
		MUST(++idle < 1000);
	}
	ready = syscall(SYS_ppoll, fds, n, &(struct timespec){ 0 }, NULL, 0);
	/* libFuzzer looks at its time-out by a signal. */
	MUST(ready >= 0 || errno == EINTR);
	return (int)ready;
}

static int
received(void *context, const unsigned char *bytes, size_t n, struct failure *f)
{
	(void)context;
	(void)f;
	MUST(shown.n + n <= peer.sent);
	MUST(memcmp(peer.back + shown.n, bytes, n) == 0);
	shown.n += n;
	return 0;
}

static void
check(const struct stream *s, int result, const struct failure *f)
{
	size_t equal = peer_equal(&peer);

	MUST(peer.wired == s->sent);
	MUST(s->got <= peer.sent && s->equal <= s->got);
	MUST(s->equal <= equal && s->sent <= s->read);
	MUST(shown.n <= s->got && (shown.all || shown.n <= equal));
	if (result == 0) {
		MUST(s->got == s->length && equal >= s->length);
		MUST(!s->mismatch.found && f->outcome == OUTCOME_OK);
		return;
	}
	MUST(f->why.text[0] != '\0');
	if (s->mismatch.found) {
		MUST(f->outcome == OUTCOME_MISMATCH);
		MUST(s->mismatch.offset <= equal);
		MUST(s->mismatch.offset == s->equal);
	} else {
		MUST(f->outcome == OUTCOME_ENDED ||
		    f->outcome == OUTCOME_TIMEOUT);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct failure f = { 0 };
	struct stream s = { .input = -1, .output = -1, .received = received };
	uint8_t kind;
	int result;

	input = (struct bytes){ data, size };
	kind = next(&input);
	if (pattern_at(0)[0] == pattern_at(0)[1])
		pattern_init(1);
	s.message = (const char *)pattern_at(pattern_start(next(&input)));
	s.length = next16(&input);
	/* A transcript shows all and does not close, send does the reverse. */
	s.show_all = shown.all = kind & 1;
	s.half_close = !s.show_all && (kind & 2);
	shown.n = idle = 0;
	s.timeout_ns = INT64_MAX / 2;
	s.fd = peer_open(&peer);
	result = stream_run(&s, &f);
	peer_close(&peer);
	check(&s, result, &f);
	close(s.fd);
	return 0;
}
