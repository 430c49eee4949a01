import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Programs that write down how they were called, with characters between fields and calls that nothing else has, and do as little as a test needs. Their state is files in $STATE.
const RECORDING = `#!/bin/bash
set -eu
record() {
  local key=''
  if [[ -n "\${HOLDFAST_SIGNING_KEY_FILE:-}" ]]; then key=$(stat -c '%a' "$HOLDFAST_SIGNING_KEY_FILE"):$(< "$HOLDFAST_SIGNING_KEY_FILE"); fi
  {
    printf '%s\\037' "$1" "$key" "\${GH_TOKEN:-}" "\${HOLDFAST_REPO:-}" "\${HOLDFAST_PASSPHRASE-unset}" "\${@:2}"
    printf '\\036'
  } >> "$STATE/calls"
}
`;

/** A holdfast that has releases, of which a file says the next version. */
const HOLDFAST = `${RECORDING}
record holdfast "$@"
fail() { printf '{"error":{"code":"%s","message":"failed with %s"}}\\n' "$1" "$1"; exit "$2"; }
if [[ -e "$STATE/fail-$1-$2" ]]; then fail "$(cat "$STATE/fail-$1-$2")" 1; fi
case "$1 $2" in
  'release plan') if [[ "\${*: -1}" == --json ]]; then cat "$STATE/plan"; else echo '1.3.0: minor'; fi ;;
  'release info') [[ -e "$STATE/release-$3" ]] || fail RELEASE_NOT_FOUND 4 ;;
  'release create')
    if [[ "\${*: -2:1}" == --dry-run ]]; then exit 0; fi
    if [[ -e "$STATE/commits" ]]; then echo "$4" > CHANGELOG.md; git add .; git commit --quiet -m "Release $4"; fi
    if [[ -e "$STATE/push-meanwhile" ]]; then
      theirs=$(git commit-tree -m 'fix: theirs' -p HEAD~1 'HEAD~1^{tree}')
      git push --quiet origin "$theirs:refs/heads/main"
    fi
    git tag --annotate --message "v$4" "v$4"
    touch "$STATE/release-$4"
    ;;
  'release export')
    mkdir -p "$5"
    printf 'zip' > "$5/shop-$3.zip"
    printf '{}' > "$5/sbom.cdx.json"
    printf '{}' > "$5/provenance.intoto.json"
    jq -n --arg version "$3" '{$version, tag: ("v" + $version)}' > "$5/release.json"
    printf 'Notes of %s' "$3" > "$5/notes.md"
    ;;
esac
`;

/** A gh that knows whether the one release is absent, a draft (true) or published (false). */
const GH = `${RECORDING}
record gh "$@"
case "$1 $2" in
  'release view') cat "$STATE/draft" 2> /dev/null || { echo 'release not found' >&2; exit 1; } ;;
  'release create') echo true > "$STATE/draft" ;;
  'release edit') echo false > "$STATE/draft" ;;
esac
if [[ -e "$STATE/fail-gh-$2" ]]; then rm "$STATE/fail-gh-$2"; exit 1; fi
`;

/** An npm whose registry is files; what is no business of a registry the real one does. */
const NPM = `${RECORDING}
case "$1" in
  exec) if [[ -e "$STATE/real-exec" && "$5 $6" == 'release create' ]]; then PATH="$REAL_PATH" exec npm "$@"; fi
    [[ "$2 $3 $4" == '--no -- holdfast' ]]
    shift 4
    exec "$STATE/../bin/holdfast" "$@"
    ;;
  --version) cat "$STATE/npm-version" ;;
  view)
    record npm "$@"
    case "$3" in
      version) cat "$STATE/published" 2> /dev/null || true ;;
      *) cat "$STATE/latest" 2> /dev/null || exit 1 ;;
    esac
    ;;
  publish) record npm "$@" ;;
  *) PATH="$REAL_PATH" exec npm "$@" ;;
esac
`;

/** Puts the stand-ins into `folder/bin`, and their state into `folder/state`. */
export function plantStandIns(folder: string): void {
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'state'));
  for (const [name, text] of Object.entries({ holdfast: HOLDFAST, gh: GH, npm: NPM })) {
    writeFileSync(join(folder, 'bin', name), text);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
}
