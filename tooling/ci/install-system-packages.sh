#!/bin/bash
# Installs the programs of the system that tests use. A test whose program is missing says so and is skipped, so this
# script only warns where it can't install.
set -uo pipefail

# program:package of Debian
wanted=(git:git chromium:chromium setfacl:acl gpg:gnupg ssh-keygen:openssh-client jq:jq pg_ctlcluster:postgresql
  mariadbd:mariadb-server redis-server:redis-server sqlite3:sqlite3 sshd:openssh-server rsync:rsync
  mkfs.btrfs:btrfs-progs)

missing=()
for entry in "${wanted[@]}"; do
  command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "System packages: all there."
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "System packages: no apt-get here; not installed: ${missing[*]}." >&2
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "System packages: not root; not installed: ${missing[*]}." >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
if apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
  echo "System packages: installed ${missing[*]}."
else
  echo "System packages: apt-get failed; not installed: ${missing[*]}." >&2
fi
