/** Backs up, and reads the backup's index back before anything depends on it. */
export const backupScript = (holdfast: string): string => `
if [[ -z "$HOLDFAST_KEY_FILE" ]]; then unset HOLDFAST_KEY_FILE; fi
if [[ -z "$HOLDFAST_PASSPHRASE" ]]; then unset HOLDFAST_PASSPHRASE; fi
${holdfast} backup create --tag "release=$VERSION" --note "Before release $VERSION" --json
${holdfast} backup verify --json
`;

/**
 * Makes the release, or leaves one that is there: a job that is run again goes on where the last one stopped. Git has the token
 * meanwhile, as holdfast pushes by itself where its configuration names a remote.
 */
export const createScript = (holdfast: string): string => `
options=(-v "$VERSION")
if [[ -n "$NOTES" ]]; then options+=(-n "$NOTES"); fi
if [[ -n "$CHANNEL" ]]; then options+=(--channel "$CHANNEL"); fi
# What is before the build metadata says whether it is a pre-release.
if [[ "\${VERSION%%+*}" == *-* ]]; then options+=(--pre-release); fi
found="$RUNNER_TEMP/holdfast-info.json"
if ${holdfast} release info "$VERSION" --json > "$found"; then
  echo "::notice title=Release::$VERSION has been made before: going on with it."
  exit 0
fi
if [[ "$(jq -r .error.code "$found")" != RELEASE_NOT_FOUND ]]; then
  cat "$found"
  exit 1
fi
if [[ "$DRY_RUN" == true ]]; then
  ${holdfast} release create "\${options[@]}" --dry-run --json
  exit 0
fi
gh auth setup-git
if [[ "$(git ls-remote origin "refs/heads/$GITHUB_REF_NAME" | cut -f 1)" != "$COMMIT" ]]; then
  echo "::error title=Branch::$GITHUB_REF_NAME has gone on since this run began. Start another one."
  exit 1
fi
git config user.name 'github-actions[bot]'
git config user.email '41898282+github-actions[bot]@users.noreply.github.com'
${holdfast} release create "\${options[@]}" --json
`;

/** Proves the release, and writes what goes to GitHub. */
export const exportScript = (holdfast: string): string => `
files="$RUNNER_TEMP/holdfast-release"
rm -rf -- "$files"
${holdfast} release verify "$VERSION" --json
${holdfast} release export "$VERSION" --to "$files" --json
tag=$(jq -er .tag "$files/release.json")
git check-ref-format "refs/tags/$tag"
{
  echo "files=$files"
  echo "tag=$tag"
} >> "$GITHUB_OUTPUT"
`;
