/* SPDX-License-Identifier: ISC */
/* program: a program is found beside echod, moved along with it, or installed. */
#include "check.h"

#include <fcntl.h>

#include "daemon/program.h"

/* Make a program that can be executed, and the folders above it. */
static void
make_program(const char *path)
{
	char folder[512];
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	for (char *c = folder + 1; (c = strchr(c, '/')) != NULL; c++) {
		*c = '\0';
		(void)mkdir(folder, 0755);
		*c = '/';
	}
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	assert_int_not_equal(fd, -1);
	close(fd);
}

static void
places(void **state)
{
	static const char installed[] = ECHOD_LOADER;
	char program[512], beside[512], moved[512];

	(void)state;
	assert_string_equal(program_find_from(PROGRAM_LOADER, NULL), installed);
	assert_string_equal(program_find_from(PROGRAM_LOADER, "echod"),
	    installed);
	assert_string_equal(program_find_from(PROGRAM_LOADER,
				"/no/such/folder/echod"),
	    installed);
	/* As "make install DESTDIR=" leaves it: all of the path is there. */
	snprintf(program, sizeof(program), "%s" ECHOD_SBINDIR "/echod",
	    check_path("root"));
	snprintf(beside, sizeof(beside), "%s" ECHOD_SBINDIR "/echod-load",
	    check_path("root"));
	snprintf(moved, sizeof(moved), "%s%s", check_path("root"), installed);
	make_program(program);
	assert_string_equal(program_find_from(PROGRAM_LOADER, program),
	    installed);
	make_program(moved);
	assert_string_equal(program_find_from(PROGRAM_LOADER, program), moved);
	make_program(beside);
	assert_string_equal(program_find_from(PROGRAM_LOADER, program), beside);
	assert_int_equal(unlink(beside), 0);
	/* A name that only ends like that folder. */
	snprintf(program, sizeof(program), "%s/x%s/echod", check_path("root"),
	    strrchr(ECHOD_SBINDIR, '/') + 1);
	assert_string_equal(program_find_from(PROGRAM_LOADER, program),
	    installed);
}

int
main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests_name("program", all, check_folder_make,
	    check_folder_remove);
}
