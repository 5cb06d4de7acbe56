/* SPDX-License-Identifier: ISC */
#include "client/core/destination.h"

#include <string.h>

#include "client/core/failure.h"
#include "client/core/files.h"
#include "common/output.h"

FILE *
destination_file_open(const char *path, struct failure *f)
{
	FILE *file = output_open(path);

	if (file == NULL)
		failure_sys(f, OUTCOME_USAGE, "%s", path);
	return file;
}

int
destination_file_close(FILE *file, const char *path, struct failure *f)
{
	if (output_close(file) == 0)
		return 0;
	return failure_sys(f, OUTCOME_USAGE, "%s", path);
}

int
destination_open(struct destination *p, const struct options *opt,
    struct failure *f)
{
	memset(p, 0, sizeof(*p));
	if (files_check(opt, f) == -1)
		return -1;
	p->format = opt->format == FORMAT_TEXT ? FORMAT_JSON :
						 (enum format)opt->format;
	if (files_text_is_error(opt))
		p->error = output_error();
	if (files_data_is_standard(opt)) {
		p->data = output_standard();
		p->path = "standard output";
		return 0;
	}
	p->text = output_standard();
	if (opt->output == NULL)
		return 0;
	p->path = opt->output;
	p->data = destination_file_open(opt->output, f);
	return p->data != NULL ? 0 : -1;
}

int
destination_flush(struct destination *p, struct failure *f)
{
	if (p->text != NULL && output_flush(p->text) == -1)
		return failure_sys(f, OUTCOME_USAGE, "standard output");
	if (p->data != NULL && output_flush(p->data) == -1)
		return failure_sys(f, OUTCOME_USAGE, "%s", p->path);
	return 0;
}

int
destination_close(struct destination *p, struct failure *f)
{
	int result = 0;

	if (p->text != NULL)
		result = destination_file_close(p->text, "standard output", f);
	if (p->data != NULL && p->data != p->text &&
	    destination_file_close(p->data, p->path, f) == -1)
		result = -1;
	if (p->error != NULL &&
	    destination_file_close(p->error, "standard error", f) == -1)
		result = -1;
	p->text = p->data = p->error = NULL;
	return result;
}
