# shellcheck shell=bash
# shellcheck disable=SC2016 # apt expands the format itself
# The Debian mirror of this machine, from apt's own sources. Sourced by up and base.

# Prints the mirror's URI; nothing on a machine that is not Debian or has no lists yet.
debian_mirror() {
  # shellcheck source=/dev/null
  (
    . /etc/os-release
    [ "${ID:-}" = debian ] || exit 0
    apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
      awk -v suite="${VERSION_CODENAME:-}" '$1 == suite && $2 == "main" && !seen++ { print $3 }'
  )
}
