# SPDX-License-Identifier: ISC

dist_man_MANS = \
	%D%/echoc.1 \
	%D%/echod.8 \
	%D%/echod.conf.5 \
	%D%/echodctl.8

# After make has installed them, under the names that it was told to use.
install-data-hook:
	@for page in $(dist_man_MANS); do \
	    section=$${page##*.}; name=$${page##*/}; \
	    name=`echo "$${name%.*}" | sed '$(transform)'`.$$section; \
	    to="$(DESTDIR)$(mandir)/man$$section/$$name"; \
	    $(put_places) "$(srcdir)/$$page" >"$$to.new" && \
		chmod 644 "$$to.new" && mv "$$to.new" "$$to" || exit 1; \
	done
