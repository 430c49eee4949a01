#!/usr/bin/env bash
# One step of a benchmark beside other backup tools, by the environment SRC (what to back up), REPO (where to), OUT (where to restore).
# Usage: holdfast-command.sh init|backup|again|restore
set -euo pipefail
program="$(dirname "$0")/../apps/cli/dist/holdfast.js"
export HOLDFAST_REPO=$REPO HOLDFAST_KEY_FILE=$REPO.key XDG_CACHE_HOME=$REPO.cache
case $1 in
  init) rm -rf "$REPO.key" "$REPO.cache"; exec node "$program" init --quiet ;;
  backup | again) exec node "$program" backup create "$SRC" --quiet ;;
  restore) exec node "$program" backup restore latest --to "$OUT" --quiet ;;
  *) echo "Expected init, backup, again or restore, got $1" >&2; exit 2 ;;
esac
