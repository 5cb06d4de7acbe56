# SPDX-License-Identifier: ISC
#
# echod.conf belongs to the administrator once it is installed: an existing
# one is never overwritten.  Ours then goes beside it as echod.conf.new, for
# comparison, unless both are the same.

EXTRA_DIST += %D%/echod.conf

# For who watches echod: to be copied to the hosts of Prometheus and Grafana.
prometheusdir = $(pkgdatadir)/prometheus
dist_prometheus_DATA = \
	%D%/prometheus/echod.rules.test.yml \
	%D%/prometheus/echod.rules.yml
grafanadir = $(pkgdatadir)/grafana
dist_grafana_DATA = %D%/grafana/echod.json

conf_ours = $(srcdir)/%D%/echod.conf
conf_installed = $(DESTDIR)$(sysconfdir)/echod.conf

# What we ship names the usual places, what is installed those of this build.  So
# files and manual pages are edited when they are installed, and not made from
# templates: in the source tree they can be read, checked and used as they are.
put_places = sed \
	-e 's|/etc/echod\.conf|$(sysconfdir)/echod.conf|g' \
	-e 's|/run/echod\.pid|$(runstatedir)/echod.pid|g' \
	-e 's|/run/echod/control|$(runstatedir)/echod/control|g' \
	-e 's|/usr/local/libexec/echod/echod-load|$(pkglibexecdir)/$(installed_loader)|g' \
	-e 's|/usr/local/share/echod|$(pkgdatadir)|g'

install-data-local: install-units
	@$(MKDIR_P) "$(DESTDIR)$(sysconfdir)"
	@case "$(runstatedir)" in \
	/run | /var/run) ;; \
	*) $(MKDIR_P) "$(DESTDIR)$(runstatedir)" ;; \
	esac
	@$(put_places) "$(conf_ours)" >"$(conf_installed).new"
	@chmod 644 "$(conf_installed).new"
	@if test ! -e "$(conf_installed)" && test ! -h "$(conf_installed)"; then \
	    echo " install $(conf_installed)"; \
	    mv "$(conf_installed).new" "$(conf_installed)"; \
	elif cmp -s "$(conf_installed).new" "$(conf_installed)"; then \
	    rm "$(conf_installed).new"; \
	else \
	    echo " keeping $(conf_installed), the new one is $(conf_installed).new"; \
	fi

uninstall-local: uninstall-units
	@rm -f "$(conf_installed).new"
	@if $(put_places) "$(conf_ours)" | cmp -s - "$(conf_installed)"; then \
	    rm -f "$(conf_installed)"; \
	elif test -e "$(conf_installed)"; then \
	    echo " keeping $(conf_installed), it was changed"; \
	fi

# Units go where systemd looks for them.  A drop-in there would be in force, so
# those are put elsewhere, for an administrator to choose one.
units = echod.service echod.socket
drop_ins = unprivileged.conf socket.conf
EXTRA_DIST += %D%/systemd
drop_in_dir = $(pkgdatadir)/systemd

if NOTIFY_RELOAD
unit_type = -e 's/^Type=notify$$/Type=notify-reload/' \
	-e '/^\# echodctl waits for/,/^ExecReload=/d'
endif
put_units = $(put_places) $(unit_type) \
	-e 's|/usr/local/sbin/echodctl|$(sbindir)/$(installed_echodctl)|g' \
	-e 's|/usr/local/sbin/echod |$(sbindir)/$(installed_echod) |g'

install-units:
if UNITS
	@$(MKDIR_P) "$(DESTDIR)$(systemdsystemunitdir)" \
	    "$(DESTDIR)$(sysusersdir)" "$(DESTDIR)$(drop_in_dir)"
	@cd "$(srcdir)/%D%/systemd" && \
	for unit in $(units); do \
	    $(put_units) $$unit >"$(DESTDIR)$(systemdsystemunitdir)/$$unit" && \
	    chmod 644 "$(DESTDIR)$(systemdsystemunitdir)/$$unit" || exit 1; \
	done && \
	for drop_in in $(drop_ins); do \
	    $(put_units) $$drop_in >"$(DESTDIR)$(drop_in_dir)/$$drop_in" && \
	    chmod 644 "$(DESTDIR)$(drop_in_dir)/$$drop_in" || exit 1; \
	done
	@cp "$(srcdir)/%D%/systemd/sysusers.conf" \
	    "$(DESTDIR)$(sysusersdir)/echod.conf"
	@chmod 644 "$(DESTDIR)$(sysusersdir)/echod.conf"
endif

uninstall-units:
if UNITS
	@cd "$(DESTDIR)$(systemdsystemunitdir)" && rm -f $(units)
	@cd "$(DESTDIR)$(drop_in_dir)" && rm -f $(drop_ins)
	@rm -f "$(DESTDIR)$(sysusersdir)/echod.conf"
endif

.PHONY: install-units uninstall-units
